#include "collector/progress.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "collector/escape.hpp"
#include "collector/log.hpp"

namespace tlsrpt::collector {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kRedrawEvery = std::chrono::milliseconds{100};
constexpr std::size_t kWidestBar = 40;
constexpr std::size_t kNarrowestBar = 8;
constexpr std::size_t kLongestLabel = 64;  // bytes

std::size_t terminal_width() noexcept {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

bool continues_character(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0u) == 0x80u;
}

// One column a character: nearly right, and a wide character more or less only makes the line wrap.
std::size_t columns(std::string_view text) noexcept {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues_character));
}

std::string first_columns(std::string text, std::size_t width) {
  while (columns(text) > width) text.pop_back();
  return text;
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return fmt::format("{:.{}f} {}", value, unit == 0 ? 0 : 1, kUnits.at(unit));
}

std::string format_time_left(double seconds) {
  constexpr double kMost = 100 * 3600;
  if (seconds >= kMost) return "over 100 h left";
  const auto s = static_cast<std::uint64_t>(std::llround(seconds));
  return s < 3600 ? fmt::format("{}:{:02} left", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02} left", s / 3600, s / 60 % 60, s % 60);
}

double share_done(const ProgressNumbers& numbers) noexcept {
  return std::min(1.0, static_cast<double>(numbers.messages) / static_cast<double>(numbers.total));
}

std::string format_numbers(const ProgressNumbers& numbers) {
  std::string text = numbers.total == 0 ? fmt::format("{}", numbers.messages)
                                        : fmt::format("{:3}%  {}/{}", static_cast<int>(share_done(numbers) * 100),
                                                      numbers.messages, numbers.total);
  text += "  " + format_bytes(numbers.bytes);
  const double seconds = std::chrono::duration<double>(numbers.elapsed).count();
  if (seconds <= 0 || numbers.messages == 0) return text;
  const double rate = static_cast<double>(numbers.messages) / seconds;
  text += fmt::format("  {:.0f}/s", rate);
  if (numbers.total > numbers.messages) {
    text += "  " + format_time_left(static_cast<double>(numbers.total - numbers.messages) / rate);
  }
  return text;
}

std::string format_bar(double share, std::size_t width) {
  const std::size_t inside = width - 2;
  std::string cells(static_cast<std::size_t>(share * static_cast<double>(inside)), '=');
  if (cells.size() < inside) cells += '>';
  cells.resize(inside, ' ');
  return '[' + cells + ']';
}

}  // namespace

std::string progress_line(const std::string& label, const ProgressNumbers& numbers, std::size_t width) {
  const std::string text = format_numbers(numbers);
  const std::size_t taken = columns(label) + 1 + columns(text);
  const std::size_t free = width > taken ? width - taken - 1 : 0;
  if (numbers.total == 0 || free < kNarrowestBar) return first_columns(label + ' ' + text, width);
  return label + ' ' + format_bar(share_done(numbers), std::min(free, kWidestBar)) + ' ' + text;
}

struct Progress::State {
  std::mutex mutex;
  std::string label;
  ProgressNumbers numbers;
  std::optional<Clock::time_point> begun;
  Clock::time_point next_redraw;

  void redraw() {
    const auto now = Clock::now();
    if (!begun) begun = next_redraw = now;
    if (now < next_redraw) return;
    next_redraw = now + kRedrawEvery;
    numbers.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - *begun);
    // The last column stays free: writing there makes some terminals begin a new line.
    log::show_status(progress_line(label, numbers, terminal_width() - 1));
  }
};

Progress::Progress(const std::string& label) {
  if (::isatty(STDERR_FILENO) == 0 || !log::enabled(log::Level::kInfo)) return;
  state_ = std::make_unique<State>();
  state_->label = printable(label, kLongestLabel);
}

Progress::~Progress() {
  if (state_ && state_->begun) log::show_status("");
}

void Progress::expect(std::uint64_t messages) {
  if (!state_) return;
  const std::lock_guard lock(state_->mutex);
  state_->numbers.total += messages;
  state_->redraw();
}

void Progress::advance(std::uint64_t messages, std::uint64_t bytes) {
  if (!state_) return;
  const std::lock_guard lock(state_->mutex);
  state_->numbers.messages += messages;
  state_->numbers.bytes += bytes;
  state_->redraw();
}

}  // namespace tlsrpt::collector
