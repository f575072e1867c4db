#pragma once

#include <cstddef>
#include <functional>

namespace tlsrpt::collector {

// Runs `work` on so many threads at once, the caller's among them; on fewer where the system has no more. `work` must
// not throw.
void run_on_threads(std::size_t threads, const std::function<void()>& work);

}  // namespace tlsrpt::collector
