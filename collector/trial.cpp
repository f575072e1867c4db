#include "collector/trial.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tlsrpt::collector {

namespace {

// True once the child has ended, false after `patience`.
bool wait_for_end(pid_t child, std::chrono::milliseconds patience) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "pidfd_open");
  pollfd ended{.fd = fd, .events = POLLIN, .revents = 0};
  int ready = 0;
  do {
    ready = poll(&ended, 1, static_cast<int>(patience.count()));
  } while (ready < 0 && errno == EINTR);
  close(fd);
  return ready > 0;
}

}  // namespace

bool survives(const std::function<void()>& attempt, std::chrono::milliseconds patience) {
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    // A crash here is expected: it shall leave no core file and no handler's output behind.
    std::signal(SIGSEGV, SIG_DFL);
    std::signal(SIGABRT, SIG_DFL);
    try {
      attempt();
    } catch (...) {
      _exit(EXIT_SUCCESS);  // an exception is an answer, and the caller will meet it again
    }
    _exit(EXIT_SUCCESS);
  }
  const bool in_time = wait_for_end(child, patience);
  if (!in_time) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return in_time && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

}  // namespace tlsrpt::collector
