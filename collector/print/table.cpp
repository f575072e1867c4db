#include "collector/print/table.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "collector/escape.hpp"
#include "collector/print/wrap.hpp"

namespace tlsrpt::collector {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 8;  // a cell is not cut below that

}  // namespace

void TextTable::add(std::vector<std::string> cells) {
  for (auto& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::lines(std::size_t width, std::size_t most) const {
  const auto fitting = widths(width);
  std::vector<std::string> names;
  for (const auto& column : columns_) names.push_back(column.name);
  std::string out = line(names, fitting);
  const auto shown = std::min(most, rows_.size());
  for (std::size_t i = 0; i < shown; ++i) out += line(rows_[i], fitting);
  if (shown < rows_.size()) out += fmt::format("  … and {} more\n", rows_.size() - shown);
  return out;
}

std::vector<std::size_t> TextTable::widths(std::size_t width) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(columns(columns_[i].name));
    for (const auto& row : rows_) widths[i] = std::max(widths[i], columns(row[i]));
  }
  const auto needed = [&] { return std::accumulate(widths.begin(), widths.end(), kGap * widths.size()); };
  while (needed() > width) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (columns_[i].kind == Column::Kind::kText && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
    }
    if (widest == nullptr || *widest <= kNarrowest) break;
    --*widest;
  }
  return widths;
}

std::string TextTable::line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto cell = cut_to(cells[i], widths[i]);
    const std::string padding(widths[i] - columns(cell), ' ');
    out.append(kGap, ' ');
    out += columns_[i].kind == Column::Kind::kNumber ? padding + cell : cell + padding;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out + '\n';
}

}  // namespace tlsrpt::collector
