#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tlsrpt::collector {

// A table for a terminal: a header, and rows whose cells are strangers' text. Indented by two.
class TextTable {
 public:
  struct Column {
    std::string name;
    enum class Kind { kText, kWhole, kNumber } kind = Kind::kText;  // only kText is broken; numbers stand to the right
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns.
  void add(std::vector<std::string> cells);

  // Lines, ended. Where the table would be wider than `width`, cells are broken into some lines, and cut after these;
  // rows after `most` are only counted.
  [[nodiscard]] std::string lines(std::size_t width, std::size_t most = 50) const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths(std::size_t width) const;
  [[nodiscard]] std::string row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;  // printable
};

}  // namespace tlsrpt::collector
