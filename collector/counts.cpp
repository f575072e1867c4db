#include "collector/counts.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace tlsrpt::collector {

void add(db::PollRun& sum, const db::PollRun& more) noexcept {
  sum.fetched += more.fetched;
  sum.stored += more.stored;
  sum.updated += more.updated;
  sum.duplicate += more.duplicate;
  sum.ignored += more.ignored;
  sum.quarantined += more.quarantined;
  sum.partial += more.partial;
}

std::string describe(const db::PollRun& counts) {
  const std::array<std::pair<std::int64_t, const char*>, 6> outcomes{{{counts.stored, "stored"},
                                                                      {counts.updated, "updated"},
                                                                      {counts.duplicate, "duplicate"},
                                                                      {counts.ignored, "ignored"},
                                                                      {counts.partial, "partial"},
                                                                      {counts.quarantined, "quarantined"}}};
  auto text = fmt::format("{} message{}", counts.fetched, counts.fetched == 1 ? "" : "s");
  const char* separator = ": ";
  for (const auto& [count, name] : outcomes) {
    if (count == 0) continue;
    text += fmt::format("{}{} {}", separator, count, name);
    separator = ", ";
  }
  return text;
}

}  // namespace tlsrpt::collector
