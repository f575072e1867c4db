#include "mime/authentication.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "mime/authentication_results.hpp"
#include "mime/envelope.hpp"

using namespace tlsrpt::mime;

namespace {

const std::string kOurs = "mx.example.org";

// The verdict on mail From corp.sender.example, submitted by "The Sender".
std::string verdict(const std::vector<std::string>& fields) {
  Envelope envelope;
  envelope.from_domain = "corp.sender.example";
  envelope.tls_report_submitter = "The Sender";
  envelope.authentication_results = fields;
  return std::string(to_string(authenticate(envelope, kOurs)));
}

}  // namespace

TEST_CASE("The verdict on DKIM is read from the field as servers write it") {
  struct Row {
    std::string what;
    std::string field;
    const char* verdict;
  };
  const std::vector<Row> rows = {
      {"Google's form",
       "mx.example.org; dkim=pass header.i=@corp.sender.example header.s=1 header.b=\"a/b+\"; spf=pass (x: y) "
       "smtp.mailfrom=z",
       "pass"},
      {"OpenDKIM's form",
       "mx.example.org; dkim=pass (2048-bit key; unprotected) header.d=corp.sender.example "
       "header.i=@corp.sender.example header.b=\"AbC\"",
       "pass"},
      {"rspamd's form",
       "mx.example.org;\tdkim=pass header.d=corp.sender.example header.s=s header.b=abc;\tdmarc=pass (policy=reject) "
       "header.from=corp.sender.example;",
       "pass"},
      {"versions", "mx.example.org 1; dkim/1=pass header.d=corp.sender.example", "pass"},
      {"another version of the field", "mx.example.org 2; dkim=pass header.d=corp.sender.example", "unknown"},
      {"another version of the method", "mx.example.org 1; dkim/2=pass header.d=corp.sender.example", "unknown"},
      {"a version that is none", "mx.example.org; dkim/=pass header.d=corp.sender.example", "unknown"},
      {"another version of the method, and one that is known",
       "mx.example.org; dkim/2=pass header.d=corp.sender.example; dkim=fail header.d=corp.sender.example", "fail"},
      {"spaces and comments everywhere",
       "(a) mx.example.org (b) 1 (c) ; (d) dkim (e) / (f) 1 (g) = (h) pass (i) header (j) . (k) d (l) = (m) "
       "corp.sender.example (n)",
       "pass"},
      {"folds between and within, as in the message",
       "mx.example.org;\r\n\tdkim=pass reason=\"all\r\n is well; dkim=fail\"\r\n\theader.d=\"corp.sender.example\"\r\n",
       "pass"},
      {"upper case", "MX.EXAMPLE.ORG; DKIM=PASS HEADER.D=CORP.SENDER.EXAMPLE", "pass"},
      {"nested comments and quotes in them",
       "mx.example.org; dkim=pass (a (b; dkim=fail) \" \\) c) header.d=corp.sender.example", "pass"},
      {"a quoted authserv-id", "\"mx.example.org\"; dkim=pass header.d=corp.sender.example", "pass"},
      {"a quoted value", "mx.example.org; dkim=pass header.d=\"corp.sender.example\"", "pass"},
      {"a quoted local part", "mx.example.org; dkim=pass header.i=\"a b\"@corp.sender.example", "pass"},
      {"a reason", "mx.example.org; dkim=pass reason=\"good; signature\" header.d=corp.sender.example", "pass"},
      {"unknown properties", "mx.example.org; dkim=pass x.y=z policy.strict=no header.d=corp.sender.example", "pass"},
      {"another method first", "mx.example.org; spf=fail smtp.mailfrom=x; dkim=pass header.d=corp.sender.example",
       "pass"},
      {"the organisational domain", "mx.example.org; dkim=pass header.d=sender.example", "pass"},
      {"another name of it", "mx.example.org; dkim=pass header.d=mail.sender.example", "pass"},
      {"an agent without a sign", "mx.example.org; dkim=pass header.i=sender.example", "pass"},
      {"header.d before header.i", "mx.example.org; dkim=pass header.i=@sender.example header.d=other.example", "none"},
      {"somebody else's signature", "mx.example.org; dkim=pass header.d=other.example", "none"},
      {"a name that only ends alike", "mx.example.org; dkim=pass header.d=xsender.example", "none"},
      {"a public suffix", "mx.example.org; dkim=pass header.d=example", "none"},
      {"a pass of nobody", "mx.example.org; dkim=pass", "none"},
      {"a pass of nothing", "mx.example.org; dkim=pass header.d=\"\"", "none"},
      {"a domain in another method's properties", "mx.example.org; dkim=pass; dmarc=pass header.d=sender.example",
       "none"},
      {"a domain in a comment", "mx.example.org; dkim=pass (header.d=sender.example)", "none"},
      {"no signature", "mx.example.org; dkim=none", "none"},
      {"neutral", "mx.example.org; dkim=neutral header.d=sender.example", "none"},
      {"fail", "mx.example.org; dkim=fail (bad; signature) header.d=sender.example", "fail"},
      {"policy", "mx.example.org; dkim=policy header.d=sender.example", "fail"},
      {"temperror", "mx.example.org; dkim=temperror header.d=sender.example", "fail"},
      {"permerror", "mx.example.org; dkim=permerror", "fail"},
      {"a result nobody knows", "mx.example.org; dkim=passed header.d=sender.example", "fail"},
      {"one of several signatures",
       "mx.example.org; dkim=fail header.d=other.example; dkim=pass header.d=sender.example", "pass"},
      {"none of several signatures",
       "mx.example.org; dkim=pass header.d=other.example; dkim=fail header.d=sender.example", "fail"},
      {"no method", "mx.example.org; none", "unknown"},
      {"no result", "mx.example.org", "unknown"},
      {"another method", "mx.example.org; dkim-atps=pass header.d=sender.example", "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(verdict({row.field}) == row.verdict);
  }
}

TEST_CASE("Only the configured authserv-id is believed") {
  for (const std::string_view id :
       {"mx.example.orgx", "xmx.example.org", "mx.example.or", "mx.example.org.", "mx.example.org/1", "example.org",
        "mx.example.org.evil.example", "\"mx.example.org \"", "(mx.example.org) evil.example",
        "evil.example mx.example.org", "evil.example 1 mx.example.org", "mx.example.org x", "mx.example.org 1x"}) {
    CAPTURE(id);
    CHECK(verdict({std::string(id) + "; dkim=pass header.d=sender.example"}) == "unknown");
  }
}

TEST_CASE("The topmost field that has our authserv-id and a dkim result counts") {
  const std::string pass = "mx.example.org; dkim=pass header.d=sender.example";
  const std::string fail = "mx.example.org; dkim=fail header.d=sender.example";
  CHECK(verdict({pass, fail}) == "pass");
  CHECK(verdict({fail, pass}) == "fail");
  CHECK(verdict({"mx.example.org; dkim=none", pass}) == "none");
  // OpenDMARC above OpenDKIM, each with a field of its own.
  CHECK(verdict({"mx.example.org; dmarc=pass (p=none) header.from=sender.example", pass, fail}) == "pass");
  CHECK(verdict({"mx.example.org; spf=fail", "evil.example; dkim=pass header.d=sender.example", fail}) == "fail");
  CHECK(verdict({"mx.example.org; dmarc=pass", "mx.example.org; none"}) == "unknown");
}

TEST_CASE("Whole headers are judged as servers and forgers write them (mail-27)") {
  const std::string from = "From: TLS Reports <noreply@corp.sender.example>\r\n";
  const std::string opendmarc =
      "Authentication-Results: mx.example.org; dmarc=pass (p=reject dis=none)\r\n"
      "\theader.from=corp.sender.example\r\n";
  const std::string opendkim =
      "Authentication-Results: mx.example.org;\r\n"
      "\tdkim=pass (2048-bit key; unprotected) header.d=corp.sender.example\r\n"
      "\t header.i=@corp.sender.example header.b=\"Cs/zp0dP\";\r\n"
      "\tdkim-atps=neutral\r\n";
  const std::string forged = "Authentication-Results: mx.example.org; dkim=pass header.d=corp.sender.example\r\n";
  const std::string failed =
      "Authentication-Results: mx.example.org; dkim=fail (bad signature) header.d=sender.example\r\n";
  struct Row {
    const char* what;
    std::string header;
    const char* verdict;
  };
  const std::vector<Row> rows = {
      {"Postfix with OpenDKIM and OpenDMARC, a field for each", opendmarc + opendkim, "pass"},
      {"the same, below another server's",
       "Authentication-Results: relay.example; dkim=fail\r\n" + opendmarc + opendkim, "pass"},
      {"a forged field below ours", opendmarc + failed + forged, "fail"},
      {"a forged field below ours, which found no signature",
       "Authentication-Results: mx.example.org; dkim=none\r\n" + forged, "none"},
      {"a field that only looks like ours",
       "Authentication-Results: mx.example.org.evil.example; dkim=pass "
       "header.d=corp.sender.example\r\n",
       "unknown"},
      {"fields of other names",
       "ARC-Authentication-Results: i=1; mx.example.org; dkim=pass header.d=corp.sender.example\r\n"
       "X-Authentication-Results: mx.example.org; dkim=pass header.d=corp.sender.example\r\n"
       "Authentication-Results-Original: mx.example.org; dkim=pass header.d=corp.sender.example\r\n",
       "unknown"},
      {"a field in the middle of another",
       "Subject: x\r\n Authentication-Results: mx.example.org; dkim=pass header.d=corp.sender.example\r\n", "unknown"},
      {"Exchange Online, without an authserv-id",
       "Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=sender.example; dkim=pass (signature "
       "was verified) header.d=corp.sender.example;dmarc=pass action=none header.from=sender.example;compauth=pass\r\n",
       "unknown"},
      {"Amavis, with a reason",
       "Authentication-Results: mx.example.org (amavisd-new); dkim=pass (2048-bit key)\r\n"
       " reason=\"pass (just generated, assumed good)\" header.d=sender.example\r\n",
       "pass"},
      {"Authentication Milter, with properties of its own",
       "Authentication-Results: mx.example.org;\r\n    dkim=pass (2048-bit rsa key sha256) header.d=sender.example\r\n"
       "      header.i=@sender.example header.b=Ab/+= header.a=rsa-sha256 header.s=fm3 x-bits=2048\r\n",
       "pass"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(to_string(authenticate(read_envelope(read_header(row.header + from)), kOurs)) == row.verdict);
  }
}

TEST_CASE("What breaks the grammar is passed over, and takes nothing else with it") {
  struct Row {
    std::string field;
    const char* verdict;
  };
  const std::vector<Row> rows = {
      {"", "unknown"},
      {";", "unknown"},
      {"=;", "unknown"},
      {"mx.example.org dkim=pass header.d=sender.example", "unknown"},
      {"dkim=pass header.d=sender.example; mx.example.org", "unknown"},  // no authserv-id at all
      {"mx.example.org;;; dkim=pass header.d=sender.example;;", "pass"},
      {"mx.example.org; junk; dkim=pass header.d=sender.example", "pass"},
      {"mx.example.org; =; dkim=pass header.d=sender.example", "pass"},
      {"mx.example.org; spf=pass smtp.mailfrom; dkim=pass header.d=sender.example", "pass"},
      {"mx.example.org; dkim; dkim=pass header.d=sender.example", "pass"},
      {"mx.example.org; dkim=pass header.d", "unknown"},
      {"mx.example.org; dkim=pass junk header.d=sender.example", "unknown"},
      {"mx.example.org; dkim=", "unknown"},
      {"mx.example.org; spf=pass reason=\"; dkim=pass header.d=sender.example", "unknown"},  // unclosed
      {"mx.example.org; spf=pass (; dkim=pass header.d=sender.example", "unknown"},
      {"mx.example.org; spf=pass smtp.mailfrom=\"; dkim=pass header.d=sender.example\"", "unknown"},
      {"mx.example.org; dkim=fail reason=\"x\\\"; dkim=pass header.d=sender.example\"", "fail"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.field);
    CHECK(verdict({row.field}) == row.verdict);
  }
}

TEST_CASE("A signature may be aligned with the From domain or with the submitter (mail-25, mail-27)") {
  struct Row {
    std::string from;
    std::string submitter;
    std::string signer;
    const char* verdict;
  };
  const std::vector<Row> rows = {
      {"corp.mail.ru", "mail.ru", "corp.mail.ru", "pass"},
      {"corp.mail.ru", "other.example", "mail.ru", "pass"},
      {"other.example", "mail.ru", "corp.mail.ru", "pass"},
      {"other.example", " Mail.RU. ", "mail.ru", "pass"},
      {"other.example", "Mail.ru Group", "mail.ru", "none"},
      {"", "mail.ru", "mail.ru", "pass"},
      {"mail.ru", "", "mail.ru", "pass"},
      {"", "", "mail.ru", "none"},
      // Public suffixes: two organisations under each of them.
      {"a.co.uk", "", "b.co.uk", "none"},
      {"a.b.co.uk", "", "c.b.co.uk", "pass"},
      {"a.github.io", "", "b.github.io", "none"},
      {"co.uk", "", "co.uk", "pass"},
      {"com", "", "example.com", "none"},
      // Internationalised names, in either form (RFC 8601 §5.3).
      {"xn--bcher-kva.example", "", "b\xC3\xBC\x63her.example", "pass"},
      {"mail.xn--bcher-kva.example", "", "xn--bcher-kva.example", "pass"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.from);
    CAPTURE(row.submitter);
    CAPTURE(row.signer);
    Envelope envelope;
    if (!row.from.empty()) envelope.from_domain = row.from;
    if (!row.submitter.empty()) envelope.tls_report_submitter = row.submitter;
    envelope.authentication_results = {"mx.example.org; dkim=pass header.d=" + std::string(row.signer)};
    CHECK(to_string(authenticate(envelope, kOurs)) == row.verdict);
  }
}

TEST_CASE("Without a configured authserv-id, or without a field of it, nothing is known") {
  Envelope envelope;
  envelope.from_domain = "sender.example";
  CHECK(authenticate(envelope, kOurs) == Authentic::kUnknown);
  envelope.authentication_results = {"mx.example.org; dkim=pass header.d=sender.example"};
  CHECK(authenticate(envelope, std::nullopt) == Authentic::kUnknown);
  CHECK(authenticate(envelope, "MX.example.ORG") == Authentic::kPass);
}

TEST_CASE("A field of long junk takes no time and gives nothing") {
  for (const std::string_view text : {"(", "\"", ";", "a=b;", "spf=pass ", "x.y=z ", "\\", "=", "."}) {
    CAPTURE(text);
    std::string field = "mx.example.org;";
    while (field.size() < 256u << 10) field += text;
    CHECK(verdict({field, "mx.example.org; dkim=pass header.d=sender.example"}) == "pass");
  }
}

TEST_CASE("Every result of a field is read with its properties") {
  const auto parsed = parse_authentication_results(
      "mx.example.org 1; SPF/1=Pass reason=\"why not\" smtp.mailfrom=\"a b\"@c (d); dkim=none; x=y p.q=");
  REQUIRE(parsed);
  CHECK(parsed->authserv_id == "mx.example.org");
  REQUIRE(parsed->results.size() == 3);
  CHECK(parsed->results[0].method == "spf");
  CHECK(parsed->results[0].result == "pass");
  CHECK(parsed->results[0].property("smtp.mailfrom") == "a b@c");
  CHECK_FALSE(parsed->results[0].property("reason"));
  CHECK(parsed->results[1].result == "none");
  CHECK(parsed->results[2].property("p.q") == "");
}
