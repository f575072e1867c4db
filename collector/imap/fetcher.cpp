#include "collector/imap/fetcher.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "collector/imap/ascii.hpp"
#include "collector/imap/uid_set.hpp"

namespace tlsrpt::imap {

namespace {

constexpr std::size_t kSizesAhead = 500;            // of the bodies in flight, at least
constexpr std::uint64_t kMostHeld = 64u << 20;      // beside one message; only a server that lies gets there
constexpr std::uint64_t kUnknownSize = 512u << 10;  // what a message without RFC822.SIZE counts for (imap-24)

// What Courier hands out in place of a message whose file is gone or cannot be read.
constexpr std::string_view kCourierNotice =
    "From: System Administrator <root@localhost>\r\nSubject: message unavailable\r\n\r\n"
    "This message is no longer available on the server.\r\n";

// SERVERBUG is how Dovecot says that it cannot read one message: no other message need wait for that.
bool ends_the_pass(const Status& status) noexcept {
  return status.is_temporary() && !status.has_code("SERVERBUG");
}

}  // namespace

Fetcher::Fetcher(Client& client, std::span<const Uid> uids, const Session::FetchOptions& options, const Sink& sink)
    : client_(client), unasked_(uids), options_(options), sink_(sink), pipe_(client.round_trip()) {
  client_.set_literal_limit(options.max_message);
}

Fetcher::~Fetcher() {
  client_.expect(0);
  if (!in_flight_.empty()) client_.abandon();
}

void Fetcher::run() {
  const Client::Take take_response = [this](Untagged& untagged) { take(untagged); };
  ask_ahead();
  while (!in_flight_.empty()) {
    client_.expect(pipe_.bytes());
    const auto completion = client_.next(take_response);
    if (completion) {
      complete(*completion);
      ask_ahead();  // first, so that the server has work while the sink is busy
    }
    if ((completion || held_ >= options_.chunk_bytes) && !hand_out()) return;
    if (in_flight_.empty()) ask_ahead();  // nothing of the last messages had to be asked
  }
}

void Fetcher::ask_ahead() {
  // Sizes are asked so early that their answers, which stand behind all bodies in flight, come before these run out.
  const std::size_t ahead = 2 * pipe_.depth() * options_.chunk_messages + kSizesAhead;
  while (!unasked_.empty() && window_.size() - next_body_ < ahead) ask_sizes();
  for (; !again_.empty() && in_flight_.size() < 2 * PipelineDepth::kMost; again_.pop_front()) {
    send(std::move(again_.front()));
  }
  // While a message at the front is asked for again, those behind it wait here: no more of them than that.
  while (held_ < FetchPipe::kMostBytes && pipe_.has_room() && ask_bodies()) {
  }
}

void Fetcher::ask_sizes() {
  const auto uids = unasked_.first(std::min(options_.chunk_messages, unasked_.size()));
  unasked_ = unasked_.subspan(uids.size());
  for (const Uid uid : uids) window_.emplace_back().message.uid = uid;
  send({.question = Question::kSizes, .uids = {uids.begin(), uids.end()}});
}

// One chunk. False where the next message's size is not known yet, or there is none.
bool Fetcher::ask_bodies() {
  Command command{.question = Question::kBodies};
  for (; next_body_ < window_.size() && command.uids.size() < options_.chunk_messages; ++next_body_) {
    Slot& slot = window_[next_body_];
    if (slot.step == Step::kSize) break;
    if (slot.step != Step::kSized) continue;
    if (slot.message.size > options_.max_message) {
      slot.message.what = FetchedMessage::What::kTooLarge;
      slot.step = Step::kDone;
      continue;
    }
    const std::uint64_t bytes = slot.message.size == 0 ? kUnknownSize : slot.message.size;
    if (!command.uids.empty() && command.bytes + bytes > options_.chunk_bytes) break;
    command.uids.push_back(slot.message.uid);
    command.bytes += bytes;
    slot.step = Step::kBody;
  }
  if (command.uids.empty()) return false;
  send(std::move(command));
  return true;
}

void Fetcher::send(Command command) {
  const std::string set = uid_set(command.uids);
  switch (command.question) {
    case Question::kSizes:
      command.tag = client_.send(fmt::format("UID FETCH {} (UID RFC822.SIZE INTERNALDATE)", set));
      break;
    case Question::kBodies:
      command.tag = client_.send(fmt::format("UID FETCH {} (UID BODY.PEEK[])", set));
      pipe_.asked(command.bytes);
      break;
    case Question::kNews:
      command.tag = client_.send("NOOP");
      break;
    case Question::kProbe:
      if (Slot* const slot = find(command.uids.front())) slot->seen = false;
      command.tag = client_.send(fmt::format("UID FETCH {} (UID)", set));
      break;
  }
  in_flight_.push_back(std::move(command));
}

void Fetcher::take(Untagged& untagged) {
  if (!untagged.number || !equals_ignoring_case(untagged.name, "FETCH")) return;
  FetchItem item = read_fetch_item(untagged.data);
  Slot* const slot = item.uid ? find(*item.uid) : nullptr;
  if (slot != nullptr) take_item(*slot, std::move(item));
}

void Fetcher::take_item(Slot& slot, FetchItem item) {
  slot.seen = true;
  if (item.internal_date) slot.message.internal_date = item.internal_date;
  if (item.size && slot.step <= Step::kSized) slot.message.size = *item.size;
  // What names neither is a change of flags, and answers nothing.
  if (slot.step == Step::kSize && (item.size || item.internal_date)) slot.step = Step::kSized;
  if (slot.step == Step::kBody && item.body) take_body(slot, *std::move(item.body));
}

void Fetcher::take_body(Slot& slot, Literal body) {
  if (body.size == 0 && slot.message.size > 0) return;  // what has a size has a body
  if (body.bytes == kCourierNotice) return;
  if (body.skipped) slot.message.what = FetchedMessage::What::kTooLarge;
  slot.message.size = body.size;  // whatever RFC822.SIZE said (imap-24)
  held_ += body.bytes.size();
  if (held_ > kMostHeld + options_.max_message) {
    throw client_.errors().error(Error::Kind::kProtocol, "server sends far more than it announces");
  }
  slot.message.body = std::move(body.bytes);
  slot.step = Step::kDone;
}

void Fetcher::complete(const Completion& completion) {
  const Command command = retire(completion.tag);
  if (ends_the_pass(completion.status())) throw client_.failure(Error::Kind::kUnreachable, completion);
  if (command.question == Question::kProbe) {
    conclude_probe(command, completion);
  } else if (command.question != Question::kNews) {
    // NO and BAD are short answers, too: RFC 9051 §6.4.5 and RFC 2180 §4.1 let them come with what could be fetched.
    ask_again(command);
  }
}

Fetcher::Command Fetcher::retire(Tag tag) {
  const auto found = std::ranges::find(in_flight_, tag, &Command::tag);
  Command command = std::move(*found);
  in_flight_.erase(found);
  if (command.question == Question::kBodies) pipe_.completed(command.bytes, FetchPipe::Clock::now());
  return command;
}

void Fetcher::conclude_probe(const Command& command, const Completion& completion) {
  Slot* const slot = find(command.uids.front());
  if (slot == nullptr || slot->step >= Step::kDone) return;  // it came after all
  if (!slot->seen) {
    client_.require_ok(completion);  // only OK says that it is not there
    slot->step = Step::kGone;
  } else if (slot->step == Step::kSize) {
    slot->step = Step::kSized;  // without a size; the body may come all the same
  } else if (slot->step == Step::kBody) {
    slot->message.what = FetchedMessage::What::kNoBody;
    slot->step = Step::kDone;
  }
}

// Some servers answer a large set with nothing at all and OK (imap-1, imap-2): in halves, it is answered.
void Fetcher::ask_again(const Command& command) {
  const Step asked = command.question == Question::kSizes ? Step::kSize : Step::kBody;
  std::vector<Uid> missing;
  for (const Uid uid : command.uids) {
    const Slot* const slot = find(uid);
    if (slot != nullptr && slot->step == asked) missing.push_back(uid);
  }
  if (missing.empty()) return;
  if (command.uids.size() == 1) {
    again_.push_back({.question = Question::kNews});
    again_.push_back({.question = Question::kProbe, .uids = std::move(missing)});
    return;
  }
  const auto middle = missing.begin() + static_cast<std::ptrdiff_t>(missing.size() / 2);
  for (std::vector<Uid> half : {std::vector<Uid>(missing.begin(), middle), std::vector<Uid>(middle, missing.end())}) {
    if (!half.empty())
      again_.push_back({.question = command.question, .uids = std::move(half), .bytes = command.bytes / 2});
  }
}

// What is ready at the front of the window, in groups of a chunk. False where the sink wants no more.
bool Fetcher::hand_out() {
  while (!window_.empty() && window_.front().step >= Step::kDone) {
    std::vector<FetchedMessage> group;
    std::uint64_t bytes = 0;
    while (!window_.empty() && window_.front().step >= Step::kDone && group.size() < options_.chunk_messages &&
           bytes < options_.chunk_bytes) {
      Slot& slot = window_.front();
      bytes += slot.message.body.size();
      if (slot.step == Step::kDone) group.push_back(std::move(slot.message));
      window_.pop_front();
      if (next_body_ > 0) --next_body_;
      if (found_ > 0) --found_;
    }
    held_ -= bytes;
    if (!group.empty() && !sink_(std::move(group))) return false;
  }
  return true;
}

Fetcher::Slot* Fetcher::find(Uid uid) {
  const auto is_at = [&](std::size_t place) { return place < window_.size() && window_[place].message.uid == uid; };
  if (is_at(found_ + 1)) {  // servers answer in the order of the UIDs
    ++found_;
  } else if (!is_at(found_)) {
    const auto found = std::ranges::lower_bound(window_, uid, {}, [](const Slot& slot) { return slot.message.uid; });
    found_ = static_cast<std::size_t>(found - window_.begin());
  }
  return is_at(found_) ? &window_[found_] : nullptr;
}

}  // namespace tlsrpt::imap
