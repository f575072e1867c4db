#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "parser/limits.hpp"
#include "parser/reader.hpp"

// doctest prints what it compared only where it knows how.
template <>
struct doctest::StringMaker<std::vector<std::string>> {
  static doctest::String convert(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += (all.empty() ? "" : " | ") + text;
    return all.c_str();
  }
};

// Payloads to read, and short ways to say what came out.
namespace tlsrpt::parser::test {

// A report without a flaw: one `sts` policy with one failure detail. Tests change one token of it.
extern const std::string_view kReport;

// The text with its one occurrence of `from` replaced; fails the test where there is not exactly one.
[[nodiscard]] std::string with(std::string_view text, std::string_view from, std::string_view to);
[[nodiscard]] inline std::string report_with(std::string_view from, std::string_view to) {
  return with(kReport, from, to);
}

enum class Wrapping { kGzip, kZlib, kRaw };
[[nodiscard]] std::string deflated(std::string_view text, Wrapping wrapping);
[[nodiscard]] inline std::string gzip(std::string_view text) {
  return deflated(text, Wrapping::kGzip);
}
// A gzip of `count` times the same byte, made without holding them.
[[nodiscard]] std::string gzip_of(char byte, std::size_t count);
[[nodiscard]] std::string gunzip(std::string_view bytes);
// ParsedReport::raw as the sender wrote it.
[[nodiscard]] inline std::string as_sent(const ParsedReport& parsed) {
  return parsed.raw.starts_with('{') ? parsed.raw : gunzip(parsed.raw);
}

struct Entry {
  std::string name;
  std::string text;
  bool encrypted = false;
  bool bzip2 = false;
};
[[nodiscard]] std::string zip(const std::vector<Entry>& entries);

[[nodiscard]] std::string utf16(std::string_view ascii, bool little_endian);

// Reads a payload as a message of its own.
[[nodiscard]] std::vector<Finding> read(std::string_view payload, const Limits& limits = {});
// The one finding, which must be a report.
[[nodiscard]] ParsedReport report_of(std::string_view payload, const Limits& limits = {});
// "report", "ignored", "ignored dmarc", or the reason of a rejection; with the suffix before it: "#2 bad-json".
[[nodiscard]] std::vector<std::string> outcomes(std::string_view payload, const Limits& limits = {});
[[nodiscard]] std::string outcome(std::string_view payload, const Limits& limits = {});

// "code" or "code at /pointer" or "code at /pointer: detail" of each deviation.
[[nodiscard]] std::vector<std::string> codes(const ParsedReport& parsed);
[[nodiscard]] std::vector<std::string> places(const ParsedReport& parsed);
[[nodiscard]] std::vector<std::string> quotes(const ParsedReport& parsed);

}  // namespace tlsrpt::parser::test
