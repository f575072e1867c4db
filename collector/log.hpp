#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

// Logs go to standard error, one event a line. Whatever is logged has its control characters escaped and is cut to
// 2 KiB, so that a stranger's text can neither forge a line nor move a cursor.
namespace tlsrpt::collector::log {

enum class Level { kDebug, kInfo, kWarning, kError };
enum class Format { kText, kJson };

void configure(Level level, Format format);
[[nodiscard]] std::optional<Level> level_from_string(std::string_view word) noexcept;  // debug, info, warning, error
[[nodiscard]] std::optional<Format> format_from_string(std::string_view word) noexcept;

[[nodiscard]] bool enabled(Level level) noexcept;

void write(Level level, std::string_view message);

// A last line, kept below whatever is logged; "" takes it away. For a terminal (see Progress). The caller has made it
// printable and cut it to the terminal's width.
void show_status(std::string_view status);

template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kDebug)) write(Level::kDebug, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kInfo)) write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kWarning)) write(Level::kWarning, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kError)) write(Level::kError, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace tlsrpt::collector::log
