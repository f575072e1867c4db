#include "collector/print/table.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "collector/escape.hpp"
#include "collector/print/wrap.hpp"

namespace tlsrpt::collector {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 8;  // a cell is not broken below that
constexpr std::size_t kMostLines = 4;

}  // namespace

void TextTable::add(std::vector<std::string> cells) {
  for (auto& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::lines(std::size_t width, std::size_t most) const {
  const auto fitting = widths(width);
  std::vector<std::string> names;
  for (const auto& column : columns_) names.push_back(column.name);
  std::string out = row(names, fitting);
  const auto shown = std::min(most, rows_.size());
  for (std::size_t i = 0; i < shown; ++i) out += row(rows_[i], fitting);
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

std::string TextTable::row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const {
  std::vector<std::vector<std::string>> broken_cells;
  std::size_t height = 1;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    auto pieces = broken(cut_to(cells[i], kMostLines * widths[i]), widths[i]);
    if (pieces.size() > kMostLines) {
      pieces.resize(kMostLines);
      pieces.back() = cut_to(pieces.back() + "…", widths[i]);
    }
    height = std::max(height, pieces.size());
    broken_cells.push_back(std::move(pieces));
  }
  std::string out;
  for (std::size_t place = 0; place < height; ++place) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string piece = place < broken_cells[i].size() ? broken_cells[i][place] : "";
      const std::string padding(widths[i] - columns(piece), ' ');
      line.append(kGap, ' ');
      line += columns_[i].kind == Column::Kind::kNumber ? padding + piece : piece + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

}  // namespace tlsrpt::collector
