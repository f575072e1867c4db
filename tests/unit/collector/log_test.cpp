#include "collector/log.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "captured_standard_error.hpp"

using namespace tlsrpt::collector;

namespace {

// Log settings are the process's: back to the defaults afterwards.
struct LogSettings {
  LogSettings(log::Level level, log::Format format) { log::configure(level, format); }
  ~LogSettings() { log::configure(log::Level::kInfo, log::Format::kText); }
  LogSettings(const LogSettings&) = delete;
  LogSettings& operator=(const LogSettings&) = delete;
};

bool is_time(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:ddZ";
  return std::ranges::equal(text, kShape,
                            [](char c, char shape) { return shape == 'd' ? c >= '0' && c <= '9' : c == shape; });
}

// Every time in it becomes TIME.
std::string without_times(std::string text) {
  constexpr std::size_t kLength = 20;
  for (std::size_t at = 0; at + kLength <= text.size(); ++at) {
    if (is_time(std::string_view{text}.substr(at, kLength))) text.replace(at, kLength, "TIME");
  }
  return text;
}

// What `action` logs.
template <typename Action>
std::string logged(log::Level level, log::Format format, Action action) {
  const CapturedStandardError captured;
  const LogSettings settings(level, format);
  action();
  return without_times(captured.text());
}

void log_all_levels() {
  log::debug("one {}", 1);
  log::info("two");
  log::warning("three");
  log::error("four {}", "and more");
}

}  // namespace

TEST_CASE("log lines in text are time, level and message") {
  CHECK(logged(log::Level::kDebug, log::Format::kText, log_all_levels) ==
        "TIME debug one 1\nTIME info two\nTIME warning three\nTIME error four and more\n");
}

TEST_CASE("what is below the log level is left out") {
  CHECK(logged(log::Level::kInfo, log::Format::kText, log_all_levels) ==
        "TIME info two\nTIME warning three\nTIME error four and more\n");
  CHECK(logged(log::Level::kWarning, log::Format::kText, log_all_levels) ==
        "TIME warning three\nTIME error four and more\n");
  CHECK(logged(log::Level::kError, log::Format::kText, log_all_levels) == "TIME error four and more\n");
}

TEST_CASE("log lines in JSON are one object each") {
  CHECK(logged(log::Level::kInfo, log::Format::kJson, [] { log::warning("say \"no\" \\ ü\n"); }) ==
        "{\"time\":\"TIME\",\"level\":\"warning\",\"message\":\"say \\\"no\\\" \\\\ ü\\\\x0a\"}\n");
}

TEST_CASE("a stranger's text can neither forge a line nor move the cursor") {
  CHECK(logged(log::Level::kInfo, log::Format::kText, [] {
          log::info("subject {}", "x\nerror forged\x1b[2J\u202e%v{}");
        }) == "TIME info subject x\\x0aerror forged\\x1b[2J\\u{202e}%v{}\n");
}

TEST_CASE("a message is cut to 2 KiB") {
  const auto line = logged(log::Level::kInfo, log::Format::kText, [] { log::info("{}", std::string(5000, 'x')); });
  CHECK(line == "TIME info " + std::string(2045, 'x') + "…\n");
}

TEST_CASE("lines of several threads do not mix") {
  const auto text = logged(log::Level::kInfo, log::Format::kText, [] {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([t] {
        for (int i = 0; i < 50; ++i) log::info("{}-{}", t, std::string(200, static_cast<char>('a' + t)));
      });
    }
  });
  std::istringstream lines(text);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const char thread = line.at(10);
    REQUIRE(line == std::string("TIME info ") + thread + "-" + std::string(200, static_cast<char>('a' + thread - '0')));
  }
  CHECK(count == 200);
}

TEST_CASE("a status line stays below what is logged until it is taken away") {
  CHECK(logged(log::Level::kInfo, log::Format::kText, [] {
          log::show_status("50%");
          log::info("one");
          log::show_status("");
          log::info("two");
        }) == "\r\x1b[K50%\r\x1b[KTIME info one\n50%\r\x1b[KTIME info two\n");
}

TEST_CASE("levels and formats have their words") {
  using log::Format;
  using log::Level;
  CHECK(log::level_from_string("debug") == Level::kDebug);
  CHECK(log::level_from_string("info") == Level::kInfo);
  CHECK(log::level_from_string("warning") == Level::kWarning);
  CHECK(log::level_from_string("error") == Level::kError);
  CHECK_FALSE(log::level_from_string("Info").has_value());
  CHECK_FALSE(log::level_from_string("").has_value());
  CHECK(log::format_from_string("text") == Format::kText);
  CHECK(log::format_from_string("json") == Format::kJson);
  CHECK_FALSE(log::format_from_string("xml").has_value());
}
