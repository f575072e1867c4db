#include "db/render.hpp"

#include <functional>
#include <utility>

#include "db/text.hpp"
#include "parser/json.hpp"
#include "parser/session_total.hpp"

namespace tlsrpt::db {
namespace {

constexpr std::size_t kLongPart = 256u << 10;

std::string_view organization_of(const parser::Report& report) {
  return report.organization_name ? std::string_view{*report.organization_name} : std::string_view{};
}

}  // namespace

// Each as they are put below, what a policy quotes by PolicyRenderer.
std::string_view rendered_columns(Table table) noexcept {
  switch (table) {
    case Table::kReport:
      return "start_datetime, identity, content_digest, organization_name, report_id, report_domain, end_datetime, "
             "contact_info, submitter_domain, filename";
    case Table::kPolicy:
      return "ordinal, total_successful_session_count, total_failure_session_count, start_datetime, end_datetime, "
             "policy_type, policy_domain, recipient_domain, policy_string, mx_host, series, version";
    case Table::kFailureDetail:
      return "ordinal, result_type, sending_mta_ip, receiving_mx_hostname, receiving_mx_helo, receiving_ip, "
             "failed_session_count, additional_information, failure_reason_code, start_datetime";
    case Table::kSessionTotal:
      return "recipient_domain, organization_name, start_datetime, end_datetime, sessions, failures";
    case Table::kFailureTotal:
      return "recipient_domain, organization_name, start_datetime, end_datetime, result_type, host, failed_sessions, "
             "sessions, failures";
    case Table::kDeviation:
      break;
  }
  return "code, json_pointer, detail";
}

RenderedMessage Renderer::render(NewMessage message) {
  RenderedMessage rendered;
  rendered.reports.reserve(message.reports.size());
  for (NewReport& report : std::exchange(message.reports, {})) rendered.reports.push_back(render(std::move(report)));

  text_.text(std::string_view{message.source});
  message.sha256 ? text_.bytes(bytes_of(*message.sha256)) : text_.null();
  text_.text(message.rfc822_message_id)
      .text(message.from_domain)
      .text(message.subject)
      .time(message.received_at)
      .text(to_string(message.authentic))
      .text(to_string(message.kind))
      .end_row();
  rendered.fields.assign(text_.lines(), 0, text_.lines().size() - 1);
  text_.lines().clear();
  rendered.message = std::move(message);
  return rendered;
}

RenderedReport Renderer::render(NewReport report) {
  start_.put(report.parsed.report.start_datetime);
  end_.put(report.parsed.report.end_datetime);
  put_report(report);
  put_policies(report);
  put_totals(report);
  put_deviations(report);
  end_part();
  parser::ParsedReport& parsed = report.parsed;
  report_.start_datetime = parsed.report.start_datetime;
  report_.identity = parsed.identity;
  report_.content = parsed.content;
  report_.organization_name = std::move(parsed.report.organization_name).value_or("");
  for (const auto& total : report.session_totals)
    report_.recipient_domains.append(total.recipient_domain).push_back('\0');
  const std::hash<std::string> hash;
  report_.pair = hash(report_.recipient_domains) ^ hash(report_.organization_name) * 31;
  report_.attachment = std::move(report.attachment);
  report_.raw = std::move(parsed.raw);
  return std::exchange(report_, {});
}

void Renderer::RenderedTime::put(parser::Time value) {
  if (value == time && !text.empty()) return;
  time = value;
  text.clear();
  parser::append_time(text, value);
}

void Renderer::put_report(const NewReport& report) {
  const parser::ParsedReport& parsed = report.parsed;
  begin_row(Table::kReport)
      .fields(start_.text)
      .bytes(bytes_of(parsed.identity))
      .bytes(bytes_of(parsed.content))
      .text(parsed.report.organization_name)
      .text(parsed.report.report_id)
      .text(report.report_domain)
      .fields(end_.text)
      .text(parsed.report.contact_info)
      .text(report.submitter_domain)
      .text(report.filename);
  end_row();
}

void Renderer::put_policies(NewReport& report) {
  const parser::Report& parsed = report.parsed.report;
  std::int64_t ordinal = 0;
  for (parser::Policy& each : report.parsed.report.policies) {
    parser::Policy policy = std::move(each);  // gone when its rows are there
    const std::string_view recipient = recipient_domain(policy, report.report_domain);
    begin_row(Table::kPolicy)
        .integer(++ordinal)
        .integer(policy.total_successful_session_count)
        .integer(policy.total_failure_session_count)
        .fields(start_.text)
        .fields(end_.text);
    policy_.put(policy, recipient, parsed.organization_name, text_);
    end_row();
    put_failure_details(policy);
  }
}

void Renderer::put_failure_details(parser::Policy& policy) {
  std::int64_t ordinal = 0;
  for (parser::FailureDetail& each : policy.failure_details) {
    const parser::FailureDetail detail = std::move(each);
    begin_row(Table::kFailureDetail)
        .integer(++ordinal)
        .text(std::string_view{detail.result_type})
        .text(detail.sending_mta_ip)
        .text(detail.receiving_mx_hostname)
        .text(detail.receiving_mx_helo)
        .text(detail.receiving_ip)
        .integer(detail.failed_session_count)
        .text(detail.additional_information)
        .text(detail.failure_reason_code)
        .fields(start_.text);
    end_row();
  }
}

// What every total of a report begins with.
CopyText& Renderer::begin_total(Table table, const parser::Report& report, std::string_view recipient_domain) {
  return begin_row(table).text(recipient_domain).text(organization_of(report)).fields(start_.text).fields(end_.text);
}

void Renderer::put_totals(const NewReport& report) {
  const parser::Report& parsed = report.parsed.report;
  for (const parser::SessionTotal& total : report.session_totals) {
    begin_total(Table::kSessionTotal, parsed, total.recipient_domain).integer(total.sessions).integer(total.failures);
    end_row();
  }
  for (const parser::FailureTotal& total : report.failure_totals) {
    begin_total(Table::kFailureTotal, parsed, total.recipient_domain)
        .text(std::string_view{total.result_type})
        .text(std::string_view{total.host})
        .integer(total.failed_sessions)
        .integer(total.sessions)
        .integer(total.failures);
    end_row();
  }
}

void Renderer::put_deviations(const NewReport& report) {
  for (const parser::Deviation& deviation : report.parsed.deviations) {
    begin_row(Table::kDeviation)
        .text(to_string(deviation.code))
        .text(std::string_view{deviation.pointer})
        .text(std::string_view{deviation.detail});
    end_row();
  }
}

CopyText& Renderer::begin_row(Table table) {
  text_.lines() += letter_of(table);
  return text_;
}

void Renderer::end_row() {
  text_.end_row();
  if (text_.lines().size() >= kLongPart) end_part();
}

void Renderer::end_part() {
  if (text_.lines().empty()) return;
  // A copy: no larger than it must be, and the buffer is kept.
  if (report_.rows.empty()) {
    report_.rows = text_.lines();
  } else {
    report_.more_rows.push_back(text_.lines());
  }
  text_.lines().clear();
}

}  // namespace tlsrpt::db
