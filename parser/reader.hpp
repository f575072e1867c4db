#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "parser/deviation.hpp"
#include "parser/limits.hpp"
#include "parser/reason.hpp"
#include "parser/report.hpp"

// One attachment or file → the TLS reports in it (RFC 8460 §4 and §5).
namespace tlsrpt::parser {

using Digest = std::array<std::uint8_t, 32>;  // SHA-256

// A report as read from its JSON alone; nothing is filled in from elsewhere yet (see hints.hpp).
struct ParsedReport {
  Report report;
  std::vector<Deviation> deviations;  // in the order of the document
  Digest identity{};                  // organization name (case-folded), report-id, period, set of policy domains
  Digest content{};                   // everything
  std::string raw;  // the report's JSON as sent: gzip, or the text itself where it is short; empty for Raw::kDrop
};

// Sound bytes that hold something else: nothing to worry about.
struct NotAReport {
  enum class Kind {
    kDmarc,   // a DMARC aggregate report
    kUnused,  // the word "unused", by which some senders say that they have nothing to report (mail-20)
    kOther,
  };
  Kind kind = Kind::kOther;
  std::string detail;  // what it is, in a few words
};

struct Finding {
  std::string suffix;  // "" or "#k", k from 1: the k-th report of one payload
  std::variant<ParsedReport, Rejection, NotAReport> what;
  bool recognised = false;  // of a rejection: what could be read shows that it is a TLS report
};

// Whether ParsedReport::raw is wanted, which costs as much as all the rest of a large report.
enum class Raw { kKeep, kDrop };

// Reuses its zlib stream and buffers from call to call; one per thread.
class ReportReader {
 public:
  explicit ReportReader(const Limits& limits, Raw raw = Raw::kKeep);
  ReportReader(ReportReader&&) noexcept;
  ReportReader& operator=(ReportReader&&) noexcept;
  ~ReportReader();

  // Starts a new message: its whole budget of decompressed bytes is there again.
  void start_message() noexcept;

  // Takes the payload for what its first bytes say: gzip (all members, to a correct end; at most twice wrapped), zip,
  // JSON in UTF-8 or UTF-16. A single report gives one Finding; an array, a zip or several documents give more. Never
  // empty, and never throws for what the bytes are.
  [[nodiscard]] std::vector<Finding> read(std::string_view payload);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tlsrpt::parser
