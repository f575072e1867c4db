#include "collector/capture_command.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/error.hpp"

namespace tlsrpt::collector {

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(int error) {
  throw ConfigError(fmt::format("could not be run: {}", std::generic_category().message(error)));
}

void check(int error) {
  if (error != 0) fail(error);
}

struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail(errno);
  }
  ~Pipe() {
    ::close(ends[0]);
    close_writing_end();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void close_writing_end() noexcept {
    if (ends[1] >= 0) ::close(std::exchange(ends[1], -1));
  }

  std::array<int, 2> ends{-1, -1};  // reading, writing
};

// Descriptors and signals of the child: a process group of its own, and none of our ignored or blocked signals.
struct SpawnSettings {
  explicit SpawnSettings(int standard_output) {
    check(::posix_spawn_file_actions_init(&actions));
    check(::posix_spawnattr_init(&attributes));
    check(::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
    check(::posix_spawn_file_actions_adddup2(&actions, standard_output, STDOUT_FILENO));
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    check(::posix_spawnattr_setsigmask(&attributes, &none));
    check(::posix_spawnattr_setsigdefault(&attributes, &all));
    check(::posix_spawnattr_setpgroup(&attributes, 0));
    check(::posix_spawnattr_setflags(&attributes,
                                     POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }
  ~SpawnSettings() {
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

// A child that does not outlive this object, nor does its process group.
class Child {
 public:
  Child(std::string command, int standard_output) {
    std::string shell = "sh", option = "-c";
    std::array<char*, 4> arguments = {shell.data(), option.data(), command.data(), nullptr};
    const SpawnSettings settings(standard_output);
    check(::posix_spawn(&id_, "/bin/sh", &settings.actions, &settings.attributes, arguments.data(), environ));
  }
  ~Child() {
    if (ended_) return;
    ::kill(-id_, SIGKILL);
    static_cast<void>(wait(0));
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Its status, if it ended by then.
  std::optional<int> wait_until(Clock::time_point deadline) {
    while (!wait(WNOHANG)) {
      if (Clock::now() >= deadline) return std::nullopt;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return status_;
  }

 private:
  bool wait(int options) noexcept {
    pid_t waited = 0;
    do {
      waited = ::waitpid(id_, &status_, options);
    } while (waited < 0 && errno == EINTR);
    ended_ = waited != 0;
    return ended_;
  }

  pid_t id_ = 0;
  int status_ = 0;
  bool ended_ = false;
};

[[noreturn]] void fail_late(std::chrono::milliseconds limit) {
  throw ConfigError(fmt::format("did not end within {} s", std::chrono::ceil<std::chrono::seconds>(limit).count()));
}

// All until the end of the file.
std::string read_all(int descriptor, Clock::time_point deadline, const CaptureLimits& limits) {
  std::string output;
  std::array<char, 4096> buffer{};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) fail_late(limits.time);
    pollfd wanted{.fd = descriptor, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>(left));
    if (ready < 0 && errno != EINTR) fail(errno);
    if (ready <= 0) continue;
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(errno);
    if (count == 0) return output;
    output.append(buffer.data(), static_cast<std::size_t>(count));
    if (output.size() > limits.output) throw ConfigError(fmt::format("gave more than {} bytes", limits.output));
  }
}

}  // namespace

std::string capture_command(const std::string& command, const CaptureLimits& limits) {
  const auto deadline = Clock::now() + limits.time;
  Pipe pipe;
  Child child(command, pipe.ends[1]);
  pipe.close_writing_end();
  std::string output = read_all(pipe.ends[0], deadline, limits);
  const auto status = child.wait_until(deadline);
  if (!status) fail_late(limits.time);
  if (WIFSIGNALED(*status)) throw ConfigError(fmt::format("was ended by signal {}", WTERMSIG(*status)));
  if (WEXITSTATUS(*status) != 0) throw ConfigError(fmt::format("ended with exit code {}", WEXITSTATUS(*status)));
  return output;
}

}  // namespace tlsrpt::collector
