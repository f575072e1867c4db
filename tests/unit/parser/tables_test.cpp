#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "parser/deviation.hpp"
#include "parser/reason.hpp"
#include "parser/result_type.hpp"

namespace tlsrpt::parser::test {
namespace {

bool is_kebab_case(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.back() != '-' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

}  // namespace

TEST_CASE("every deviation code has a name of its own and a sentence") {
  std::set<std::string_view> names;
  for (const DeviationInfo& info : deviation_codes()) {
    CAPTURE(info.name);
    CHECK(is_kebab_case(info.name));
    CHECK(names.insert(info.name).second);
    CHECK(info.description.ends_with('.'));
    CHECK(to_string(info.code) == info.name);
  }
  CHECK(to_string(DeviationCode::kLenientBase64) == "lenient-base64");
  CHECK(to_string(DeviationCode::kMoreDeviations) == "more-deviations");
}

TEST_CASE("reasons and their codes translate both ways") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Reason::kDatabaseRefused); ++i) {
    const auto reason = static_cast<Reason>(i);
    CAPTURE(to_string(reason));
    CHECK(is_kebab_case(to_string(reason)));
    CHECK(names.insert(to_string(reason)).second);
    CHECK(reason_from_string(to_string(reason)) == reason);
  }
  CHECK(to_string(Reason::kBadGzip) == "bad-gzip");
  CHECK(to_string(Reason::kNotAReport) == "not-a-report");
  CHECK(to_string(Reason::kDatabaseRefused) == "database-refused");
  CHECK_FALSE(reason_from_string("bad").has_value());
  CHECK_FALSE(reason_from_string("").has_value());
}

TEST_CASE("every command ends by itself, and has what it needs") {
  const auto count = [](std::string_view text, std::string_view part) {
    int times = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++times;
    return times;
  };
  for (const ResultType& type : result_types()) {
    CAPTURE(type.code);
    CHECK(count(type.remedy, "openssl s_client") == count(type.remedy, "</dev/null"));
    CHECK(count(type.remedy, "-dane_tlsa_domain") == 0);  // fails without -dane_tlsa_rrdata, which nobody can foresee
  }
}

TEST_CASE("every result type of RFC 8460 is explained") {
  for (const char* const code :
       {"starttls-not-supported", "certificate-host-mismatch", "certificate-expired", "certificate-not-trusted",
        "validation-failure", "tlsa-invalid", "dnssec-invalid", "dane-required", "sts-policy-fetch-error",
        "sts-policy-invalid", "sts-webpki-invalid", "unspecified", "unknown"}) {
    CAPTURE(code);
    CHECK(explain(code).code == code);
  }
  CHECK(result_types().size() == 13);
  CHECK(explain("certificate-expired").category == "certificate");
  CHECK(explain("starttls-not-supported").category == "starttls");
  CHECK(explain("sts-webpki-invalid").category == "sts");
  CHECK(explain("tlsa-invalid").category == "dane");
  CHECK(explain("tls-of-the-future").code == "unknown");
  CHECK(explain("").code == "unknown");
}

TEST_CASE("every explanation is complete: a category, a cause, a command, a reference") {
  const std::set<std::string_view> categories = {"certificate", "starttls", "sts", "dane", "other"};
  for (const ResultType& type : result_types()) {
    CAPTURE(type.code);
    CHECK(categories.count(type.category) == 1);
    CHECK(type.cause.ends_with('.'));
    const bool has_command = type.remedy.find("openssl s_client ") != std::string_view::npos ||
                             type.remedy.find("curl ") != std::string_view::npos ||
                             type.remedy.find("dig ") != std::string_view::npos;
    CHECK(has_command);
    CHECK(type.reference.starts_with("RFC 8460 §4"));
  }
}

TEST_CASE("the record type that dig is to ask for is not taken for the MX's name") {
  CHECK(explain("dnssec-invalid").remedy.find("dig +dnssec mx DOMAIN") != std::string_view::npos);
}

}  // namespace tlsrpt::parser::test
