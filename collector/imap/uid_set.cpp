#include "collector/imap/uid_set.hpp"

#include <string>

namespace tlsrpt::imap {

std::string uid_set(std::span<const Uid> uids) {
  std::string set;
  for (std::size_t first = 0; first < uids.size();) {
    std::size_t last = first;
    while (last + 1 < uids.size() && uids[last + 1] == uids[last] + 1) ++last;
    if (!set.empty()) set += ',';
    set += std::to_string(uids[first]);
    if (last != first) set.append(1, ':').append(std::to_string(uids[last]));
    first = last + 1;
  }
  return set;
}

}  // namespace tlsrpt::imap
