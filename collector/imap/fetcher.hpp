#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "collector/imap/client.hpp"
#include "collector/imap/fetch_item.hpp"
#include "collector/imap/fetch_pipe.hpp"
#include "collector/imap/session.hpp"

namespace tlsrpt::imap {

// Session::fetch(). A message goes through three steps: its size is asked, its body is asked, it is handed out. The
// window holds the messages from the first that is not yet handed out to the last whose size has been asked; commands
// for all of them are in flight at the same time.
class Fetcher {
 public:
  using Sink = std::function<bool(std::vector<FetchedMessage>)>;

  Fetcher(Client& client, std::span<const Uid> uids, const Session::FetchOptions& options, const Sink& sink);
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  // Until the sink says false or all were handed out. Beside one message, no more than 64 MiB of bodies are held.
  // Throws Error: kUnreachable where the server cannot for now, kProtocol where it breaks the protocol.
  void run();

 private:
  enum class Step { kSize, kSized, kBody, kDone, kGone };
  struct Slot {
    FetchedMessage message;
    Step step = Step::kSize;
    bool seen = false;  // named by any FETCH response since it was probed
  };

  enum class Question {
    kSizes,
    kBodies,
    kNews,   // NOOP: some servers do not say before what has been expunged meanwhile (Courier)
    kProbe,  // of one UID that does not come even when asked alone: is it there at all?
  };
  struct Command {
    Question question;
    std::vector<Uid> uids = {};
    std::uint64_t bytes = 0;  // announced
    Tag tag = 0;
  };

  void ask_ahead();
  void ask_sizes();
  [[nodiscard]] bool ask_bodies();
  void send(Command command);

  void take(Untagged& untagged);
  void take_item(Slot& slot, FetchItem item);
  void take_body(Slot& slot, Literal body);

  void complete(const Completion& completion);
  [[nodiscard]] Command retire(Tag tag);
  void conclude_probe(const Command& command, const Completion& completion);
  void ask_again(const Command& command);

  [[nodiscard]] bool hand_out();
  [[nodiscard]] Slot* find(Uid uid);

  Client& client_;
  std::span<const Uid> unasked_;  // their sizes
  const Session::FetchOptions options_;
  const Sink& sink_;

  std::deque<Slot> window_;    // ascending
  std::size_t next_body_ = 0;  // in window_: the first whose body has not been asked
  std::size_t found_ = 0;      // in window_: where find() found the last one
  std::deque<Command> again_;  // to be sent before anything else
  std::vector<Command> in_flight_;
  FetchPipe pipe_;
  std::uint64_t held_ = 0;  // bytes of bodies in window_
};

}  // namespace tlsrpt::imap
