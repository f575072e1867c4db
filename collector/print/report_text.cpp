#include "collector/print/report_text.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "collector/escape.hpp"
#include "collector/print/policy_values.hpp"
#include "collector/print/remedy.hpp"
#include "collector/print/wrap.hpp"
#include "parser/json.hpp"
#include "parser/result_type.hpp"
#include "parser/session_total.hpp"

namespace tlsrpt::collector {
namespace {

using parser::FailureDetail;
using parser::Policy;
using parser::Report;

constexpr std::size_t kLabelWidth = 12;

// Labelled lines: the label once, its texts below each other beside it.
class Sheet {
 public:
  Sheet(std::size_t width, const parser::Sink& sink) : width_(width), sink_(sink) {}

  void headline(std::string_view text) { sink_(wrap("", text, width_)); }
  void empty_line() { sink_("\n"); }
  void labelled(std::string_view label, std::string_view text) {
    sink_(wrap(fmt::format("  {:<{}}", label, kLabelWidth), text, width_));
  }
  // Below the last labelled line.
  void more(std::string_view lead, std::string_view text) {
    sink_(wrap(fmt::format("  {:{}}{}", "", kLabelWidth, lead), text, width_));
  }
  // Never broken, so that it can be pasted.
  void verbatim(std::string_view lead, std::string_view text) { sink_(fmt::format("  {}{}\n", lead, text)); }
  void paragraph(std::string_view lead, std::string_view text) { sink_(wrap(fmt::format("  {}", lead), text, width_)); }

 private:
  std::size_t width_;
  const parser::Sink& sink_;
};

std::int64_t add(std::int64_t a, std::int64_t b) noexcept {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return a > kMost - b ? kMost : a + b;
}

std::string shown(const std::optional<std::string>& text, std::string_view otherwise) {
  return text && !text->empty() ? printable(*text) : std::string(otherwise);
}

std::string sessions(std::int64_t count) {
  return fmt::format("{} session{}", count, count == 1 ? "" : "s");
}

std::string period(const Report& report) {
  using std::chrono::days, std::chrono::floor, std::chrono::seconds;
  const auto first_day = floor<days>(report.start_datetime);
  // Whole days, the end either the last second or the next midnight (json-2).
  const auto end = report.end_datetime + seconds{1};
  const auto end_day = floor<days>(end);
  const bool whole_days =
      report.start_datetime == first_day && (end == end_day || end == end_day + seconds{1}) && end_day > first_day;
  if (!whole_days) {
    return fmt::format("{} to {}", parser::format_time(report.start_datetime),
                       parser::format_time(report.end_datetime));
  }
  const auto day = [](parser::Time time) { return parser::format_time(time).substr(0, 10); };
  const auto last_day = end_day - days{1};
  return last_day == first_day ? day(first_day) : fmt::format("{} to {}", day(first_day), day(last_day));
}

std::string verdict(const std::vector<parser::SessionTotal>& totals, bool failures_described) {
  std::int64_t all = 0;
  std::int64_t failed = 0;
  for (const auto& total : totals) {
    all = add(all, total.sessions);
    failed = add(failed, total.failures);
  }
  if (failed > 0) return fmt::format("{} of {} failed", failed, sessions(all));
  return fmt::format("no failure in {}{}", sessions(all), failures_described ? ", yet failures are described" : "");
}

// As many as anybody reads, printable.
template <typename Text>
std::vector<std::string> first_of(const std::vector<Text>& texts) {
  constexpr std::size_t kMost = 20;
  std::vector<std::string> shown;
  for (const auto& text : std::span(texts).first(std::min(texts.size(), kMost))) shown.push_back(printable(text));
  if (texts.size() > kMost) shown.push_back(fmt::format("and {} more", texts.size() - kMost));
  return shown;
}

std::string describe(const Policy& policy) {
  std::vector<std::string> facts;
  if (const auto modes = policy_values(policy, "mode"); !modes.empty())
    facts.push_back("mode " + printable(modes.front()));
  auto hosts = first_of(policy.mx_host);
  if (hosts.empty()) hosts = first_of(policy_values(policy, "mx"));
  if (!hosts.empty()) facts.push_back(fmt::format("MX {}", fmt::join(hosts, ", ")));
  if (policy.policy_type == "tlsa" && !policy.policy_string.empty()) {
    facts.push_back(
        fmt::format("{} TLSA record{}", policy.policy_string.size(), policy.policy_string.size() == 1 ? "" : "s"));
  }
  return fmt::format("{} for {}{}", shown(policy.policy_type, "of unknown type"),
                     shown(policy.policy_domain, "an unknown domain"),
                     facts.empty() ? "" : fmt::format(" ({})", fmt::join(facts, "; ")));
}

std::string describe(const FailureDetail& failure) {
  std::string text = printable(failure.result_type);
  if (failure.receiving_mx_hostname) text += " at " + printable(*failure.receiving_mx_hostname);
  if (failure.receiving_ip) text += fmt::format(" [{}]", printable(*failure.receiving_ip));
  if (failure.sending_mta_ip) text += fmt::format(" from [{}]", printable(*failure.sending_mta_ip));
  return text;
}

void add_policy(Sheet& sheet, const Policy& policy) {
  sheet.labelled("Policy", describe(policy));
  const auto all = add(policy.total_successful_session_count, policy.total_failure_session_count);
  sheet.more("", fmt::format("{}, {} failed", sessions(all), policy.total_failure_session_count));
  for (const auto& failure : policy.failure_details) {
    const auto lead = fmt::format("{:>6}  ", failure.failed_session_count);
    sheet.more(lead, describe(failure));
    const std::string below(lead.size(), ' ');
    if (failure.failure_reason_code) sheet.more(below, "reason: " + printable(*failure.failure_reason_code));
    if (failure.receiving_mx_helo) sheet.more(below, "greeted as: " + printable(*failure.receiving_mx_helo));
    if (failure.additional_information) sheet.more(below, "more: " + printable(*failure.additional_information));
  }
}

struct Place {
  std::optional<std::string> mx;
  std::optional<std::string> domain;
};

// Each result type once, with the first place where it occurred.
void add_explanations(Sheet& sheet, const ReadReport& read) {
  std::map<std::string_view, Place> places;
  for (const auto& policy : read.parsed.report.policies) {
    for (const auto& failure : policy.failure_details) {
      auto& place = places[failure.result_type];
      if (!place.mx) place.mx = failure.receiving_mx_hostname;
      if (!place.domain) place.domain = policy.policy_domain ? policy.policy_domain : read.report_domain;
    }
  }
  for (const auto& [code, place] : places) {
    const auto& type = parser::explain(code);
    sheet.empty_line();
    sheet.paragraph("", fmt::format("{}: {}", printable(code), type.cause));
    const auto steps = steps_of(remedy_for(type, place.mx, place.domain));
    sheet.paragraph("  What to do: ", steps.advice);
    for (const auto& command : steps.commands) sheet.verbatim("    ", command);
    sheet.paragraph("  See ", type.reference);
  }
}

// Each code once, with the first place where it occurred.
void add_deviations(Sheet& sheet, const std::vector<parser::Deviation>& deviations) {
  struct Group {
    const parser::Deviation* first;
    std::size_t count;
  };
  std::map<std::string_view, Group> groups;
  for (const auto& deviation : deviations) {
    ++groups.try_emplace(parser::to_string(deviation.code), Group{&deviation, 0}).first->second.count;
  }
  if (!groups.empty()) {
    sheet.empty_line();
    sheet.labelled("Deviations", "from RFC 8460, mended:");
  }
  for (const auto& [code, group] : groups) {
    std::string text(code);
    if (!group.first->pointer.empty()) text += " at " + printable(group.first->pointer);
    if (!group.first->detail.empty()) text += fmt::format(": \"{}\"", printable(group.first->detail));
    if (group.count > 1) text += fmt::format(", and {} more", group.count - 1);
    sheet.more("", text);
  }
}

}  // namespace

bool has_failures(const Report& report) noexcept {
  return std::any_of(report.policies.begin(), report.policies.end(), [](const Policy& policy) {
    return policy.total_failure_session_count > 0 || !policy.failure_details.empty();
  });
}

void write_report_text(const std::string& source, const ReadReport& read, std::size_t width, const parser::Sink& sink) {
  const auto& report = read.parsed.report;
  const auto reporter = shown(report.organization_name, "an unnamed reporter");
  const auto domain = shown(read.report_domain, "an unknown domain");
  const auto totals = parser::session_totals(report, read.report_domain ? read.report_domain : std::optional(domain));
  Sheet sheet(width, sink);
  sheet.headline(fmt::format("{}: {} ({} about {}, {})", printable(source), verdict(totals, has_failures(report)),
                             reporter, domain, period(report)));
  sheet.empty_line();
  sheet.labelled("Reporter",
                 report.contact_info ? fmt::format("{}, {}", reporter, printable(*report.contact_info)) : reporter);
  sheet.labelled("Report ID", shown(report.report_id, "none"));
  sheet.labelled("Period", fmt::format("{} (UTC)", period(report)));
  sheet.labelled("Domain", domain);
  std::string_view label = "Sessions";
  for (const auto& total : totals) {
    sheet.labelled(
        label, fmt::format("{} to {}, {} failed", total.sessions, printable(total.recipient_domain), total.failures));
    label = "";
  }
  for (const auto& policy : report.policies) {
    sheet.empty_line();
    add_policy(sheet, policy);
  }
  add_explanations(sheet, read);
  add_deviations(sheet, read.parsed.deviations);
}

}  // namespace tlsrpt::collector
