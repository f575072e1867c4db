#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/summary.hpp"

// How the summary's values are put into words, the same in text and in HTML. What strangers wrote is not escaped here.
namespace tlsrpt::collector {

// "3 sessions", "1 session"
[[nodiscard]] std::string counted(std::int64_t number, std::string_view singular);

// "12.50 %", never rounded to nothing or to all; "-" of nothing.
[[nodiscard]] std::string percent(std::int64_t part, std::int64_t whole);
[[nodiscard]] std::string percent(const std::optional<double>& rate);

// "2026-01-31"
[[nodiscard]] std::string date(db::Day day);
[[nodiscard]] std::string date(db::Time time);
// "2026-01-12 to 2026-01-14", "2026-01-12"
[[nodiscard]] std::string dates(const std::string& first, const std::string& last);

// The first of them, and how many more there are.
[[nodiscard]] std::string listed(const std::vector<std::string>& names, std::size_t most = 8);

// Of an organization-name: the name, or that there is none.
[[nodiscard]] std::string reporter_name(const std::string& organization_name);
[[nodiscard]] std::string reporter_names(const std::vector<std::string>& organization_names);

[[nodiscard]] bool is_open(const db::Incident& incident) noexcept;
// "certificate-expired at mx2.example.com"
[[nodiscard]] std::string title(const db::Incident& incident);
// Of those that are open: what ends them.
inline constexpr std::string_view kHowItEnds =
    "Mended one? It ends by itself, once all that reported it have sent clean reports for 48 hours, or fell silent "
    "while another was clean.";
// "critical", "warning", "minor" or "resolved"
[[nodiscard]] std::string label(const db::Incident& incident);
// "2026-01-12 (5 days ago), on 3 days, last on 2026-01-14"; of one that is over, "2026-01-12 to 2026-01-14, on 3 days"
[[nodiscard]] std::string when(const db::Incident& incident, db::Time now);
// "30 sessions in 6 reports, where 12.50 % of all failed"
[[nodiscard]] std::string how_many(const db::Incident& incident);
// What fails so within the period; null: nothing does.
[[nodiscard]] const db::FailureKind* failures_of(const db::Summary& summary, const db::Incident& incident);
// Its failure-reason-codes, and that there are more.
[[nodiscard]] std::vector<std::string> what_they_say(const db::Summary& summary, const db::Incident& incident);

// It had a habit, and has broken it.
[[nodiscard]] bool has_fallen_silent(const db::Reporter& reporter) noexcept;
[[nodiscard]] std::vector<const db::Reporter*> silent_reporters(const db::Summary& summary);
// What else is to be said of a reporter: "silent; 2 late; 14 deviations"
[[nodiscard]] std::string remarks(const db::Reporter& reporter);

[[nodiscard]] bool is_in_trouble(const db::MailboxHealth& mailbox) noexcept;

}  // namespace tlsrpt::collector
