#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "collector/imap/session.hpp"
#include "db/store.hpp"

// Fetch and parse on one thread, write on another: while a batch is written, others are filled (docs/decisions/0008).
namespace tlsrpt::collector {

struct PipelineSteps {
  // On the caller's thread: hands groups of messages to the sink, in ascending UID order, until the sink says false.
  std::function<void(const std::function<bool(std::vector<imap::FetchedMessage>)>& sink)> fetch;
  // On the caller's thread, while the sink is asked to take a group.
  std::function<db::RenderedMessage(imap::FetchedMessage)> parse;
  // On a thread of its own: messages of ascending UID, at most `batch_messages` of them.
  std::function<void(std::vector<db::RenderedMessage> batch)> write;
};

struct PipelineBounds {
  std::size_t least_messages = 500;  // from so many on, a batch goes to a writer that has nothing else to do
  std::size_t batch_messages = 4'000;
  std::size_t batch_bytes = 12u << 20;  // by weight(); a heavier message is a batch alone
};

// Returns when everything fetched has been written. The first exception of any step is rethrown here, others are
// dropped: of fetch and parse, when what came before is written; of write, with the next message that is fetched or
// when fetching ends, and what it had finished by then stays.
void run_pipeline(const PipelineSteps& steps, const PipelineBounds& bounds);

}  // namespace tlsrpt::collector
