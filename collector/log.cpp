#include "collector/log.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <mutex>
#include <utility>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include "collector/escape.hpp"

namespace tlsrpt::collector::log {

namespace {

constexpr std::array kLevelNames = {
    std::pair{std::string_view{"debug"}, Level::kDebug},
    std::pair{std::string_view{"info"}, Level::kInfo},
    std::pair{std::string_view{"warning"}, Level::kWarning},
    std::pair{std::string_view{"error"}, Level::kError},
};

constexpr std::array kFormatNames = {
    std::pair{std::string_view{"text"}, Format::kText},
    std::pair{std::string_view{"json"}, Format::kJson},
};

spdlog::level::level_enum spdlog_level(Level level) noexcept {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      break;
  }
  return spdlog::level::err;
}

// Nobody is left to tell when standard error cannot be written.
void write_standard_error(std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// A line goes out by one write(2), so that other processes' lines stay apart from ours.
class StandardError : public spdlog::sinks::base_sink<std::mutex> {
 public:
  void show_status(std::string_view status) {
    const std::lock_guard lock(mutex_);
    status_ = status;
    write_standard_error(std::string{kEraseLine} + status_);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    if (!status_.empty()) line.append(kEraseLine);
    formatter_->format(message, line);
    line.append(status_);
    write_standard_error({line.data(), line.size()});
  }
  void flush_() override {}

 private:
  static constexpr std::string_view kEraseLine = "\r\x1b[K";
  std::string status_;
};

// The message as a JSON string. It is printable() already: valid UTF-8 without control characters.
class JsonMessage : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    out.push_back('"');
    for (const char c : message.payload) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    out.push_back('"');
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonMessage>();
  }
};

std::unique_ptr<spdlog::formatter> formatter(Format format) {
  auto made = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc, "\n");
  if (format == Format::kText) {
    made->set_pattern("%Y-%m-%dT%H:%M:%SZ %l %v");
  } else {
    made->add_flag<JsonMessage>('*').set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%SZ","level":"%l","message":%*})");
  }
  return made;
}

struct Log {
  std::shared_ptr<StandardError> sink = std::make_shared<StandardError>();
  spdlog::logger logger{"tlsrpt-collector", sink};

  Log() { configure(Level::kInfo, Format::kText); }
  void configure(Level level, Format format) {
    logger.set_level(spdlog_level(level));
    logger.set_formatter(formatter(format));
  }
};

Log& the_log() {
  static Log log;
  return log;
}

template <typename Value, std::size_t size>
std::optional<Value> find_name(const std::array<std::pair<std::string_view, Value>, size>& names,
                               std::string_view word) noexcept {
  for (const auto& [name, value] : names) {
    if (name == word) return value;
  }
  return std::nullopt;
}

}  // namespace

void configure(Level level, Format format) {
  the_log().configure(level, format);
}

std::optional<Level> level_from_string(std::string_view word) noexcept {
  return find_name(kLevelNames, word);
}

std::optional<Format> format_from_string(std::string_view word) noexcept {
  return find_name(kFormatNames, word);
}

bool enabled(Level level) noexcept {
  return the_log().logger.should_log(spdlog_level(level));
}

void write(Level level, std::string_view message) {
  if (enabled(level)) the_log().logger.log(spdlog_level(level), printable(message));
}

void show_status(std::string_view status) {
  the_log().sink->show_status(status);
}

}  // namespace tlsrpt::collector::log
