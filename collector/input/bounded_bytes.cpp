#include "collector/input/bounded_bytes.hpp"

#include <utility>

namespace tlsrpt::collector {

void BoundedCollector::append(std::string_view piece) {
  const std::size_t room = most_ - bytes_.size();
  if (piece.size() > room && !of_all_) of_all_.emplace().add(bytes_);
  if (of_all_) of_all_->add(piece);
  bytes_.append(piece.substr(0, room));
}

BoundedBytes BoundedCollector::take() {
  auto of_all = std::exchange(of_all_, std::nullopt);
  return {.bytes = std::exchange(bytes_, {}), .sha256_of_all = of_all ? std::optional(of_all->finish()) : std::nullopt};
}

}  // namespace tlsrpt::collector
