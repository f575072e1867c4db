#include "db/quarantine.hpp"

#include <fmt/format.h>

#include "collector/commands/command.hpp"
#include "collector/database.hpp"
#include "collector/error.hpp"
#include "collector/escape.hpp"
#include "collector/output.hpp"
#include "collector/print/diagnosis.hpp"
#include "collector/print/terminal.hpp"

namespace tlsrpt::collector {

namespace {

constexpr std::size_t kSubjectWidth = 60;

std::string or_dash(const std::optional<std::string>& text, std::size_t most) {
  return text && !text->empty() ? printable(*text, most) : "-";
}

// By which a person knows it again: a file of somebody's own has no subject, and the end of its path tells it apart.
std::string name_of(const db::QuarantineEntry& entry) {
  return entry.subject && !entry.subject->empty() ? printable(*entry.subject, kSubjectWidth)
                                                  : printable(entry.source, std::string::npos);
}

std::string list_row(const db::QuarantineEntry& entry) {
  return fmt::format("{:>6}  {:>7}  {:<24}  {:<28}  {}\n", entry.id, entry.age, entry.reason,
                     or_dash(entry.from_domain, 28), name_of(entry));
}

}  // namespace

ExitCode execute(const QuarantineListOptions&, const Config& config) {
  const auto database = open_current_database(config);
  const auto entries = db::list_quarantine(database);
  Output output;
  if (entries.empty()) {
    output.write("the quarantine is empty\n");
  } else {
    output.write(fmt::format("{:>6}  {:>7}  {:<24}  {:<28}  {}\n", "id", "age", "reason", "from", "subject or source"));
    for (const auto& entry : entries) output.write(list_row(entry));
  }
  output.finish();
  return ExitCode::kOk;
}

ExitCode execute(const QuarantineShowOptions& options, const Config& config) {
  const auto database = open_current_database(config);
  const auto entry = db::find_quarantine(database, options.id);
  if (!entry) throw InputError(fmt::format("no quarantine entry has the id {}", options.id));
  Output output;
  if (!options.raw) {
    output.write(diagnosis(*entry, standard_output().width));
  } else if (const auto raw = db::quarantined_raw(database, options.id)) {
    output.write(*raw);
  } else {
    throw InputError(fmt::format("the raw bytes of quarantine entry {} were not kept", options.id));
  }
  output.finish();
  return ExitCode::kOk;
}

ExitCode execute(const QuarantineDropOptions& options, const Config& config) {
  const auto database = open_current_database(config);
  const auto dropped = db::drop_quarantine(database, options.ids);
  Output output;
  output.write(fmt::format("dropped {} of {}\n", dropped, options.ids.size()));
  output.finish();
  if (dropped < static_cast<std::int64_t>(options.ids.size())) {
    throw InputError("some of the ids were not in the quarantine");
  }
  return ExitCode::kOk;
}

}  // namespace tlsrpt::collector
