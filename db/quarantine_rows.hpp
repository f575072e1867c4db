#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/transaction_base>

#include "db/store.hpp"

namespace tlsrpt::db {

// An entry by which a person may know what they want to look at, try or drop.
struct QuarantineId {
  std::int64_t id = 0;
  std::string attachment;
};

// A message's quarantine entries, never none.
struct QuarantineRows {
  std::int64_t message_key = 0;
  std::vector<NewQuarantine> entries;
  std::string_view raw;              // the whole message
  std::int64_t attempts = 0;         // tries made after the first reading; the last of them is this one
  std::vector<QuarantineId> before;  // that these replace: an attachment keeps its id
};

// Inserts them. Raw bytes go with a message's first entry, while all raw bytes kept stay within `limit`.
void copy_quarantine(pqxx::transaction_base& transaction, std::span<const QuarantineRows> messages,
                     std::uint64_t limit);

}  // namespace tlsrpt::db
