#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

// Logs go to standard error, one event a line. Whatever is logged has its control characters escaped and is cut to
// 2 KiB, so that a stranger's text can neither forge a line nor move a cursor.
namespace tlsrpt::collector::log {

enum class Level { kDebug, kInfo, kWarning, kError };
enum class Format { kText, kJson };

void configure(Level level, Format format);
[[nodiscard]] std::optional<Level> level_from_string(std::string_view word) noexcept;  // debug, info, warning, error
[[nodiscard]] std::optional<Format> format_from_string(std::string_view word) noexcept;

void write(Level level, std::string_view message);

template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kDebug, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kWarning, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kError, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace tlsrpt::collector::log
