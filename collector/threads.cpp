#include "collector/threads.hpp"

#include <system_error>
#include <thread>
#include <vector>

#include "collector/log.hpp"

namespace tlsrpt::collector {

void run_on_threads(std::size_t threads, const std::function<void()>& work) {
  std::vector<std::jthread> others;
  try {
    while (others.size() + 1 < threads) others.emplace_back(work);
  } catch (const std::system_error& error) {
    log::warning("{} threads instead of {}: {}", others.size() + 1, threads, error.what());
  }
  work();
}

}  // namespace tlsrpt::collector
