#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "collector/config.hpp"
#include "collector/progress.hpp"
#include "db/mailbox.hpp"

// One pass over one mailbox: what `collect`, `run` and `backfill` repeat.
namespace tlsrpt::collector {

struct PassRequest {
  std::string command;               // for poll_run: "collect", "run" or "backfill"
  bool backfill = false;             // from the first UID (or where the last backfill stopped)
  std::optional<std::string> since;  // IMAP dates, "1-Feb-2026"; backfill only
  std::optional<std::string> before;
  Progress* progress = nullptr;  // is told what is read, where there is one
  std::stop_token stop;          // finish the batch in hand, then return
};

// Reads what is new, stores it, does what `after:` asks, and notes how it went. Returns the counts; throws
// imap::Error, db::Error or ConfigError, with what had been committed by then in place and the error noted in the
// mailbox row where the database can be reached.
db::PollRun read_mailbox(const Config& config, const MailboxConfig& mailbox, const PassRequest& request);

}  // namespace tlsrpt::collector
