#include "parser/hints.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "parser/json.hpp"
#include "support.hpp"

namespace tlsrpt::parser::test {
namespace {

using Texts = std::vector<std::string>;

ParsedReport nameless() {
  return report_of(report_with("\"Example Inc.\"", "null"));
}
ParsedReport domainless(std::string_view report_id = "2024-02-22T00:00:00Z_company.example") {
  return report_of(with(report_with("\"company.example\"", "\"\""), "2024-02-22T00:00:00Z_company.example", report_id));
}

Policy policy(std::string type, std::optional<std::string> domain) {
  Policy made;
  made.policy_type = std::move(type);
  made.policy_domain = std::move(domain);
  return made;
}

}  // namespace

TEST_CASE("json-9: a missing organization name is filled from the best hint that there is") {
  Hints hints{.submitter = "header.example",
              .subject = "Report Domain: company.example Submitter: subject.example Report-ID: <1@subject.example>",
              .from_domain = "mail.from.example",
              .filename = "file.example!company.example!1708560000!1708646399.json"};
  const auto check = [&hints](const char* name, const char* source) {
    ParsedReport parsed = nameless();
    fill_gaps(parsed, hints);
    CHECK(parsed.report.organization_name == name);
    CHECK(quotes(parsed) == Texts{"missing-organization-name at /organization-name: ",
                                  std::string("filled-organization-name at /organization-name: ") + source});
  };
  check("header.example", "TLS-Report-Submitter");
  hints.submitter = " ";
  check("subject.example", "Subject");
  hints.submitter.reset();
  check("subject.example", "Subject");
  hints.subject = "TLS report";
  check("file.example", "file name");
  hints.filename = "report.json";
  check("mail.from.example", "From");

  ParsedReport parsed = nameless();
  fill_gaps(parsed, {});
  CHECK_FALSE(parsed.report.organization_name.has_value());
  CHECK(codes(parsed) == Texts{"missing-organization-name"});
}

TEST_CASE("json-32: a missing policy domain is filled from the best hint that there is") {
  Hints hints{.report_domain = "Header.Example.",
              .subject = "Report Domain: Subject.Example. Submitter: sender.example Report-ID: <1@sender.example>",
              .filename = "sender.example!file.example!1708560000!1708646399!001.json.gz"};
  const auto check = [&hints](const char* domain, const char* source) {
    ParsedReport parsed = domainless();
    fill_gaps(parsed, hints);
    CHECK(parsed.report.policies.at(0).policy_domain == domain);
    CHECK(quotes(parsed).back() == std::string("filled-policy-domain at /policies/0/policy/policy-domain: ") + source);
  };
  check("header.example", "TLS-Report-Domain");
  hints.report_domain = ".";
  check("subject.example", "Subject");
  hints.report_domain.reset();
  check("subject.example", "Subject");
  hints.subject.reset();
  check("file.example", "file name");
  hints.filename = "report.json";
  check("company.example", "report-id");
}

TEST_CASE("a hint that is longer than a domain name can be is none") {
  const std::string longest = std::string(255 - 8, 'a') + ".example";
  for (const std::string& domain : {longest, "a" + longest}) {
    const std::string subject = "Report Domain: " + domain + " Submitter: s.example";
    const std::string filename = "s.example!" + domain + "!1!2.json";
    for (const Hints& hints :
         {Hints{.report_domain = domain}, Hints{.subject = subject}, Hints{.filename = filename}}) {
      ParsedReport parsed = domainless("1");
      fill_gaps(parsed, hints);
      CHECK(parsed.report.policies.at(0).policy_domain == (domain == longest ? std::optional(domain) : std::nullopt));
    }
    ParsedReport parsed = domainless("2024_" + domain);
    fill_gaps(parsed, {});
    CHECK(parsed.report.policies.at(0).policy_domain == (domain == longest ? std::optional(domain) : std::nullopt));
  }
}

TEST_CASE("an organization name that is filled in is as long as one of the report's own may be") {
  ParsedReport parsed;
  const std::string submitter = std::string(1023, 'x') + "\xC3\xA4";
  fill_gaps(parsed, {.submitter = submitter});
  CHECK(parsed.report.organization_name == std::string(1023, 'x'));
}

TEST_CASE("json-15, mail-24: subjects of RFC 8460 §5.3 are understood as they are really written") {
  struct Row {
    const char* subject;
    const char* submitter;
    const char* domain;
  };
  for (const Row& row :
       {Row{"Report Domain: a.example Submitter: google.com Report-ID: <2024.02.22T00.00.00Z+a.example@google.com>",
            "google.com", "a.example"},
        Row{"Report Domain: a.example Submitter: microsoft.com Report-ID: <133925885310113267+a.example>",
            "microsoft.com", "a.example"},
        Row{"Report Domain: a.example Submitter: mail.ru Report-ID: b28254de@mail.ru", "mail.ru", "a.example"},
        Row{"Report Domain: a.example Submitter: Some Company, Inc. Report-ID: <1>", "Some Company, Inc.", "a.example"},
        Row{"report domain: A.Example. submitter: Sender.example report-id: <1>", "Sender.example", "a.example"},
        Row{"[External] Report Domain: a.example Submitter: s.example Report-ID: <1>", "s.example", "a.example"},
        Row{"Report  Domain: x Report Domain: a.example  Submitter:  s.example", "s.example", "a.example"}}) {
    CAPTURE(row.subject);
    const std::optional<ReportSubject> read = parse_report_subject(row.subject);
    REQUIRE(read.has_value());
    CHECK(read->submitter == row.submitter);
    CHECK(read->policy_domain == row.domain);
  }
  for (const char* const subject :
       {"", "TLS report", "Report Domain: a.example", "Submitter: s.example Report Domain: a.example",
        "Report Domain: Submitter: s.example Report-ID: <1>", "Report Domain: a.example Submitter: Report-ID: <1>",
        "Report Domain: two words Submitter: s.example Report-ID: <1>"}) {
    CAPTURE(subject);
    CHECK_FALSE(parse_report_subject(subject).has_value());
  }
}

TEST_CASE("who submitted is said by the header, else the subject, else the file name") {
  const std::string subject = "Report Domain: a.example Submitter: Subject.Example Report-ID: <1>";
  const std::string filename = "file.example!a.example!1!2.json";
  CHECK(submitter_domain({.submitter = "Header.Example.", .subject = subject, .filename = filename}) ==
        "header.example");
  CHECK(submitter_domain({.subject = subject, .filename = filename}) == "subject.example");
  CHECK(submitter_domain({.subject = "Re: x", .from_domain = "f.example", .filename = filename}) == "file.example");
  CHECK_FALSE(submitter_domain({.from_domain = "f.example"}).has_value());
}

TEST_CASE("json-14: not everything behind an underscore in a report-id is a domain") {
  for (const char* const id : {"123_456", "1705_1234.5", "a_", "company.example", "x_mail@b.example", "x_.example"}) {
    CAPTURE(id);
    ParsedReport parsed = domainless(id);
    fill_gaps(parsed, {});
    CHECK_FALSE(parsed.report.policies.at(0).policy_domain.has_value());
  }
}

TEST_CASE("the JSON is the authority: hints change nothing that it says") {
  ParsedReport parsed = report_of(kReport);
  const ParsedReport before = parsed;
  fill_gaps(parsed, {.report_domain = "other.example", .submitter = "other.example", .from_domain = "other.example"});
  CHECK(parsed.report == before.report);
  CHECK(parsed.deviations.empty());
}

TEST_CASE("filling gaps leaves the digests as the JSON alone gave them") {
  ParsedReport parsed = nameless();
  const ParsedReport before = parsed;
  fill_gaps(parsed, {.submitter = "sender.example"});
  CHECK(parsed.identity == before.identity);
  CHECK(parsed.content == before.content);
}

TEST_CASE("only policies without a domain get one") {
  ParsedReport parsed;
  parsed.report.policies = {policy("tlsa", "mx.a.example"), policy("no-policy-found", std::nullopt)};
  fill_gaps(parsed, {.report_domain = "a.example", .submitter = "s.example"});
  CHECK(parsed.report.policies[0].policy_domain == "mx.a.example");
  CHECK(parsed.report.policies[1].policy_domain == "a.example");
  CHECK(places(parsed) == Texts{"filled-organization-name at /organization-name",
                                "filled-policy-domain at /policies/1/policy/policy-domain"});
}

TEST_CASE("mail-21: file names of RFC 8460 §5.1 are understood") {
  struct Row {
    const char* filename;
    const char* submitter;
    const char* domain;
  };
  for (const Row& row :
       {Row{"google.com!company.example!1708560000!1708646399!001.json.gz", "google.com", "company.example"},
        Row{"microsoft.com!company.example!1708560000!1708646399!133925885310113267.json.gz", "microsoft.com",
            "company.example"},
        Row{"sender.example!company.example!1708560000!1708646399.json.gz", "sender.example", "company.example"},
        Row{"sender.example!company.example!1708560000!1708646399.json", "sender.example", "company.example"},
        Row{"Sender.Example!Company.Example.!1708560000!1708646399.JSON.GZ", "sender.example", "company.example"},
        Row{"/tmp/reports/sender.example!company.example!1708560000!1708646399.json", "sender.example",
            "company.example"}}) {
    CAPTURE(row.filename);
    const std::optional<ReportFilename> name = parse_report_filename(row.filename);
    REQUIRE(name.has_value());
    CHECK(name->submitter == row.submitter);
    CHECK(name->policy_domain == row.domain);
    CHECK(format_time(name->begin) == "2024-02-22T00:00:00Z");
    CHECK(format_time(name->end) == "2024-02-22T23:59:59Z");
  }
}

TEST_CASE("mail-21: other file names are not") {
  for (const char* const filename :
       {"", "report.json.gz", "a!b!1!2", "a!b!1!2.txt", "a!b!1.json", "a!b!1!2!3!4.json", "a!b!x!2.json", "a!b!1!.json",
        "a!b!-1!2.json", "a!b!1!99999999999999999999.json", "a!b!1!253402300800.json", "!b!1!2.json", "a!!1!2.json",
        "a!.!1!2.json", "a!b!1!2.xml.gz!x"}) {
    CAPTURE(filename);
    CHECK_FALSE(parse_report_filename(filename).has_value());
  }
}

TEST_CASE("the report's domain is the first sts policy's") {
  Report report;
  report.policies = {policy("tlsa", "a.example"), policy("sts", std::nullopt), policy("sts", "mail.b.example"),
                     policy("sts", "c.example")};
  CHECK(report_domain(report, {.report_domain = "a.example"}) == "mail.b.example");
}

TEST_CASE("without an sts policy the report's domain is a hint that a policy bears out") {
  const std::string filename = "sender.example!file.example!1!2.json";
  Report report;
  report.policies = {policy("tlsa", "mx.header.example"), policy("no-policy-found", "mx.file.example")};
  CHECK(report_domain(report, {.report_domain = "Header.example", .filename = filename}) == "header.example");
  CHECK(report_domain(report, {.report_domain = "other.example", .filename = filename}) == "file.example");
  CHECK(report_domain(report, {.filename = filename}) == "file.example");
  CHECK(report_domain(report, {.report_domain = "mx.header.example"}) == "mx.header.example");
  CHECK(report_domain(report, {.report_domain = "x.mx.header.example"}) == "mx.header.example");
  CHECK(report_domain(report, {.report_domain = "eader.example"}) == "mx.header.example");
}

TEST_CASE("without a hint the report's domain is the one with the fewest labels, the first of those") {
  Report report;
  report.policies = {policy("tlsa", "mx1.a.example"), policy("tlsa", "b.example"), policy("tlsa", "a.example")};
  CHECK(report_domain(report, {}) == "b.example");
  report.policies = {policy("tlsa", std::nullopt)};
  CHECK_FALSE(report_domain(report, {.report_domain = "a.example"}).has_value());
  CHECK_FALSE(report_domain({}, {.report_domain = "a.example"}).has_value());
}

}  // namespace tlsrpt::parser::test
