#include "collector/print/html/table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "collector/print/wording.hpp"
#include "parser/json.hpp"

namespace tlsrpt::collector {
namespace {

std::string grouped(std::int64_t number) {
  auto digits = fmt::to_string(number);
  for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3) {
    digits.insert(static_cast<std::size_t>(place), 1, ',');
  }
  return digits;
}

void write_cell(HtmlWriter& html, const Cell& cell) {
  constexpr std::size_t kLong = 40;
  html.open("td", {{"class", cell.number ? "number" : cell.text.size() > kLong ? "long" : "words"}});
  if (cell.value) {
    html.element("data", cell.text, {{"value", *cell.value}});
  } else {
    html.text(cell.text);
  }
  html.close();
}

bool is_number(const std::vector<Row>& rows, std::size_t column) {
  return !rows.empty() && rows.front()[column].number;
}

}  // namespace

Cell words(std::string text) {
  return {.text = std::move(text), .value = std::nullopt};
}

Cell count(std::int64_t number) {
  return {.text = grouped(number), .value = fmt::to_string(number), .number = true};
}

Cell share(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return nothing();
  return {.text = percent(part, whole),
          .value = fmt::format("{:.6f}", static_cast<double>(part) / static_cast<double>(whole)),
          .number = true};
}

Cell moment(db::Time time) {
  return {.text = date(time), .value = parser::format_time(time)};
}

Cell moment(db::Time time, db::Day day) {
  return {.text = date(day), .value = parser::format_time(time)};
}

Cell nothing() {
  return {.text = "", .value = std::nullopt, .number = true};
}

void write_table(HtmlWriter& html, const std::vector<std::string_view>& columns, const std::vector<Row>& rows,
                 std::size_t most) {
  html.open("div", {{"class", "scroll"}}).open("table").open("thead").open("tr");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    html.element("th", columns[i], {{"scope", "col"}, {"class", is_number(rows, i) ? "number" : "words"}});
  }
  html.close().close().open("tbody");
  const auto shown = std::min(most, rows.size());
  for (std::size_t i = 0; i < shown; ++i) {
    html.open("tr");
    for (const auto& cell : rows[i]) write_cell(html, cell);
    html.close();
  }
  html.close().close().close();
  if (shown < rows.size()) {
    html.element("p", fmt::format("… and {} more: --format json has all.", rows.size() - shown), {{"class", "note"}});
  }
}

void write_panel(HtmlWriter& html, std::string_view heading, const std::vector<std::string_view>& columns,
                 const std::vector<Row>& rows, std::string_view note) {
  if (rows.empty()) return;
  html.open("section").element("h2", heading).open("div", {{"class", "panel"}});
  if (!note.empty()) html.element("p", note, {{"class", "note"}});
  write_table(html, columns, rows);
  html.close().close();
}

}  // namespace tlsrpt::collector
