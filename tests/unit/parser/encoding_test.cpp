#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "parser/source.hpp"
#include "parser/text.hpp"
#include "support.hpp"

namespace tlsrpt::parser::test {
namespace {

using Texts = std::vector<std::string>;

constexpr const char* kReplacement = "\xEF\xBF\xBD";

struct Named {
  std::string name;
  Texts codes;
};

// The organization name that is read where this stands between the quotes.
Named name_read(std::string_view text) {
  const ParsedReport parsed = report_of(report_with("Example Inc.", text));
  return {parsed.report.organization_name.value_or(""), codes(parsed)};
}

}  // namespace

TEST_CASE("json-22: a byte order mark is taken off") {
  const ParsedReport parsed = report_of("\xEF\xBB\xBF" + std::string(kReport));
  CHECK(parsed.content == report_of(kReport).content);
  CHECK(places(parsed) == Texts{"byte-order-mark at "});
  CHECK(codes(report_of(gzip("\xEF\xBB\xBF\n" + std::string(kReport)))) == Texts{"byte-order-mark"});
}

TEST_CASE("json-23: UTF-16 is read in either byte order, with and without a mark") {
  const ParsedReport usual = report_of(kReport);
  for (const bool little_endian : {true, false}) {
    const std::string mark = little_endian ? "\xFF\xFE" : "\xFE\xFF";
    const std::string text = utf16(kReport, little_endian);
    for (const std::string& payload : {text, mark + text, gzip(text), gzip(mark + text)}) {
      CAPTURE(little_endian);
      const ParsedReport parsed = report_of(payload);
      CHECK(parsed.report == usual.report);
      CHECK(parsed.content == usual.content);
      CHECK(codes(parsed) == Texts{"utf-16"});
    }
  }
}

TEST_CASE("json-23: characters beyond ASCII come through UTF-16") {
  std::string payload = utf16(report_with("Example Inc.", "A@BC"), false);
  const std::size_t at = payload.find(utf16("A@BC", false));
  REQUIRE(at != std::string::npos);
  payload.replace(at, 8, std::string("\x00\xE4\x20\xAC\xD8\x3D\xDE\x00", 8));  // ä € 😀
  CHECK(report_of(payload).report.organization_name == "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");

  payload.replace(at, 8, std::string("\xD8\x3D\x00\x41\xDE\x00\x00\x42", 8));  // two halves, apart
  const ParsedReport broken = report_of(payload);
  CHECK(broken.report.organization_name == std::string(kReplacement) + "A" + kReplacement + "B");
  CHECK(codes(broken) == Texts{"utf-16", "lone-surrogate"});
}

TEST_CASE("json-23: UTF-16 cut in the middle of a character is cut short") {
  const std::string text = utf16(kReport, true);
  CHECK(outcome(std::string_view(text).substr(0, text.size() - 1)) == "bad-json");
}

TEST_CASE("UTF-32 is no encoding that is read") {
  CHECK(outcome(std::string("{\0\0\0\"\0\0\0", 8)) == "bad-encoding");
  CHECK(outcome(std::string("\0\0\0{\0\0\0\"", 8)) == "bad-encoding");
  CHECK(outcome(std::string("\xFF\xFE\0\0{\0\0\0", 8)) == "bad-encoding");
  CHECK(outcome(std::string("\0\0\xFE\xFF\0\0\0{", 8)) == "bad-encoding");
}

TEST_CASE("json-24: bytes that are not UTF-8 become U+FFFD") {
  const Named latin1 = name_read(
      "B\xFC"
      "cher");
  CHECK(latin1.name == std::string("B") + kReplacement + "cher");
  CHECK(latin1.codes == Texts{"invalid-utf-8"});
  CHECK(name_read("\x80").name == kReplacement);
  CHECK(name_read("\xC3").name == kReplacement);
  CHECK(name_read("\xC0\xAF").codes == Texts{"invalid-utf-8"});          // overlong
  CHECK(name_read("\xF4\x90\x80\x80").codes == Texts{"invalid-utf-8"});  // beyond U+10FFFF
  CHECK(quotes(report_of(report_with("Example Inc.",
                                     "B\xFC"
                                     "cher"))) ==
        Texts{std::string("invalid-utf-8 at /organization-name: B") + kReplacement + "cher"});
}

TEST_CASE("sound UTF-8 is kept") {
  const Named named = name_read("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xEF\xBF\xBD\\u00e4\\ud83d\\ude00");
  CHECK(named.name == "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xEF\xBF\xBD\xC3\xA4\xF0\x9F\x98\x80");
  CHECK(named.codes == Texts{});
}

TEST_CASE("json-25: NUL becomes U+FFFD, escaped or raw") {
  const Named escaped = name_read("A\\u0000B");
  CHECK(escaped.name == std::string("A") + kReplacement + "B");
  CHECK(escaped.codes == Texts{"nul-character"});
  const Named raw = name_read(std::string("A\0B", 3));
  CHECK(raw.name == escaped.name);
  CHECK(raw.codes == Texts{"nul-character"});
}

TEST_CASE("json-25: half of a surrogate pair becomes U+FFFD") {
  for (const char* const half : {"\\ud800", "\\uDBFF", "\\udc00", "\\uDFFF", "\xED\xA0\x80"}) {
    CAPTURE(half);
    const Named named = name_read(std::string("A") + half + "B");
    CHECK(named.name == std::string("A") + kReplacement + "B");
    CHECK(named.codes == Texts{"lone-surrogate"});
  }
  CHECK(name_read("\\ud83d\\ud83d\\ude00").name == std::string(kReplacement) + "\xF0\x9F\x98\x80");
  CHECK(name_read("\\ud800\\u0041").name == std::string(kReplacement) + "A");
  CHECK(name_read("\\ud800\\n").name == std::string(kReplacement) + "\n");
  CHECK(name_read("\\\\ud800").name == "\\ud800");
}

TEST_CASE("control characters that JSON wants escaped are taken, and noted where they stand") {
  const Named raw = name_read("A\tB\x01");
  CHECK(raw.name == "A\tB\x01");
  CHECK(raw.codes == Texts{"control-character"});
  const Named escaped = name_read("A\\tB\\u0001");
  CHECK(escaped.name == raw.name);
  CHECK(escaped.codes == Texts{});

  const std::string both = with(report_with("Example Inc.", "A\\tB\\udf01"), "tls@sender.example", "a\nb");
  CHECK(places(report_of(both)) == Texts{"lone-surrogate at /organization-name", "control-character at /contact-info"});
}

TEST_CASE("what a string cannot hold as it is is seen wherever it stands") {
  for (std::size_t length = 1; length < 24; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      CAPTURE(length);
      CAPTURE(place);
      const auto with = [&](std::string_view text) {
        return std::string(place, 'x').append(text).append(length - place - 1, 'x');
      };
      CHECK(name_read(with("\\\"")).name == with("\""));
      CHECK(name_read(with("\\\\")).name == with("\\"));
      CHECK(name_read(with("\xC3\xA9")).name == with("\xC3\xA9"));
      CHECK(name_read(with("\x7F")).codes.empty());
      CHECK(name_read(with("\x1F")).codes == Texts{"control-character"});
    }
  }
}

TEST_CASE("a faulty escape is no JSON") {
  CHECK(outcome(report_with("Example Inc.", "\\x41")) == "bad-json");
  CHECK(outcome(report_with("Example Inc.", "\\u12G4")) == "bad-json");
  CHECK(outcome(report_with("Example Inc.", "\\ud8")) == "bad-json");
}

TEST_CASE("faults are mended wherever the text happens to be cut into chunks") {
  constexpr std::size_t kLookAhead = 12;  // an escape waits for what may belong to it
  const std::string faults("\\ud83d\\ude00\\ud800\0\t\x80", 21);
  const std::string faulty = report_with("Example Inc.", faults);
  const std::size_t begin = faulty.find(faults);
  REQUIRE(begin != std::string::npos);
  const std::size_t end = begin + faults.size() + kLookAhead;
  for (std::size_t cut = 0; cut <= faulty.size(); cut += cut + 7 < begin || cut > end ? 7 : 1) {
    CAPTURE(cut);
    const std::string text = std::string(ByteSource::kChunk - cut, ' ') + faulty;
    ReportReader reader((Limits()));
    const std::vector<Finding> findings = reader.read(text);
    const auto* const parsed = std::get_if<ParsedReport>(&findings.at(0).what);
    REQUIRE(parsed != nullptr);
    REQUIRE(parsed->report.organization_name ==
            std::string("\xF0\x9F\x98\x80") + kReplacement + kReplacement + "\t" + kReplacement);
  }
}

TEST_CASE("an excerpt is sound and cut between characters") {
  CHECK(excerpt("short") == "short");
  CHECK(excerpt(std::string("a\0b", 3)) == std::string("a") + kReplacement + "b");
  CHECK(excerpt(std::string(300, 'x')) == std::string(256, 'x'));
  CHECK(excerpt(std::string(256, 'x')) == std::string(256, 'x'));
  const std::string euros = std::string(255, 'x') + "\xE2\x82\xAC";
  CHECK(excerpt(euros) == std::string(255, 'x'));
  CHECK(excerpt(std::string(253, 'x') + "\xE2\x82\xAC") == std::string(253, 'x') + "\xE2\x82\xAC");
  CHECK(excerpt(std::string(253, 'x') + "\xE2\x82\xAC"
                                        "y") == std::string(253, 'x') + "\xE2\x82\xAC");
}

}  // namespace tlsrpt::parser::test
