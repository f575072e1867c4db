#include "collector/print/summary_json.hpp"

#include "parser/json.hpp"
#include "parser/result_type.hpp"

namespace tlsrpt::collector {

namespace {

void write(parser::JsonWriter& json, const db::DomainSummary& domain) {
  json.begin_object();
  json.key("recipient_domain").value(domain.recipient_domain);
  json.key("reports").value(domain.reports);
  json.key("sessions").value(domain.sessions);
  json.key("failures").value(domain.failures);
  json.end_object();
}

void write(parser::JsonWriter& json, const std::vector<std::string>& texts) {
  json.begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
}

void write(parser::JsonWriter& json, const db::FailureSummary& failure) {
  const auto& type = parser::explain(failure.result_type);
  json.begin_object();
  json.key("recipient_domain").value(failure.recipient_domain);
  json.key("result_type").value(failure.result_type);
  json.key("mx");
  failure.mx ? json.value(*failure.mx) : json.null();
  json.key("sessions").value(failure.sessions);
  json.key("first_day").value(failure.first_day);
  json.key("last_day").value(failure.last_day);
  json.key("reporters");
  write(json, failure.reporters);
  json.key("reason_codes");
  write(json, failure.reason_codes);
  json.key("cause").value(type.cause);
  json.key("remedy").value(type.remedy);
  json.end_object();
}

void write(parser::JsonWriter& json, const db::ReporterSummary& reporter) {
  json.begin_object();
  json.key("organization_name").value(reporter.organization_name);
  json.key("reports").value(reporter.reports);
  json.key("last_day").value(reporter.last_day);
  json.end_object();
}

void write(parser::JsonWriter& json, const db::QuarantineSummary& row) {
  json.begin_object();
  json.key("reason").value(row.reason);
  json.key("entries").value(row.entries);
  json.end_object();
}

template <typename Row>
void write_rows(parser::JsonWriter& json, std::string_view key, const std::vector<Row>& rows) {
  json.key(key).begin_array();
  for (const auto& row : rows) write(json, row);
  json.end_array();
}

}  // namespace

std::string summary_json(const db::Summary& summary) {
  parser::JsonWriter json;
  json.begin_object();
  json.key("from").value(summary.from);
  json.key("until").value(summary.until);
  write_rows(json, "domains", summary.domains);
  write_rows(json, "failures", summary.failures);
  write_rows(json, "reporters", summary.reporters);
  write_rows(json, "quarantine", summary.quarantine);
  json.end_object();
  return json.take() + "\n";
}

}  // namespace tlsrpt::collector
