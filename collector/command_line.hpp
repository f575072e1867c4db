#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "collector/log.hpp"
#include "parser/reason.hpp"

// The arguments as plain values, checked as far as they can be without opening anything.
namespace tlsrpt::collector {

// A DATE argument: YYYY-MM-DD, a day in UTC.
using Date = std::chrono::sys_days;

// --help and --version: a text for standard output, and nothing else is done.
struct HelpOptions {
  std::string text;
};

struct RunOptions {};

struct CollectOptions {
  std::optional<std::string> mailbox;  // none: all
  bool dry_run = false;
};

struct BackfillOptions {
  std::optional<std::string> mailbox;  // none: all
  std::optional<Date> since;           // the first day
  std::optional<Date> before;          // the day after the last, as IMAP's BEFORE
};

struct ImportOptions {
  std::vector<std::string> paths;  // never empty; "-" is standard input
};

struct ParseOptions {
  enum class Format { kText, kJson, kCsv, kHtml };
  std::vector<std::string> paths;  // never empty; "-" is standard input
  Format format = Format::kText;
};

struct ReportOptions {
  enum class Format { kText, kJson, kHtml };
  int days = 7;  // up to now; where `from` is not set
  std::optional<Date> from;
  std::optional<Date> to;             // the last day, included; never without `from`
  std::optional<std::string> domain;  // normalised
  Format format = Format::kText;
  std::optional<std::string> output;  // none: standard output
};

struct QuarantineListOptions {};

struct QuarantineShowOptions {
  std::int64_t id = 0;
  bool raw = false;
};

struct QuarantineDropOptions {
  std::vector<std::int64_t> ids;  // never empty
};

struct ReprocessOptions {
  std::optional<parser::Reason> reason;
  std::vector<std::int64_t> ids;  // of quarantine entries; empty: all
};

struct MigrateOptions {
  bool status = false;
  std::optional<std::string> grant_reader;
};

struct CheckOptions {};

struct PruneOptions {
  bool dry_run = false;
};

struct CommandLine {
  std::optional<std::string> config;  // -c FILE
  log::Level log_level = log::Level::kInfo;
  log::Format log_format = log::Format::kText;
  std::variant<HelpOptions, RunOptions, CollectOptions, BackfillOptions, ImportOptions, ParseOptions, ReportOptions,
               QuarantineListOptions, QuarantineShowOptions, QuarantineDropOptions, ReprocessOptions, MigrateOptions,
               CheckOptions, PruneOptions>
      command;
};

// Throws UsageError: one line, with a hint at --help.
[[nodiscard]] CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace tlsrpt::collector
