#include <csignal>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <fcntl.h>
#include <unistd.h>

#include "collector/command_line.hpp"
#include "collector/commands/command.hpp"
#include "collector/config.hpp"
#include "collector/log.hpp"
#include "collector/reaction.hpp"

namespace tlsrpt::collector {

namespace {

// Without a file the defaults hold: enough for what only needs the database.
Config configuration(const std::optional<std::string>& option) {
  const auto path = find_config(option);
  if (!path) return {};
  Config config = load_config(*path);
  for (const auto& warning : config.warnings) log::warning("{}", warning);
  return config;
}

ExitCode dispatch(const CommandLine& line) {
  return std::visit(
      [&](const auto& options) {
        if constexpr (requires { execute(options); }) {
          return execute(options);
        } else if constexpr (requires { execute(options, line.config); }) {
          return execute(options, line.config);
        } else {
          return execute(options, configuration(line.config));
        }
      },
      line.command);
}

// A descriptor 0, 1 or 2 that came closed would be a socket's next, and results or logs be written into it.
void occupy_standard_descriptors() {
  int descriptor = 0;
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (descriptor >= 0) ::close(descriptor);
}

// The errors of a configuration file are several events.
void log_lines(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    log::error("{}", text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

ExitCode run_program(int argc, const char* const* argv) {
  try {
    const CommandLine line = parse_command_line(argc, argv);
    log::configure(line.log_level, line.log_format);
    return dispatch(line);
  } catch (...) {
    const Judgement judgement = react(std::current_exception());
    log_lines(judgement.text);
    return judgement.exit_code;
  }
}

}  // namespace

}  // namespace tlsrpt::collector

int main(int argc, char** argv) {
  tlsrpt::collector::occupy_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write, exit 74
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file that would be larger than its limit
  std::signal(SIGCHLD, SIG_DFL);  // else, inherited as ignored, children could not be waited for
  return static_cast<int>(tlsrpt::collector::run_program(argc, argv));
}
