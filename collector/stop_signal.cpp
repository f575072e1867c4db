#include "collector/stop_signal.hpp"

#include "collector/log.hpp"

namespace tlsrpt::collector {

StopSignal::StopSignal() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  waiter_ = std::jthread([this](const std::stop_token& ended) {
    int signal = 0;
    sigwait(&signals_, &signal);
    if (ended.stop_requested()) return;
    log::info("stopping: the batch in hand is finished first");
    source_.request_stop();
    sigwait(&signals_, &signal);
    if (ended.stop_requested()) return;
    std::signal(signal, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
    std::raise(signal);
  });
}

StopSignal::~StopSignal() {
  waiter_.request_stop();
  pthread_kill(waiter_.native_handle(), SIGINT);  // wakes sigwait()
  waiter_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace tlsrpt::collector
