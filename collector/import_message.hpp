#pragma once

#include <optional>

#include "collector/config.hpp"
#include "collector/ingest.hpp"
#include "collector/input/input.hpp"
#include "db/quarantine.hpp"

namespace tlsrpt::collector {

// A file or mail from disk → what is stored of it. Bare reports are the operator's own act and exempt from
// authentication; mail is not. Domains: whatever any configured mailbox accepts; everything, where one accepts all.
class ImportReader {
 public:
  explicit ImportReader(const Config& config);

  [[nodiscard]] db::NewMessage read(Input input);

  // What is in quarantine, once more and in a process of its own first: an earlier import, from the bytes that were
  // kept or else from the same file; or a mail of a mailbox that is not configured any more, from the bytes that were
  // kept. None where they are not to be had.
  [[nodiscard]] std::optional<db::NewMessage> read_again(const db::QuarantinedMessage& stored);

 private:
  const Config& config_;
  Ingester ingester_;
  Acceptance acceptance_;
};

}  // namespace tlsrpt::collector
