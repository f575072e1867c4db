#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "collector/imap/session.hpp"
#include "db/store.hpp"

// Fetch → parse → write on three threads, joined by queues that are bounded in bytes.
namespace tlsrpt::collector {

struct PipelineSteps {
  // On the caller's thread: hands groups of messages to the sink, in ascending UID order, until the sink says false.
  std::function<void(const std::function<bool(std::vector<imap::FetchedMessage>)>& sink)> fetch;
  // On a thread of its own.
  std::function<db::NewMessage(imap::FetchedMessage)> parse;
  // On a thread of its own: messages of ascending UID, at most `batch_messages` of them.
  std::function<void(std::vector<db::NewMessage> batch)> write;
};

struct PipelineBounds {
  std::size_t batch_messages = 2'000;
  std::size_t batch_bytes = 12u << 20;  // by weight(); a heavier message is a batch alone
  std::size_t queue_bytes = 4u << 20;   // fetched and not parsed, and parsed and not in a batch
};

// Returns when everything fetched has been written. The first exception of any step ends all three and is rethrown
// here; what write() had finished by then stays.
void run_pipeline(const PipelineSteps& steps, const PipelineBounds& bounds);

}  // namespace tlsrpt::collector
