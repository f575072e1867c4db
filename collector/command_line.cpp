#include "collector/command_line.hpp"

#include <charconv>
#include <functional>
#include <memory>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "collector/domain_name.hpp"
#include "collector/error.hpp"
#include "collector/units.hpp"

namespace tlsrpt::collector {

namespace {

constexpr const char* kProgram = "tlsrpt-collector";

std::string example(std::string_view arguments) {
  return fmt::format("Example:\n  {} {}\n", kProgram, arguments);
}

// A subcommand whose options end in `line.command`, once `check` has nothing against them.
template <typename Options>
struct Command {
  Command(CLI::App& parent, CommandLine& line, const std::string& name, const std::string& description,
          std::string_view example_arguments, std::function<void(const Options&)> check = {})
      : owner(std::make_shared<Options>()), app(*parent.add_subcommand(name, description)), options(*owner) {
    app.footer(example(example_arguments));
    app.callback([owner = owner, check = std::move(check), &line] {
      if (check) check(*owner);
      line.command = *owner;
    });
  }

  std::shared_ptr<Options> owner;
  CLI::App& app;
  Options& options;
};

// An option whose argument `parse` turns into a value, or into nothing where it is not what was expected.
template <typename Value, typename Parse>
CLI::Option* add_parsed(CLI::App& app, const std::string& name, Value& into, const Parse& parse,
                        const std::string& expected, const std::string& description) {
  return app.add_option_function<std::string>(
      name,
      [=, &into](const std::string& text) {
        const auto value = parse(text);
        if (!value) throw CLI::ValidationError(name, "expected " + expected);
        into = *value;
      },
      description);
}

CLI::Option* add_date(CLI::App& app, const std::string& name, std::optional<Date>& into,
                      const std::string& description) {
  return add_parsed(app, name, into, parse_date, "a date, YYYY-MM-DD", description)->type_name("DATE");
}

void add_mailbox(CLI::App& app, std::optional<std::string>& into) {
  app.add_option("--mailbox", into, "only this one of the configuration's mailboxes")->type_name("NAME");
}

void add_paths(CLI::App& app, std::vector<std::string>& into) {
  app.add_option("PATH", into, "reports, mails, Maildirs or mboxes; - is standard input")->required()->type_name("");
}

std::optional<std::int64_t> parse_id(std::string_view text) noexcept {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id <= 0) return std::nullopt;
  return id;
}

CLI::Option* add_ids(CLI::App& app, std::vector<std::int64_t>& into, const std::string& description) {
  return app
      .add_option_function<std::vector<std::string>>(
          "ID",
          [&into](const std::vector<std::string>& texts) {
            for (const auto& text : texts) {
              const auto id = parse_id(text);
              if (!id) throw CLI::ValidationError("ID", "expected an entry's number");
              into.push_back(*id);
            }
          },
          description)
      ->type_name("");
}

std::optional<ParseOptions::Format> parse_format_from_string(std::string_view word) noexcept {
  using Format = ParseOptions::Format;
  if (word == "text") return Format::kText;
  if (word == "json") return Format::kJson;
  if (word == "csv") return Format::kCsv;
  if (word == "html") return Format::kHtml;
  return std::nullopt;
}

std::optional<ReportOptions::Format> report_format_from_string(std::string_view word) noexcept {
  using Format = ReportOptions::Format;
  if (word == "text") return Format::kText;
  if (word == "json") return Format::kJson;
  if (word == "html") return Format::kHtml;
  return std::nullopt;
}

void check_period(const BackfillOptions& options) {
  if (options.since && options.before && *options.since >= *options.before) {
    throw CLI::ValidationError("--before", "expected a day after --since");
  }
}

void check_period(const ReportOptions& options) {
  if (options.from && options.to && *options.from > *options.to) {
    throw CLI::ValidationError("--to", "expected a day not before --from");
  }
}

void add_global_options(CLI::App& app, CommandLine& line) {
  app.add_option("-c,--config", line.config,
                 "configuration; else $TLSRPT_COLLECTOR_CONFIG, else /etc/tlsrpt-collector/config.yaml")
      ->type_name("FILE");
  add_parsed(app, "--log-level", line.log_level, log::level_from_string, "debug, info, warning or error",
             "debug, info (default), warning or error")
      ->type_name("LEVEL");
  add_parsed(app, "--log-format", line.log_format, log::format_from_string, "text or json", "text (default) or json")
      ->type_name("FORMAT");
  app.set_version_flag("--version", fmt::format("{} {}", kProgram, TLSRPT_VERSION));
}

void add_polling_commands(CLI::App& app, CommandLine& line) {
  const Command<RunOptions> run(app, line, "run", "poll every mailbox on its schedule until stopped",
                                "run -c /etc/tlsrpt-collector/config.yaml");

  const Command<CollectOptions> collect(app, line, "collect", "poll every mailbox once, then exit: for cron",
                                        "collect --mailbox example.com");
  add_mailbox(collect.app, collect.options.mailbox);
  collect.app.add_flag("--dry-run", collect.options.dry_run, "change nothing, neither database nor mailbox");

  const Command<BackfillOptions> backfill(
      app, line, "backfill", "read a whole inbox whatever was read before; resumable", "backfill --since 2024-01-01",
      [](const BackfillOptions& options) { check_period(options); });
  add_mailbox(backfill.app, backfill.options.mailbox);
  add_date(backfill.app, "--since", backfill.options.since, "the first day of arrival");
  add_date(backfill.app, "--before", backfill.options.before, "the day after the last day of arrival");
}

void add_file_commands(CLI::App& app, CommandLine& line) {
  const Command<ImportOptions> import_command(app, line, "import", "store reports from disk",
                                              "import ~/Maildir/.TLS-RPT");
  add_paths(import_command.app, import_command.options.paths);

  const Command<ParseOptions> parse(app, line, "parse",
                                    "print what reports from disk say; no database, no configuration",
                                    "parse 'google.com!example.com!1706832000!1706918399!001.json.gz'");
  add_paths(parse.app, parse.options.paths);
  add_parsed(parse.app, "--format", parse.options.format, parse_format_from_string, "text, json, csv or html",
             "text (default), json, csv or html: the page of `report`, of these files alone")
      ->type_name("FORMAT");
}

void add_report_command(CLI::App& app, CommandLine& line) {
  const Command<ReportOptions> report(app, line, "report", "a period's answer: sessions, failures, causes and remedies",
                                      "report --from 2026-01-01 --to 2026-01-31 --format json -o january.json",
                                      [](const ReportOptions& options) { check_period(options); });
  auto& options = report.options;
  auto* days = report.app.add_option("--days", options.days, "so many days up to now (default: 7)")
                   ->check(CLI::Range(1, 36'500))
                   ->type_name("N");
  auto* from = add_date(report.app, "--from", options.from, "the first day")->excludes(days);
  add_date(report.app, "--to", options.to, "the last day, included (default: today)")->needs(from);
  add_parsed(report.app, "--domain", options.domain, parse_domain_name, "a domain name", "only this domain")
      ->type_name("DOMAIN");
  add_parsed(report.app, "--format", options.format, report_format_from_string, "text, json or html",
             "text (default), json or html")
      ->type_name("FORMAT");
  report.app.add_option("-o,--output", options.output, "file to write, - for standard output (default)")
      ->type_name("FILE");
}

void add_quarantine_commands(CLI::App& app, CommandLine& line) {
  auto& quarantine = *app.add_subcommand("quarantine", "messages that could not be taken");
  quarantine.require_subcommand(1)->footer(example("quarantine list"));

  const Command<QuarantineListOptions> list(quarantine, line, "list", "all of them, with the reason",
                                            "quarantine list");

  const Command<QuarantineShowOptions> show(quarantine, line, "show", "one of them, with a diagnosis",
                                            "quarantine show 17 --raw > message.eml");
  add_parsed(show.app, "ID", show.options.id, parse_id, "an entry's number", "as `quarantine list` prints it")
      ->required()
      ->type_name("");
  show.app.add_flag("--raw", show.options.raw, "the message itself, as it came");

  const Command<QuarantineDropOptions> drop(quarantine, line, "drop", "delete them", "quarantine drop 17 18");
  add_ids(drop.app, drop.options.ids, "as `quarantine list` prints them")->required();

  const Command<ReprocessOptions> reprocess(app, line, "reprocess", "try quarantined messages again",
                                            "reprocess --reason foreign-domain");
  add_parsed(reprocess.app, "--reason", reprocess.options.reason, parser::reason_from_string,
             "a reason, as `quarantine list` prints it", "only those with this reason")
      ->type_name("CODE");
  add_ids(reprocess.app, reprocess.options.ids, "only these, as `quarantine list` prints them");
}

void add_upkeep_commands(CLI::App& app, CommandLine& line) {
  const Command<MigrateOptions> migrate(app, line, "migrate", "bring the schema up to date", "migrate --status");
  auto* status = migrate.app.add_flag("--status", migrate.options.status, "only print which migrations are applied");
  migrate.app.add_option("--grant-reader", migrate.options.grant_reader, "give this role the right to read")
      ->excludes(status)
      ->type_name("ROLE");

  const Command<CheckOptions> check(app, line, "check", "try configuration, login, folder, database and schema",
                                    "check -c /etc/tlsrpt-collector/config.yaml");

  const Command<PruneOptions> prune(app, line, "prune", "delete what is older than `retention`", "prune --dry-run");
  prune.app.add_flag("--dry-run", prune.options.dry_run, "only count");
}

// The command that was meant, as far as it was understood.
const CLI::App& innermost(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : innermost(*chosen.front());
}

std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name() : full_name(*app.get_parent()) + ' ' + app.get_name();
}

std::string describe(const CLI::ParseError& error, const CLI::App& app) {
  const CLI::App& command = innermost(app);
  const auto offered = command.get_subcommands([](const CLI::App*) { return true; });
  const bool lacks_command = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !offered.empty();
  std::string what = error.what();
  if (lacks_command) {
    std::vector<std::string> names;
    names.reserve(offered.size());
    for (const auto* subcommand : offered) names.push_back(subcommand->get_name());
    const auto unknown = app.remaining(true);
    what = fmt::format("{}expected a command: {}",
                       unknown.empty() ? "" : fmt::format("unknown \"{}\": ", unknown.front()), fmt::join(names, ", "));
  }
  return fmt::format("{}; see: {} --help", what, full_name(command));
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app{"Reads SMTP TLS reports (RFC 8460) from mailboxes into PostgreSQL.", kProgram};
  app.require_subcommand(1)->fallthrough()->footer(example("collect -c /etc/tlsrpt-collector/config.yaml"));
  add_global_options(app, line);
  add_polling_commands(app, line);
  add_file_commands(app, line);
  add_report_command(app, line);
  add_quarantine_commands(app, line);
  add_upkeep_commands(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    line.command = HelpOptions{app.help()};
  } catch (const CLI::CallForVersion& e) {
    line.command = HelpOptions{std::string{e.what()} + '\n'};
  } catch (const CLI::ParseError& e) {
    throw UsageError(describe(e, app));
  }
  return line;
}

}  // namespace tlsrpt::collector
