#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support.hpp"

namespace tlsrpt::parser::test {
namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t kMiB = 1u << 20;

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

// A report whose policies are these elements.
std::string with_policies(std::string_view elements) {
  return R"({"organization-name":"A","report-id":"1","date-range":{"start-datetime":"2024-02-22T00:00:00Z",
      "end-datetime":"2024-02-22T23:59:59Z"},"policies":[)" +
         std::string(elements) + "]}";
}

std::string with_details(std::string_view elements) {
  return with_policies(R"({"policy":{"policy-type":"sts","policy-domain":"a.example"},"summary":
      {"total-successful-session-count":0,"total-failure-session-count":0},"failure-details":[)" +
                       std::string(elements) + "]}");
}

std::string detail_of(const std::vector<Finding>& findings) {
  return std::get<Rejection>(findings.at(0).what).detail;
}

}  // namespace

TEST_CASE("limits.decompressed holds to the byte, for a flat gzip, a nested one, many members and zip") {
  const std::string text(kReport);
  Limits enough;
  enough.decompressed = text.size();
  Limits one_less;
  one_less.decompressed = text.size() - 1;
  const std::size_t half = text.size() / 2;
  for (const std::string& payload :
       {gzip(text), gzip(text.substr(0, half)) + gzip(text.substr(half)), deflated(text, Wrapping::kZlib),
        deflated(text, Wrapping::kRaw), zip({{"report.json", text}})}) {
    CHECK(outcome(payload, enough) == "report");
    CHECK(outcome(payload, one_less) == "decompressed-too-large");
  }
  Limits nested;
  nested.decompressed = text.size() + gzip(text).size();
  CHECK(outcome(gzip(gzip(text)), nested) == "report");
  --nested.decompressed;
  CHECK(outcome(gzip(gzip(text)), nested) == "decompressed-too-large");
}

TEST_CASE("what of a zip archive is beyond limits.decompressed is said, once") {
  Limits limits;
  limits.decompressed = kReport.size();
  const std::string payload =
      zip({{"a.json", std::string(kReport)}, {"b.json", std::string(kReport)}, {"c.json", std::string(kReport)}});
  CHECK(outcomes(payload, limits) == std::vector<std::string>{"#1 report", "#2 decompressed-too-large"});
}

TEST_CASE("limits.decompressed holds for all attachments of a message together") {
  const std::string payload = gzip(kReport);
  Limits limits;
  limits.decompressed = 2 * kReport.size();
  ReportReader reader(limits);
  reader.start_message();
  for (int i = 0; i < 2; ++i) CHECK(std::holds_alternative<ParsedReport>(reader.read(payload).at(0).what));
  const std::vector<Finding> third = reader.read(payload);
  REQUIRE(std::holds_alternative<Rejection>(third.at(0).what));
  CHECK(std::get<Rejection>(third[0].what).reason == Reason::kDecompressedTooLarge);
  CHECK(detail_of(third).find("limits.decompressed") != std::string::npos);
  reader.start_message();
  CHECK(std::holds_alternative<ParsedReport>(reader.read(payload).at(0).what));
}

TEST_CASE("a payload that must be read twice is counted once") {
  const std::string array = "[" + std::string(kReport) + "]";
  const std::string mended = report_with("Example Inc.", "\\ud800");
  for (const std::string& text : {array, mended}) {
    Limits limits;
    limits.decompressed = text.size();
    CHECK(outcome(gzip(text), limits).ends_with("report"));
    limits.decompressed = text.size() + gzip(text).size();
    CHECK(outcome(gzip(gzip(text)), limits).ends_with("report"));
  }
}

TEST_CASE("security-1: gzip bombs stop at the bound") {
  const std::string flat = gzip_of(' ', 400 * kMiB);
  CHECK(outcome(flat) == "decompressed-too-large");
  CHECK(outcome(gzip(flat)) == "decompressed-too-large");
  CHECK(outcome(repeated(gzip_of(' ', kMiB), 200)) == "decompressed-too-large");
  CHECK(outcome(gzip_of('[', 400 * kMiB)) == "decompressed-too-large");
  CHECK(outcome(zip({{"a.json", std::string(101 * kMiB, ' ')}})) == "decompressed-too-large");
}

TEST_CASE("json-28: JSON may be nested 32 deep, and not 33") {
  const auto nested = [](std::size_t levels) {  // the report itself is one level
    return report_with(R"("contact-info")",
                       "\"x\":" + repeated("[", levels - 1) + repeated("]", levels - 1) + ",\"contact-info\"");
  };
  CHECK(outcome(nested(32)) == "report");
  CHECK(outcome(nested(33)) == "json-too-deep");
  CHECK(detail_of(read(nested(33))) == "the JSON is nested more than 32 deep (limits.json_depth)");
  Limits limits;
  limits.json_depth = 5;
  CHECK(outcome(kReport, limits) == "report");
  limits.json_depth = 4;
  CHECK(outcome(kReport, limits) == "json-too-deep");
}

TEST_CASE("json-28: JSON a million deep is refused") {
  const std::size_t levels = 1'000'000;
  CHECK(outcome(repeated("[", levels)) == "#1 json-too-deep");
  CHECK(outcome(repeated("{\"policies\":", levels)) == "json-too-deep");
  CHECK(outcome(repeated("[", levels) + repeated("]", levels)) == "#1 json-too-deep");
  CHECK(outcomes("[" + std::string(kReport) + "," + repeated("[", levels)) == Texts{"#1 report", "#2 json-too-deep"});
}

TEST_CASE("a string may have 65536 bytes, and not one more, wherever it stands") {
  const std::string longest(64u << 10, 'x');
  const auto in_name = [](std::string_view text) { return report_with("Example Inc.", text); };
  const auto in_key = [](std::string_view text) {
    return report_with("\"contact-info\"", "\"" + std::string(text) + "\":1,\"contact-info\"");
  };
  const auto in_unknown = [](std::string_view text) {
    return report_with("\"contact-info\"", "\"x\":\"" + std::string(text) + "\",\"contact-info\"");
  };
  CHECK(outcome(in_name(longest)) == "report");
  CHECK(outcome(in_key(longest)) == "report");
  CHECK(outcome(in_unknown(longest)) == "report");
  for (const std::string& payload : {in_name(longest + "x"), in_key(longest + "x"), in_unknown(longest + "x")}) {
    CHECK(outcome(payload) == "string-too-long");
  }
  CHECK(detail_of(read(in_name(longest + "x"))) == "a JSON string is longer than 65536 bytes (limits.string)");
}

TEST_CASE("a name may have 255 bytes; one of more is left out, its beginning kept in the deviation") {
  struct Row {
    const char* member;
    const char* name;
    std::string (*read)(const Policy&);
  };
  const std::vector<Row> rows = {
      {"policy-domain", R"("company.example")", [](const Policy& p) { return p.policy_domain.value_or("-"); }},
      {"policy-type", R"("sts")", [](const Policy& p) { return p.policy_type.value_or("-"); }},
      {"mx-host", R"(["*.company.example"])", [](const Policy& p) { return p.mx_host.empty() ? "-" : p.mx_host[0]; }},
      {"result-type", R"("certificate-expired")", [](const Policy& p) { return p.failure_details.at(0).result_type; }},
      {"receiving-mx-hostname", R"("mx1.company.example")",
       [](const Policy& p) { return p.failure_details.at(0).receiving_mx_hostname.value_or("-"); }},
  };
  const std::string longest(255, 'x');
  for (const Row& row : rows) {
    CAPTURE(row.member);
    const auto named = [&row](const std::string& name) {
      return report_of(report_with(fmt::format("\"{}\": {}", row.member, row.name),
                                   fmt::format("\"{}\": \"{}\"", row.member, name)));
    };
    CHECK(row.read(named(longest).report.policies.at(0)) == longest);
    const ParsedReport longer = named(longest + ".y");
    const std::string left = row.read(longer.report.policies.at(0));
    CHECK((left == "-" || left == "unknown"));
    const auto deviation = std::find_if(longer.deviations.begin(), longer.deviations.end(),
                                        [](const Deviation& d) { return d.code == DeviationCode::kOverlongName; });
    REQUIRE(deviation != longer.deviations.end());
    CHECK(deviation->pointer.ends_with(std::string("/") + row.member));
    CHECK(deviation->detail == longest + ".");
  }
}

TEST_CASE("an organization's name may have 1024 bytes; of one of more its beginning is kept, cut between characters") {
  const auto named = [](const std::string& name) { return report_of(report_with("Example Inc.", name)); };
  const std::string longest(1024, 'x');
  CHECK(named(longest).report.organization_name == longest);
  CHECK(named(longest).deviations.empty());
  const ParsedReport longer = named(longest.substr(1) + "\xC3\xA4y");
  CHECK(longer.report.organization_name == longest.substr(1));
  REQUIRE(longer.deviations.size() == 1);
  CHECK(longer.deviations[0].code == DeviationCode::kOverlongName);
  CHECK(longer.deviations[0].pointer == "/organization-name");
  CHECK(longer.deviations[0].detail == longest.substr(0, 256));
}

TEST_CASE("of a policy a mebibyte of lines and hosts is kept, and what still fits; the next policy has as much") {
  const std::string line(64'000, 'x');
  const std::string lines = repeated("\"" + line + "\",", 17) + R"("mode: testing")";
  const std::string policy =
      fmt::format(R"({{"policy":{{"policy-type":"sts","policy-string":[{}],"mx-host":["{}"]}}}})", lines, "mx.example");
  const std::vector<Finding> findings = read(with_policies(policy + "," + policy));
  const auto& parsed = std::get<ParsedReport>(findings.at(0).what);
  for (const Policy& kept : parsed.report.policies) {
    REQUIRE(kept.policy_string.size() == 17);
    CHECK(kept.policy_string[15] == line);
    CHECK(kept.policy_string[16] == "mode: testing");
    CHECK(kept.mx_host == Texts{"mx.example"});
  }
  std::vector<std::string> left_out;
  for (const Deviation& deviation : parsed.deviations) {
    if (deviation.code == DeviationCode::kOverlongName) left_out.push_back(deviation.pointer);
  }
  CHECK(left_out == Texts{"/policies/0/policy/policy-string/16", "/policies/1/policy/policy-string/16"});
}

TEST_CASE("a name is measured as it is kept, without its dot") {
  const auto domain_of = [](const std::string& name) {
    return report_of(report_with("\"company.example\"", "\"" + name + "\"")).report.policies.at(0).policy_domain;
  };
  const std::string labels = repeated(std::string(49, 'a') + ".", 5);  // 250 bytes
  CHECK(domain_of(labels + "bcdef.") == labels + "bcdef");
  CHECK_FALSE(domain_of(labels + "bcdefg.").has_value());
}

TEST_CASE("a string's bytes are counted once decoded") {
  Limits limits;
  limits.string = 60;  // of the report itself, the longest has 50
  CHECK(outcome(report_with("Example Inc.", repeated("\\u00e4", 30)), limits) == "report");
  CHECK(outcome(report_with("Example Inc.", repeated("\\u00e4", 31)), limits) == "string-too-long");
}

TEST_CASE("strings and numbers of ten megabytes are refused") {
  const std::string long_text(10 * kMiB, '1');
  CHECK(outcome(report_with("Example Inc.", long_text)) == "string-too-long");
  CHECK(outcome(report_with("Example Inc.", repeated("\\n", 5 * kMiB))) == "string-too-long");
  CHECK(outcome(report_with("37", "0." + long_text)) == "string-too-long");
  CHECK(outcome("\"" + long_text) == "string-too-long");
}

TEST_CASE("a report may have as many policies as limits.policies, and not one more") {
  Limits limits;
  limits.policies = 3;
  CHECK(outcome(with_policies("{},{},{}"), limits) == "report");
  CHECK(outcome(with_policies("{},{},{},{}"), limits) == "too-many-policies");
  CHECK(detail_of(read(with_policies("{},{},{},{}"), limits)) ==
        "the report has more than 3 policies (limits.policies)");
  CHECK(outcome(with_policies(repeated("{},", 9'999) + "{}")) == "report");
  CHECK(outcome(with_policies(repeated("{},", 10'000) + "{}")) == "too-many-policies");
}

TEST_CASE("a report may have as many failure details as limits.failure_details, over all its policies") {
  Limits limits;
  limits.failure_details = 3;
  const std::string two = R"({"failure-details":[{},{}]})";
  const std::string one = R"({"failure-details":[{}]})";
  CHECK(outcome(with_policies(two + "," + one), limits) == "report");
  CHECK(outcome(with_policies(two + "," + two), limits) == "too-many-failure-details");
  CHECK(detail_of(read(with_policies(two + "," + two), limits)) ==
        "the report has more than 3 failure details (limits.failure_details)");
  CHECK(outcome(with_details(repeated("{},", 99'999) + "{}")) == "report");
  CHECK(outcome(with_details(repeated("{},", 100'000) + "{}")) == "too-many-failure-details");
}

TEST_CASE("ten million failure details are refused") {
  CHECK(outcome(with_details(repeated("{},", 9'999'999) + "{}")) == "too-many-failure-details");
}

TEST_CASE("a report with too much in it does not take its neighbours with it") {
  Limits limits;
  limits.policies = 1;
  CHECK(outcomes("[" + std::string(kReport) + "," + with_policies("{},{}") + "," + std::string(kReport) + "]",
                 limits) == Texts{"#1 report", "#2 too-many-policies", "#3 report"});
}

TEST_CASE("other JSON with much in it is still no report") {
  CHECK(outcome(R"({"policies":[)" + repeated("{},", 20'000) + "{}]}") == "ignored");
}

TEST_CASE("security-17: what takes little text and much memory is bounded too") {
  Limits limits;
  limits.decompressed = kMiB;
  limits.policies = 10;
  limits.failure_details = 10;
  CHECK(outcome(with_policies(R"({"policy":{"mx-host":[)" + repeated("\"a\",", 100'000) + "\"a\"]}}"), limits) ==
        "decompressed-too-large");
  CHECK(outcome(with_policies(R"({"policy":{"policy-string":[)" + repeated("\"a\",", 100'000) + "\"a\"]}}"), limits) ==
        "decompressed-too-large");
  CHECK(outcome("[" + repeated("{\"report-id\":1},", 100'000) + "{}]", limits) == "decompressed-too-large");
  CHECK(outcome("[" + repeated("7,", 100'000) + "7]", limits) == "decompressed-too-large");
  const auto with_strings = [](char character) {
    const std::string text = "\"" + std::string(20'000, character) + "\",";
    return with_policies(R"({"policy":{"policy-string":[)" + repeated(text, 30) + "\"a\"]}}");
  };
  CHECK(outcome(with_strings('x'), limits) == "report");
  CHECK(outcome(with_strings('\x01'), limits) == "decompressed-too-large");
  const std::string tiny = with_policies("");
  CHECK(outcome("[" + repeated(tiny + ",", 20'000) + tiny + "]", limits) == "decompressed-too-large");
}

TEST_CASE("no more than a thousand deviations of a report are kept") {
  const ParsedReport at_most =
      report_of(with_details(repeated(R"({"result-type":"x"},)", 999) + R"({"result-type":"x"})"));
  CHECK(at_most.deviations.size() == 1000);
  CHECK(at_most.deviations.back().code == DeviationCode::kMissingFailedSessionCount);
  const ParsedReport more =
      report_of(with_details(repeated(R"({"result-type":"x"},)", 1004) + R"({"result-type":"x"})"));
  CHECK(more.deviations.size() == 1001);
  CHECK(more.deviations.back().code == DeviationCode::kMoreDeviations);
  CHECK(more.deviations.back().detail == "5 more");
}

TEST_CASE("millions of duplicate keys take no memory") {
  CHECK(outcome(report_with("\"report-id\"", repeated("\"report-id\":1,", 2'000'000) + "\"report-id\"")) == "report");
}

TEST_CASE("ten thousand names of a message become A-labels, more are only lower-cased") {
  const auto with_hosts = [](std::size_t count) {
    return with_policies(R"({"policy":{"mx-host":[)" + repeated("\"\xC3\xA4.Example\",", count) + "\"end.example\"]}}");
  };
  const std::vector<std::string> most = report_of(with_hosts(10'000)).report.policies.at(0).mx_host;
  CHECK(most.at(9'999) == "xn--4ca.example");
  const std::vector<std::string> more = report_of(with_hosts(10'001)).report.policies.at(0).mx_host;
  CHECK(more.at(9'999) == "xn--4ca.example");
  CHECK(more.at(10'000) == "\xC3\xA4.example");
}

TEST_CASE("limits beyond any memory are no limits") {
  Limits limits;
  limits.decompressed = limits.json_depth = limits.string = limits.policies = limits.failure_details =
      static_cast<std::size_t>(-1);
  CHECK(outcome(gzip(kReport), limits) == "report");
}

}  // namespace tlsrpt::parser::test
