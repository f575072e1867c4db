#include "collector/print/terminal.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tlsrpt::collector {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::optional<std::size_t> columns_from_environment() {
  const auto text = variable("COLUMNS");
  std::size_t columns = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
  if (error != std::errc{} || end != text.data() + text.size() || columns == 0) return std::nullopt;
  return columns;
}

std::optional<std::size_t> columns_of_terminal() {
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0) return std::nullopt;
  return window.ws_col;
}

constexpr std::string_view code_of(Paint paint) noexcept {
  switch (paint) {
    case Paint::kGood:
      return "1;32";
    case Paint::kWarning:
      return "1;33";
    case Paint::kBad:
      return "1;31";
    case Paint::kHeading:
      break;
  }
  return "1";
}

}  // namespace

Terminal standard_output() {
  constexpr std::size_t kNarrowest = 40;
  Terminal terminal;
  if (auto columns = columns_from_environment(); columns || (columns = columns_of_terminal())) {
    terminal.width = std::max(*columns, kNarrowest);
  }
  // https://no-color.org: set and not empty
  terminal.colour = ::isatty(STDOUT_FILENO) == 1 && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
  return terminal;
}

std::string painted(const Terminal& terminal, Paint paint, std::string_view text) {
  return terminal.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code_of(paint), text) : std::string(text);
}

}  // namespace tlsrpt::collector
