#pragma once

#include <string>

#include "collector/config.hpp"
#include "collector/ingest.hpp"
#include "collector/input/input.hpp"
#include "db/store.hpp"

namespace tlsrpt::collector {

// A file or mail from disk → what is stored of it. Bare reports are the operator's own act and exempt from
// authentication; mail is not. Domains: whatever any configured mailbox accepts; everything, where one accepts all.
class ImportReader {
 public:
  explicit ImportReader(const Config& config);

  [[nodiscard]] db::NewMessage read(Input input);

  // The bytes of an earlier import.
  [[nodiscard]] db::NewMessage read_again(std::string bytes, const std::string& source);

 private:
  Ingester ingester_;
  Acceptance acceptance_;
};

}  // namespace tlsrpt::collector
