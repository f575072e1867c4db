#include <regex>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "collector/print/html/assets.hpp"
#include "collector/print/html/page.hpp"
#include "collector/print/html/summary.hpp"
#include "collector/print/html/table.hpp"
#include "collector/print/html/writer.hpp"
#include "sample_summary.hpp"

using namespace tlsrpt;
using namespace tlsrpt::collector;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string table_of(const std::vector<std::string_view>& columns, const std::vector<Row>& rows, std::size_t most) {
  HtmlWriter html;
  write_table(html, columns, rows, most);
  return html.take();
}

// What the page says, without what it carries along.
std::string body_of(const std::string& page) {
  const auto begin = page.find("<body>");
  return page.substr(begin, page.find("<script>", begin) - begin);
}

}  // namespace

TEST_CASE("HTML: text and attributes cannot become markup, and what reorders text is shown by its code") {
  HtmlWriter html;
  html.element("p", "</p><script>alert(1)</script> & \"'\xe2\x80\xae", {{"title", "\"><img src=x onerror=alert(1)>"}});
  CHECK(html.take() ==
        "<p title=\"&quot;&gt;&lt;img src=x onerror=alert(1)&gt;\">"
        "&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;'\\u{202e}</p>");
}

TEST_CASE("HTML: elements are closed in the order in which they were opened") {
  HtmlWriter html;
  html.open("ul").open("li").text("one").close().empty("hr").close();
  CHECK(html.take() == "<ul><li>one</li><hr></ul>");
}

TEST_CASE("HTML: a table has numbers for people and for the script, and counts what it does not show") {
  CHECK(table_of({"what", "how many"}, {{words("a"), count(1'234'567)}, {words("b"), share(1, 8)}}, 9) ==
        "<div class=\"scroll\"><table><thead><tr><th scope=\"col\" class=\"words\">what</th>"
        "<th scope=\"col\" class=\"number\">how many</th></tr></thead><tbody>"
        "<tr><td class=\"words\">a</td><td class=\"number\"><data value=\"1234567\">1,234,567</data></td></tr>"
        "<tr><td class=\"words\">b</td><td class=\"number\"><data value=\"0.125000\">12.50 %</data></td></tr>"
        "</tbody></table></div>");
  CHECK(contains(table_of({"n"}, {{count(1)}, {count(12)}, {count(123)}}, 1), "… and 2 more"));
  CHECK(count(999).text == "999");
  CHECK(count(1000).text == "1,000");
  CHECK(share(0, 0).text.empty());
}

TEST_CASE("HTML: a page allows the style and the scripts that it carries, and nothing else") {
  const auto page = html_page("a <title>", [](HtmlWriter& html) { html.element("p", "body"); });
  CHECK(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"));
  CHECK(contains(page, fmt::format("content=\"default-src 'none'; script-src '{}' '{}'; style-src '{}'; img-src data:; "
                                   "base-uri 'none'; form-action 'none'\"",
                                   chart_library().hash, page_script().hash, page_style().hash)));
  CHECK_FALSE(contains(page, "unsafe"));
  CHECK(contains(page, "<title>a &lt;title&gt;</title>"));
  CHECK(contains(page, "<body><p>body</p>"));
  CHECK(contains(page, "Chart.js v"));
  CHECK_FALSE(contains(page, "sourceMappingURL"));
}

TEST_CASE("HTML: hashes are those of SHA-256 in base64") {
  for (const auto& asset : {page_style(), page_script(), chart_library()}) {
    CHECK(std::regex_match(std::string(asset.hash), std::regex("sha256-[A-Za-z0-9+/]{43}=")));
    CHECK_FALSE(asset.pieces.empty());
  }
}

TEST_CASE("HTML: the verdict comes first, then each open incident with what to type") {
  const auto body = body_of(summary_html(sample_summary()));
  const auto verdict = body.find("<section class=\"verdict incidents\"><h2>1 open incident, 1 critical</h2>");
  const auto card = body.find("<article class=\"card critical\">");
  REQUIRE(verdict != std::string::npos);
  REQUIRE(card != std::string::npos);
  CHECK(verdict < card);
  CHECK(card < body.find("<canvas"));
  CHECK(contains(body,
                 "<h3><span class=\"badge\">critical</span>certificate-expired at mx2.example.com</h3>"
                 "<p class=\"cause\">The certificate that the MX presented has expired.</p>"
                 "<dl><dt>Where</dt><dd>mx2.example.com</dd><dt>Mail for</dt><dd>example.com</dd>"
                 "<dt>Since</dt><dd>2026-01-10 (21 days ago), on 3 days, last on 2026-01-12</dd>"
                 "<dt>Failed</dt><dd>60 sessions in 6 reports, where 12.50 % of all failed</dd>"
                 "<dt>Reported by</dt><dd>Google Inc., Microsoft Corporation</dd>"
                 "<dt>They say</dt><dd>X509_V_ERR_CERT_HAS_EXPIRED</dd></dl>"
                 "<p class=\"todo\">What to do: Renew the certificate</p>"
                 "<div class=\"command\"><code>openssl s_client -connect mx2.example.com:25</code></div>"
                 "<div class=\"command\"><code>openssl x509 -noout -dates</code></div>"));
  CHECK(contains(body,
                 "<details class=\"card resolved\"><summary><span class=\"badge\">resolved</span>"
                 "sts-policy-fetch-error at mta-sts.example.com"));
}

TEST_CASE("HTML: behind every chart stands a table with every day of the period") {
  const auto body = body_of(summary_html(sample_summary()));
  for (const auto* chart : {"sessions", "rate", "failures", "incidents"}) {
    CHECK(contains(body, fmt::format("<canvas data-chart=\"{}\" data-from=\"2026-01-01T00:00:00Z\" "
                                     "data-to=\"2026-02-01T00:00:00Z\" data-now=\"2026-01-31T12:00:00Z\"",
                                     chart)));
  }
  CHECK(contains(body,
                 "<tr><td class=\"words\">2026-01-09</td><td class=\"number\"></td><td class=\"number\"></td>"
                 "<td class=\"number\"></td></tr>"
                 "<tr><td class=\"words\">2026-01-10</td><td class=\"number\"><data value=\"360\">360</data></td>"
                 "<td class=\"number\"><data value=\"40\">40</data></td>"
                 "<td class=\"number\"><data value=\"0.100000\">10.00 %</data></td></tr>"));
  CHECK(contains(body, "2026-01-31</td>"));
}

TEST_CASE("HTML: a period of centuries has the days with reports alone") {
  auto summary = sample_summary();
  summary.from = std::chrono::sys_days{std::chrono::year{1970} / 1 / 1};
  summary.to = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};
  const auto body = body_of(summary_html(summary));
  CHECK(body.size() < 40'000);
  CHECK(contains(body, "<td class=\"words\">2026-01-10</td>"));
  CHECK_FALSE(contains(body, "<td class=\"words\">2026-01-09</td>"));
}

TEST_CASE("HTML: policies are drawn where one changed, and said to be the same where none did") {
  auto summary = sample_summary();
  CHECK(contains(body_of(summary_html(summary)), "<p>None changed.</p>"));
  CHECK_FALSE(contains(body_of(summary_html(summary)), "data-chart=\"policies\""));
  auto enforced = summary.policies[0];
  enforced.mode = "enforce";
  enforced.first_seen = *(summary.policies[0].replaced_at = january(12));
  enforced.last_seen = january(31);
  summary.policies.push_back(enforced);
  const auto body = body_of(summary_html(summary));
  CHECK(contains(body, "data-chart=\"policies\""));
  CHECK(contains(body,
                 "<td class=\"words\">replaced</td>"
                 "<td class=\"words\"><data value=\"2026-01-01T00:00:00Z\">2026-01-01</data></td>"));
}

TEST_CASE("HTML: what files say came to no end that is known, and is not said to go on") {
  auto summary = sample_summary();
  summary.incidents[0].state = db::Incident::State::kReported;
  const auto body = body_of(summary_html(summary));
  CHECK(contains(body, "<dt>When</dt><dd>2026-01-10 to 2026-01-12, on 3 days</dd>"));
  CHECK(contains(body, "<td class=\"words\">reported</td>"));
  CHECK_FALSE(contains(body, "<td class=\"words\">open</td>"));
}

TEST_CASE("HTML: the calendar says in signs who reported, and what failed") {
  const auto body = body_of(summary_html(sample_summary()));
  CHECK(contains(body, "<th scope=\"row\">Google Inc.</th>"));
  CHECK(contains(body, "<td class=\"failing\" title=\"2026-01-10: 40 of 400 sessions failed\">✗</td>"));
  CHECK(contains(body, "<td title=\"2026-01-12: no report\"></td>"));
}

TEST_CASE("HTML: strangers' text is inert wherever it stands") {
  auto summary = sample_summary();
  const std::string hostile = "</script><img src=x onerror=alert(1)>\xe2\x80\xae";
  summary.domain = hostile;
  auto& incident = summary.incidents[0];
  incident.recipient_domain = incident.result_type = incident.remedy = hostile;
  incident.receiving_mx_hostname = hostile;
  incident.organizations = {hostile};
  summary.failures[0].host = summary.failures[0].result_type = hostile;
  summary.failures[0].reason_codes = {hostile};
  for (auto& row : summary.daily) row.recipient_domain = row.organization_name = hostile;
  for (auto& row : summary.reporters) row.recipient_domain = row.organization_name = hostile;
  auto& policy = summary.policies[0];
  policy.recipient_domain = policy.policy_type = policy.organization_name = policy.mx[0] = hostile;
  policy.mode = hostile;
  summary.readiness[0].verdict = hostile;
  summary.mailboxes[0].mailbox = hostile;
  summary.mailboxes[0].last_error = hostile;
  summary.uncovered[0].domain = hostile;
  summary.quarantine[0].reason = hostile;
  summary.inputs = {{hostile, hostile, hostile}};
  const auto body = body_of(summary_html(summary));
  CHECK_FALSE(contains(body, "<img"));
  CHECK_FALSE(contains(body, "</script>"));
  CHECK_FALSE(contains(body, "\xe2\x80\xae"));
  CHECK(contains(body, "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;\\u{202e}"));
}
