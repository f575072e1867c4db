#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "collector/print/html/sections.hpp"
#include "collector/print/remedy.hpp"
#include "collector/print/verdict.hpp"
#include "collector/print/wording.hpp"

namespace tlsrpt::collector {
namespace {

constexpr std::size_t kMost = 50;

void write_fact(HtmlWriter& html, std::string_view name, std::string_view value) {
  html.element("dt", name).element("dd", value);
}

void write_facts(HtmlWriter& html, const db::Summary& summary, const db::Incident& incident) {
  html.open("dl");
  if (incident.receiving_mx_hostname) write_fact(html, "Where", *incident.receiving_mx_hostname);
  write_fact(html, "Mail for", incident.recipient_domain);
  write_fact(html, incident.state == db::Incident::State::kOpen ? "Since" : "When", when(incident, summary.made_at));
  if (incident.resolved_at) write_fact(html, "Resolved", date(*incident.resolved_at));
  write_fact(html, "Failed", how_many(incident));
  write_fact(html, "Reported by", reporter_names(incident.organizations));
  for (const auto& code : what_they_say(summary, incident)) write_fact(html, "They say", code);
  html.close();
}

void write_remedy(HtmlWriter& html, const db::Incident& incident) {
  const auto steps = steps_of(incident.remedy);
  html.open("p", {{"class", "todo"}}).text("What to do: ").text(steps.advice).close();
  for (const auto& command : steps.commands) {
    html.open("div", {{"class", "command"}}).element("code", command).close();
  }
}

void write_title(HtmlWriter& html, const db::Incident& incident) {
  html.element("span", label(incident), {{"class", "badge"}}).text(title(incident));
}

void write_story(HtmlWriter& html, const db::Summary& summary, const db::Incident& incident) {
  html.element("p", incident.cause, {{"class", "cause"}});
  write_facts(html, summary, incident);
  write_remedy(html, incident);
  html.element("p", incident.reference, {{"class", "note"}});
}

void write_open(HtmlWriter& html, const db::Summary& summary, const db::Incident& incident) {
  html.open("article", {{"class", "card " + label(incident)}}).open("h3");
  write_title(html, incident);
  html.close();
  write_story(html, summary, incident);
  html.close();
}

void write_resolved(HtmlWriter& html, const db::Summary& summary, const db::Incident& incident) {
  html.open("details", {{"class", "card resolved"}}).open("summary");
  write_title(html, incident);
  html.element("span", when(incident, summary.made_at), {{"class", "note"}}).close();
  write_story(html, summary, incident);
  html.close();
}

template <typename Wanted, typename Write>
void write_cards(HtmlWriter& html, const db::Summary& summary, Wanted wanted, Write write) {
  const auto all = static_cast<std::size_t>(std::ranges::count_if(summary.incidents, wanted));
  std::size_t shown = 0;
  for (const auto& incident : summary.incidents) {
    if (!wanted(incident) || shown == kMost) continue;
    write(html, summary, incident);
    ++shown;
  }
  if (shown < all) html.element("p", fmt::format("… and {} more: --format json has all.", all - shown));
}

}  // namespace

void write_verdict(HtmlWriter& html, const db::Summary& summary) {
  const auto verdict = verdict_of(summary);
  html.open("section", {{"class", fmt::format("verdict {}", to_string(verdict.status))}});
  html.element("h2", verdict.headline).open("ul");
  for (const auto& detail : verdict.details) html.element("li", detail);
  html.close().close();
}

void write_open_incidents(HtmlWriter& html, const db::Summary& summary) {
  if (std::ranges::none_of(summary.incidents, is_open)) return;
  const bool goes_on = std::ranges::count(summary.incidents, db::Incident::State::kOpen, &db::Incident::state) > 0;
  html.open("section").element("h2", goes_on ? "What fails, and what to do" : "What failed, and what to do");
  if (goes_on) html.element("p", kHowItEnds, {{"class", "note"}});
  write_cards(html, summary, is_open, write_open);
  html.close();
}

void write_resolved_incidents(HtmlWriter& html, const db::Summary& summary) {
  const auto is_resolved = [](const db::Incident& incident) { return !is_open(incident); };
  if (std::ranges::none_of(summary.incidents, is_resolved)) return;
  html.open("section").element("h2", "What failed, and is resolved");
  write_cards(html, summary, is_resolved, write_resolved);
  html.close();
}

}  // namespace tlsrpt::collector
