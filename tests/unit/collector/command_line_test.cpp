#include "collector/command_line.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "collector/error.hpp"

using namespace tlsrpt;
using namespace tlsrpt::collector;

namespace {

CommandLine parse(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv = {"/usr/bin/tlsrpt-collector"};
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

template <typename Options>
Options parse_as(const std::vector<std::string>& arguments) {
  const auto line = parse(arguments);
  REQUIRE(std::holds_alternative<Options>(line.command));
  return std::get<Options>(line.command);
}

std::string usage_error(const std::vector<std::string>& arguments) {
  try {
    static_cast<void>(parse(arguments));
  } catch (const UsageError& e) {
    return e.what();
  }
  return "no error";
}

using Strings = std::vector<std::string>;
using Ids = std::vector<std::int64_t>;

Date day(int year, unsigned month, unsigned day) {
  return Date{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}};
}

}  // namespace

TEST_CASE("global options are taken before and after the command") {
  const auto before = parse({"-c", "a.yaml", "--log-level", "debug", "--log-format", "json", "run"});
  CHECK(before.config == "a.yaml");
  CHECK(before.log_level == log::Level::kDebug);
  CHECK(before.log_format == log::Format::kJson);
  CHECK(std::holds_alternative<RunOptions>(before.command));

  const auto after = parse({"quarantine", "list", "--config=b.yaml", "--log-level=error"});
  CHECK(after.config == "b.yaml");
  CHECK(after.log_level == log::Level::kError);
  CHECK(std::holds_alternative<QuarantineListOptions>(after.command));

  const auto none = parse({"run"});
  CHECK_FALSE(none.config.has_value());
  CHECK(none.log_level == log::Level::kInfo);
  CHECK(none.log_format == log::Format::kText);
}

TEST_CASE("collect and backfill take a mailbox, and their own options") {
  const auto collect = parse_as<CollectOptions>({"collect", "--mailbox", "a", "--dry-run"});
  CHECK(collect.mailbox == "a");
  CHECK(collect.dry_run);
  CHECK_FALSE(parse_as<CollectOptions>({"collect"}).mailbox.has_value());
  CHECK_FALSE(parse_as<CollectOptions>({"collect"}).dry_run);

  const auto backfill =
      parse_as<BackfillOptions>({"backfill", "--mailbox", "a", "--since", "2024-02-29", "--before", "2024-03-01"});
  CHECK(backfill.mailbox == "a");
  CHECK(backfill.since == day(2024, 2, 29));
  CHECK(backfill.before == day(2024, 3, 1));
}

TEST_CASE("import and parse take paths, whatever they look like") {
  CHECK(parse_as<ImportOptions>({"import", "-"}).paths == Strings{"-"});
  CHECK(parse_as<ImportOptions>({"import", "a.json", "b c.eml"}).paths == Strings{"a.json", "b c.eml"});
  CHECK(parse_as<ParseOptions>({"parse", "report", "run", "x"}).paths == Strings{"report", "run", "x"});
  CHECK(parse_as<ParseOptions>({"parse", "--", "--help"}).paths == Strings{"--help"});
  CHECK(parse_as<ParseOptions>({"parse", "a!b!1!2.json.gz", "{y}", "=z"}).paths ==
        Strings{"a!b!1!2.json.gz", "{y}", "=z"});

  using Format = ParseOptions::Format;
  CHECK(parse_as<ParseOptions>({"parse", "x"}).format == Format::kText);
  CHECK(parse_as<ParseOptions>({"parse", "x", "--format", "text"}).format == Format::kText);
  CHECK(parse_as<ParseOptions>({"parse", "x", "--format", "json"}).format == Format::kJson);
  CHECK(parse_as<ParseOptions>({"parse", "--format", "csv", "x"}).format == Format::kCsv);
  CHECK(parse_as<ParseOptions>({"parse", "--format", "html", "x"}).format == Format::kHtml);
}

TEST_CASE("report takes a period, a domain, a format and a file") {
  using Format = ReportOptions::Format;
  const auto plain = parse_as<ReportOptions>({"report"});
  CHECK(plain.days == 7);
  CHECK_FALSE(plain.from.has_value());
  CHECK_FALSE(plain.domain.has_value());
  CHECK(plain.format == Format::kText);
  CHECK_FALSE(plain.output.has_value());

  const auto full = parse_as<ReportOptions>({"report", "--from", "2026-01-01", "--to", "2026-01-31", "--domain",
                                             "Example.COM.", "--format", "html", "-o", "x.html"});
  CHECK(full.from == day(2026, 1, 1));
  CHECK(full.to == day(2026, 1, 31));
  CHECK(full.domain == "example.com");
  CHECK(full.format == Format::kHtml);
  CHECK(full.output == "x.html");

  CHECK(parse_as<ReportOptions>({"report", "--days", "36500"}).days == 36'500);
  CHECK(parse_as<ReportOptions>({"report", "--format", "json"}).format == Format::kJson);
  const auto one_day = parse_as<ReportOptions>({"report", "--from", "2026-01-01", "--to", "2026-01-01"});
  CHECK(one_day.from == one_day.to);
}

TEST_CASE("quarantine and reprocess take entries' numbers") {
  const auto show = parse_as<QuarantineShowOptions>({"quarantine", "show", "9223372036854775807", "--raw"});
  CHECK(show.id == 9'223'372'036'854'775'807);
  CHECK(show.raw);
  CHECK_FALSE(parse_as<QuarantineShowOptions>({"quarantine", "show", "1"}).raw);
  CHECK(parse_as<QuarantineDropOptions>({"quarantine", "drop", "1", "2"}).ids == Ids{1, 2});

  const auto reprocess = parse_as<ReprocessOptions>({"reprocess", "--reason", "foreign-domain", "3"});
  CHECK(reprocess.reason == parser::Reason::kForeignDomain);
  CHECK(reprocess.ids == Ids{3});
  CHECK(parse_as<ReprocessOptions>({"reprocess"}).ids.empty());
  CHECK_FALSE(parse_as<ReprocessOptions>({"reprocess"}).reason.has_value());
}

TEST_CASE("migrate, check and prune take their options") {
  CHECK(parse_as<MigrateOptions>({"migrate", "--status"}).status);
  CHECK(parse_as<MigrateOptions>({"migrate", "--grant-reader", "grafana"}).grant_reader == "grafana");
  CHECK_FALSE(parse_as<MigrateOptions>({"migrate"}).status);
  CHECK_FALSE(parse_as<MigrateOptions>({"migrate"}).grant_reader.has_value());
  CHECK(parse_as<PruneOptions>({"prune", "--dry-run"}).dry_run);
  CHECK_FALSE(parse_as<PruneOptions>({"prune"}).dry_run);
  static_cast<void>(parse_as<CheckOptions>({"check"}));
}

TEST_CASE("every command has help with an example of itself") {
  const std::vector<Strings> commands = {{"run"},
                                         {"collect"},
                                         {"backfill"},
                                         {"import"},
                                         {"parse"},
                                         {"report"},
                                         {"quarantine"},
                                         {"quarantine", "list"},
                                         {"quarantine", "show"},
                                         {"quarantine", "drop"},
                                         {"reprocess"},
                                         {"migrate"},
                                         {"check"},
                                         {"prune"}};
  for (auto arguments : commands) {
    std::string command = "tlsrpt-collector";
    for (const auto& word : arguments) command += ' ' + word;
    CAPTURE(command);
    arguments.push_back("--help");
    const auto text = parse_as<HelpOptions>(arguments).text;
    CHECK(text.find("Usage: " + command) != std::string::npos);
    CHECK(text.find("Example:\n  " + command) != std::string::npos);
  }
  CHECK(parse_as<HelpOptions>({"--help"}).text.find("Example:\n  tlsrpt-collector collect") != std::string::npos);
}

TEST_CASE("the version is the name and three numbers") {
  const auto text = parse_as<HelpOptions>({"--version"}).text;
  CHECK(text.substr(0, 17) == "tlsrpt-collector ");
  CHECK(std::count(text.begin(), text.end(), '.') == 2);
  CHECK(text.back() == '\n');
}

TEST_CASE("what is no use of the program is one line with a hint") {
  const std::vector<std::pair<Strings, std::string>> rows = {
      {{},
       "expected a command: run, collect, backfill, import, parse, report, quarantine, reprocess, migrate, check, "
       "prune; see: tlsrpt-collector --help"},
      {{"colect"},
       "unknown \"colect\": expected a command: run, collect, backfill, import, parse, report, quarantine, reprocess, "
       "migrate, check, prune; see: tlsrpt-collector --help"},
      {{"colect", "--frob"},
       "unknown \"colect\": expected a command: run, collect, backfill, import, parse, report, quarantine, reprocess, "
       "migrate, check, prune; see: tlsrpt-collector --help"},
      {{"quarantine"}, "expected a command: list, show, drop; see: tlsrpt-collector quarantine --help"},
      {{"quarantine", "lst"},
       "unknown \"lst\": expected a command: list, show, drop; see: tlsrpt-collector quarantine --help"},
      {{"collect", "x"}, "The following argument was not expected: x; see: tlsrpt-collector collect --help"},
      {{"collect", "report"}, "The following argument was not expected: report; see: tlsrpt-collector collect --help"},
      {{"collect", "--frob"}, "The following argument was not expected: --frob; see: tlsrpt-collector collect --help"},
      {{"collect", "--mailbox"}, "--mailbox: 1 required NAME missing; see: tlsrpt-collector collect --help"},
      {{"collect", "--mailbox", "a", "--mailbox", "b"},
       "--mailbox: At Most 1 required but received 2; see: tlsrpt-collector collect --help"},
      {{"run", "--log-level", "loud"},
       "--log-level: expected debug, info, warning or error; see: tlsrpt-collector run --help"},
      {{"--log-format", "xml", "run"}, "--log-format: expected text or json; see: tlsrpt-collector run --help"},
      {{"import"}, "PATH is required; see: tlsrpt-collector import --help"},
      {{"parse"}, "PATH is required; see: tlsrpt-collector parse --help"},
      {{"parse", "x", "--format", "pdf"},
       "--format: expected text, json, csv or html; see: tlsrpt-collector parse --help"},
      {{"backfill", "--since", "yesterday"},
       "--since: expected a date, YYYY-MM-DD; see: tlsrpt-collector backfill --help"},
      {{"backfill", "--since", "2026-01-02", "--before", "2026-01-02"},
       "--before: expected a day after --since; see: tlsrpt-collector backfill --help"},
      {{"report", "--days", "0"}, "--days: Value 0 not in range 1 to 36500; see: tlsrpt-collector report --help"},
      {{"report", "--days", "36501"},
       "--days: Value 36501 not in range 1 to 36500; see: tlsrpt-collector report --help"},
      {{"report", "--days", "7", "--from", "2026-01-01"},
       "--days excludes --from; see: tlsrpt-collector report --help"},
      {{"report", "--to", "2026-01-01"}, "--to requires --from; see: tlsrpt-collector report --help"},
      {{"report", "--from", "2026-01-02", "--to", "2026-01-01"},
       "--to: expected a day not before --from; see: tlsrpt-collector report --help"},
      {{"report", "--domain", "not a domain"}, "--domain: expected a domain name; see: tlsrpt-collector report --help"},
      {{"quarantine", "show"}, "ID is required; see: tlsrpt-collector quarantine show --help"},
      {{"quarantine", "show", "0"}, "ID: expected an entry's number; see: tlsrpt-collector quarantine show --help"},
      {{"quarantine", "show", "-1"}, "ID: expected an entry's number; see: tlsrpt-collector quarantine show --help"},
      {{"quarantine", "show", "9223372036854775808"},
       "ID: expected an entry's number; see: tlsrpt-collector quarantine show --help"},
      {{"quarantine", "show", "1", "2"},
       "The following argument was not expected: 2; see: tlsrpt-collector quarantine show --help"},
      {{"quarantine", "drop"}, "ID is required; see: tlsrpt-collector quarantine drop --help"},
      {{"quarantine", "drop", "1", "two"},
       "ID: expected an entry's number; see: tlsrpt-collector quarantine drop --help"},
      {{"reprocess", "--reason", "because"},
       "--reason: expected a reason, as `quarantine list` prints it; see: tlsrpt-collector reprocess --help"},
  };
  for (const auto& [arguments, error] : rows) {
    CHECK(usage_error(arguments) == error);
  }
}
