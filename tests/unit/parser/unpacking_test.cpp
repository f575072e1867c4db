#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <zlib.h>

#include "parser/source.hpp"
#include "support.hpp"

namespace tlsrpt::parser::test {
namespace {

using Texts = std::vector<std::string>;

// kReport with white space in it, `size` bytes in all.
std::string padded(std::size_t size) {
  return with(kReport, R"("policies": [{)", R"("policies": [{)" + std::string(size - kReport.size(), ' '));
}

constexpr std::string_view kDmarc =
    R"(<?xml version="1.0" encoding="UTF-8"?><feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0"><version>1.0</version></feedback>)";

}  // namespace

TEST_CASE("a report is the same report however it is packed") {
  const ParsedReport plain = report_of(kReport);
  CHECK(as_sent(plain) == kReport);
  for (const std::string& payload : {gzip(kReport), gzip(gzip(kReport)), deflated(kReport, Wrapping::kZlib),
                                     deflated(kReport, Wrapping::kRaw), zip({{"report.json", std::string(kReport)}})}) {
    const ParsedReport parsed = report_of(payload);
    CHECK(parsed.report == plain.report);
    CHECK(parsed.identity == plain.identity);
    CHECK(parsed.content == plain.content);
    CHECK(as_sent(parsed) == kReport);
  }
}

TEST_CASE("a report in gzip is kept as it was sent") {
  const std::string payload = gzip(kReport);
  CHECK(report_of(payload).raw == payload);
  CHECK(report_of(payload + "\r\n").raw == payload);
  CHECK(codes(report_of(payload)) == Texts{});
}

TEST_CASE("a report that came without gzip is kept as it was sent up to 1 KiB, and in gzip beyond") {
  CHECK(report_of(" " + padded(1024) + "\n").raw == padded(1024));
  CHECK(gunzip(report_of(padded(1025)).raw) == padded(1025));
  const std::vector<Finding> two = read("[" + padded(1024) + "," + padded(1025) + "]");
  CHECK(std::get<ParsedReport>(two.at(0).what).raw == padded(1024));
  CHECK(gunzip(std::get<ParsedReport>(two.at(1).what).raw) == padded(1025));
}

TEST_CASE("a short report that a chunk's end has cut is kept whole") {
  const std::string text = std::string(ByteSource::kChunk - kReport.size() / 2, ' ').append(kReport);
  CHECK(as_sent(report_of(text)) == kReport);
}

TEST_CASE("mail-5: zlib and bare deflate data are read where they end correctly") {
  CHECK(codes(report_of(deflated(kReport, Wrapping::kZlib))) == Texts{"zlib-wrapping"});
  CHECK(codes(report_of(deflated(kReport, Wrapping::kRaw))) == Texts{"raw-deflate"});
  const std::string zlib = deflated(kReport, Wrapping::kZlib);
  CHECK(outcome(zlib.substr(0, zlib.size() - 1)) == "bad-gzip");
  const std::string raw = deflated(kReport, Wrapping::kRaw);
  CHECK(outcome(raw.substr(0, raw.size() - 1)) == "unknown-format");
  CHECK(outcome(raw + "x") == "unknown-format");
}

TEST_CASE("mail-15: reports in a zip archive are found whatever else is in it") {
  const std::string archive = zip({{"folder/", ""},
                                   {"readme.txt", "Nothing here."},
                                   {"folder/a.json", std::string(kReport)},
                                   {"b.json.gz", gzip(report_with("37", "41"))},
                                   {"other.json", "{\"a\": 1}"},
                                   {"broken.json", "{\"a\": "}});
  CHECK(outcomes(archive) == Texts{"#1 report", "#2 report", "#3 bad-json"});
  const std::vector<Finding> findings = read(archive);
  CHECK(codes(std::get<ParsedReport>(findings.at(0).what)) == Texts{"zip-archive"});
  CHECK(std::get<ParsedReport>(findings.at(1).what).report.policies.at(0).total_successful_session_count == 41);
  CHECK(std::get<Rejection>(findings.at(2).what).detail.starts_with("broken.json: not JSON at byte "));
}

TEST_CASE("mail-15: a file in a zip archive that begins like JSON is none unless its name or its members say so") {
  const Entry report{"r.json", std::string(kReport)};
  CHECK(outcomes(zip({{"desktop.ini", "[.ShellClassInfo]"}, report, {"README", "{see below"}})) == Texts{"report"});
  CHECK(outcomes(zip({{"cut.txt", std::string(kReport.substr(0, kReport.size() - 1))}, report})) ==
        Texts{"#1 bad-json", "#2 report"});
  CHECK(outcomes(zip({{"A.JSON", "[x"}, report})) == Texts{"#1 bad-json", "#2 report"});
}

TEST_CASE("mail-15: a zip archive without a report is none") {
  CHECK(outcome(zip({{"readme.txt", "Nothing here."}, {"a.json", "{}"}})) == "ignored");
  CHECK(outcome(zip({{"dmarc.xml", std::string(kDmarc)}})) == "ignored dmarc");
  CHECK(outcome(std::string("PK\x05\x06", 4) + std::string(18, '\0')) == "ignored");  // an empty archive
}

TEST_CASE("mail-15: an array in a zip archive is numbered on") {
  const std::string two = "[" + std::string(kReport) + "," + std::string(kReport) + "]";
  CHECK(outcomes(zip({{"a.json", std::string(kReport)}, {"b.json", two}})) ==
        Texts{"#1 report", "#2 report", "#3 report"});
}

TEST_CASE("a zip archive that is broken or encrypted is refused") {
  const std::string archive = zip({{"report.json", std::string(kReport)}});
  CHECK(outcome(zip({{.name = "report.json", .text = std::string(kReport), .encrypted = true}})) == "bad-zip");
  CHECK(outcome(zip({{.name = "report.json", .text = std::string(kReport), .bzip2 = true}})) == "bad-zip");
  CHECK(outcome("PK\x03\x04") == "bad-zip");
  std::string damaged = archive;
  damaged[60] = static_cast<char>(damaged[60] ^ 0x55);  // amid the compressed bytes
  CHECK(outcome(damaged) == "bad-zip");
  for (std::size_t length = 4; length < archive.size(); length += 7) {
    CAPTURE(length);
    CHECK(outcome(std::string_view(archive).substr(0, length)) == "bad-zip");
  }
}

TEST_CASE("of a zip archive a hundred entries are read") {
  std::vector<Entry> entries(100, Entry{"", "text"});
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].name = std::to_string(i);
  entries.back() = {"report.json", std::string(kReport)};
  CHECK(outcomes(zip(entries)) == Texts{"report"});
  entries.push_back({"more.json", std::string(kReport)});
  CHECK(outcomes(zip(entries)) == Texts{"#1 report", "#2 bad-zip"});
  entries[99].text = "text";
  CHECK(outcomes(zip(entries)) == Texts{"bad-zip"});
  entries[0].text = kDmarc;
  CHECK(outcomes(zip(entries)) == Texts{"#1 ignored dmarc", "#2 bad-zip"});
}

TEST_CASE("mail-16: gzip in gzip is read, a third layer is not") {
  CHECK(codes(report_of(gzip(gzip(kReport)))) == Texts{"double-gzip"});
  CHECK(outcome(gzip(gzip(gzip(kReport)))) == "bad-gzip");
  CHECK(outcome(gzip(zip({{"report.json", std::string(kReport)}}))) == "unknown-format");
}

TEST_CASE("mail-17: all members of a gzip are read") {
  const std::size_t half = kReport.size() / 2;
  const std::string parts = gzip(kReport.substr(0, half)) + gzip("") + gzip(kReport.substr(half));
  const ParsedReport parsed = report_of(parts);
  CHECK(parsed.report == report_of(kReport).report);
  CHECK(codes(parsed) == Texts{});
  CHECK(as_sent(parsed) == kReport);
  std::string single;
  for (const char c : kReport) single += gzip(std::string(1, c));
  CHECK(report_of(single).content == report_of(kReport).content);
}

TEST_CASE("mail-17: members are read whether or not they have room in a chunk") {
  constexpr std::size_t kChunk = ByteSource::kChunk;
  for (const std::size_t size : {kChunk - 1, kChunk, kChunk + 1, 3 * kChunk}) {
    CAPTURE(size);
    const std::string text = padded(size);
    CHECK(as_sent(report_of(gzip(text))) == text);
    for (const std::size_t cut : {std::size_t{1}, kChunk / 2, size - 1}) {
      CAPTURE(cut);
      const ParsedReport parsed = report_of(gzip(text.substr(0, cut)) + gzip(text.substr(cut)) + gzip("\n"));
      CHECK(codes(parsed) == Texts{});
      CHECK(as_sent(parsed) == text);
    }
  }
}

TEST_CASE("mail-17: two reports in two members are two reports") {
  CHECK(outcomes(gzip(kReport) + gzip(kReport)) == Texts{"#1 report", "#2 report"});
}

TEST_CASE("mail-18: bytes behind a gzip are ignored") {
  for (const std::string& padding : {std::string("\r\n"), std::string(512, '\0')}) {
    CHECK(codes(report_of(gzip(kReport) + padding)) == Texts{});
  }
  const ParsedReport parsed = report_of(gzip(kReport) + "-- footer");
  CHECK(quotes(parsed) == Texts{"gzip-trailing-data at : -- footer"});
  CHECK(parsed.raw == gzip(kReport));
  CHECK(outcome(gzip(kReport) + "\x1F\x8B" + "garbage") == "bad-gzip");
}

TEST_CASE("mail-19: a gzip that is cut anywhere is refused") {
  const std::string payload = gzip(kReport);
  for (std::size_t length = 2; length < payload.size(); ++length) {
    CAPTURE(length);
    CHECK(outcome(std::string_view(payload).substr(0, length)) == "bad-gzip");
  }
  const std::string second = gzip(kReport) + gzip("\n");
  CHECK(outcome(std::string_view(second).substr(0, second.size() - 1)) == "bad-gzip");
}

TEST_CASE("mail-19: a gzip whose check sum or length is wrong is refused, however complete its JSON") {
  for (const std::size_t from_end : {1u, 4u, 5u, 8u}) {
    CAPTURE(from_end);
    std::string payload = gzip(kReport);
    char& byte = payload[payload.size() - from_end];
    byte = static_cast<char>(byte ^ 1);
    CHECK(outcome(payload) == "bad-gzip");
    CHECK(outcome(gzip(payload)) == "bad-gzip");
    std::string array = gzip("[" + std::string(kReport) + "]");
    char& end = array[array.size() - from_end];
    end = static_cast<char>(end ^ 1);
    CHECK(outcome(array) == "bad-gzip");
  }
}

TEST_CASE("a gzip whose header has a check sum of its own is refused where that is wrong") {
  constexpr std::size_t kHeader = 10;
  std::string header = gzip(kReport).substr(0, kHeader);
  header[3] = '\x02';  // FHCRC, RFC 1952 §2.3.1
  const auto sum = crc32(0, reinterpret_cast<const Bytef*>(header.data()), kHeader);
  const std::string low(1, static_cast<char>(sum & 0xFF));
  const std::string high(1, static_cast<char>(sum >> 8 & 0xFF));
  const std::string rest = gzip(kReport).substr(kHeader);
  CHECK(outcome(header + low + high + rest) == "report");
  CHECK(outcome(header + high + low + rest) == "bad-gzip");
}

TEST_CASE("mail-20: other things are named for what they are") {
  CHECK(outcome("unused") == "ignored");
  CHECK(outcome(gzip("unused\n")) == "ignored");
  CHECK(outcome(kDmarc) == "ignored dmarc");
  CHECK(outcome(gzip(kDmarc)) == "ignored dmarc");
  CHECK(outcome("<html></html>") == "ignored");
  CHECK(outcome("{}") == "ignored");
}

TEST_CASE("bytes that are nothing known are of an unknown format") {
  for (const std::string& payload :
       {std::string(), std::string(" \r\n"), std::string("Dear postmaster,"), std::string("true story"),
        std::string("1 is a number"), std::string("\0\0\0\0", 4), std::string("\xFF\xD8\xFF\xE0"), gzip(""),
        gzip("Dear postmaster,")}) {
    CAPTURE(payload);
    CHECK(outcome(payload) == "unknown-format");
  }
  const std::vector<Finding> findings = read(gzip("Dear postmaster,"));
  CHECK(std::get<Rejection>(findings.at(0).what).detail == "what it unpacks to is neither JSON nor XML");
}

TEST_CASE("a reader can be used again after whatever it was given") {
  ReportReader reader((Limits()));
  for (const std::string& payload :
       {gzip(kReport), gzip(kReport).substr(0, 40), std::string("{\"a\":\"\\ud800"), std::string("[[["),
        zip({{"a.json", "[1"}}), std::string(kReport.substr(0, 100))}) {
    reader.start_message();
    static_cast<void>(reader.read(payload));
    reader.start_message();
    const std::vector<Finding> findings = reader.read(gzip(kReport));
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].suffix.empty());
    REQUIRE(std::holds_alternative<ParsedReport>(findings[0].what));
    CHECK(std::get<ParsedReport>(findings[0].what).content == report_of(kReport).content);
  }
}

}  // namespace tlsrpt::parser::test
