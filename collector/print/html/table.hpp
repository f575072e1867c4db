#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/print/html/writer.hpp"
#include "db/summary.hpp"

namespace tlsrpt::collector {

// What stands in a table: text for people, and for page.js, which draws the charts from the tables, a value.
struct Cell {
  std::string text;
  std::optional<std::string> value;
  bool number = false;
};

[[nodiscard]] Cell words(std::string text);
[[nodiscard]] Cell count(std::int64_t number);  // "12,345"
[[nodiscard]] Cell share(std::int64_t part, std::int64_t whole);
[[nodiscard]] Cell moment(db::Time time);               // its date; the value has the time of day
[[nodiscard]] Cell moment(db::Time time, db::Day day);  // the day it is told as; the value is the time
[[nodiscard]] Cell nothing();                           // a number that is not there

using Row = std::vector<Cell>;

// A table that scrolls by itself where it is too wide; rows after `most` are only counted.
void write_table(HtmlWriter& html, const std::vector<std::string_view>& columns, const std::vector<Row>& rows,
                 std::size_t most = 100);

// A section of its own with such a table; nothing where it has no rows.
void write_panel(HtmlWriter& html, std::string_view heading, const std::vector<std::string_view>& columns,
                 const std::vector<Row>& rows, std::string_view note = {});

}  // namespace tlsrpt::collector
