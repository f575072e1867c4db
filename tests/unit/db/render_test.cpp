#include "db/render.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace tlsrpt::db {
namespace {

parser::FailureDetail detail(std::string result_type, std::size_t information = 0) {
  parser::FailureDetail detail;
  detail.result_type = std::move(result_type);
  detail.additional_information = std::string(information, 'i');
  return detail;
}

std::vector<Table> tables(const RenderedReport& report) {
  std::vector<Table> tables;
  for_each_row(report, [&](Table table, std::string_view /*fields*/) { tables.push_back(table); });
  return tables;
}

RenderedReport render(NewReport report) {
  NewMessage message;
  message.reports.push_back(std::move(report));
  return std::move(Renderer{}.render(std::move(message)).reports.front());
}

}  // namespace

TEST_CASE("a report's rows follow its document: failure details after their policy") {
  NewReport report;
  parser::Policy first;
  first.failure_details = {detail("starttls-not-supported"), detail("certificate-expired")};
  first.policy_type = "no-policy-found";
  first.policy_domain = "example.com";
  first.mx_host = {"mx.example.com"};
  first.total_successful_session_count = 2;
  first.total_failure_session_count = 1;
  report.parsed.report.policies = {first, parser::Policy{}};
  report.parsed.report.organization_name = "Sender";
  report.session_totals = {{.recipient_domain = "example.com", .sessions = 3, .failures = 1}};
  report.parsed.deviations.push_back({.code = parser::DeviationCode::kAliasKey, .pointer = "/x", .detail = "y"});
  const RenderedReport rendered = render(report);
  CHECK(tables(rendered) == std::vector<Table>{Table::kReport, Table::kPolicy, Table::kFailureDetail,
                                               Table::kFailureDetail, Table::kPolicy, Table::kSessionTotal,
                                               Table::kDeviation});
  CHECK(rendered.organization_name == "Sender");
  CHECK(rendered.recipient_domains == std::string("example.com\0", 12));
  for_each_row(rendered, [](Table table, std::string_view fields) {
    if (table == Table::kSessionTotal) {
      CHECK(fields == "example.com\tSender\t1970-01-01T00:00:00Z\t1970-01-01T00:00:00Z\t3\t1");
    } else if (table == Table::kPolicy && fields.starts_with('1')) {
      CHECK(fields ==
            "1\t2\t1\t1970-01-01T00:00:00Z\t1970-01-01T00:00:00Z\tno-policy-found\texample.com\texample.com\t{}\t"
            "{\"mx.example.com\"}\t\\N\t\\N");
    }
  });
}

TEST_CASE("rows have as many fields as columns") {
  NewReport report;
  parser::Policy policy;
  policy.failure_details = {detail("certificate-expired")};
  report.parsed.report.policies = {policy};
  report.session_totals.emplace_back();
  report.failure_totals.emplace_back();
  report.parsed.deviations.emplace_back();
  const RenderedReport rendered = render(report);
  REQUIRE(tables(rendered).size() == 6);
  for_each_row(rendered, [](Table table, std::string_view fields) {
    const auto count = [](std::string_view text, char c) { return std::count(text.begin(), text.end(), c); };
    CHECK(count(fields, '\t') == count(rendered_columns(table), ','));
  });
}

TEST_CASE("what is long comes in parts, none much longer than a quarter of a mebibyte, and nothing of it is lost") {
  NewReport report;
  parser::Policy policy;
  policy.failure_details.assign(1'000, detail("validation-failure", 1'000));
  report.parsed.report.policies.push_back(policy);
  const RenderedReport rendered = render(report);
  CHECK(rendered.more_rows.size() > 2);
  CHECK(tables(rendered).size() == 1'002);
  std::size_t letters = 0;
  std::vector<std::string> parts = rendered.more_rows;
  parts.push_back(rendered.rows);
  for (const std::string& part : parts) {
    CHECK(part.size() < (256u << 10) + 2'000);
    CHECK(part.back() == '\n');
    letters += static_cast<std::size_t>(std::ranges::count(part, 'i'));
  }
  CHECK(letters >= 1'000'000);
}

TEST_CASE("a renderer gives the same for a message whatever it rendered before") {
  NewMessage message;
  message.subject = "s";
  message.reports.emplace_back().parsed.report.report_id = "1";
  NewMessage large;
  parser::Policy policy;
  policy.policy_string.assign(100, std::string(60'000, 'x'));  // one row of six megabytes
  large.reports.emplace_back().parsed.report.policies.push_back(policy);
  Renderer renderer;
  const RenderedMessage first = renderer.render(message);
  const RenderedReport between = renderer.render(large).reports.front();
  CHECK(tables(between) == std::vector<Table>{Table::kReport, Table::kPolicy});
  CHECK(between.rows.size() > 6'000'000);
  const RenderedMessage second = renderer.render(message);
  CHECK(first.fields == second.fields);
  CHECK(first.fields == "\t\\N\t\\N\t\\N\ts\t\\N\tunknown\tother");
  CHECK(first.reports.front().rows == second.reports.front().rows);
}

}  // namespace tlsrpt::db
