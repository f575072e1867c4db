#include "collector/imap/client.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "collector/imap/ascii.hpp"
#include "collector/imap/login_transcript.hpp"

namespace tlsrpt::imap {

namespace {

using Kind = Error::Kind;

constexpr std::size_t kMostShown = 60;  // of a command, in messages

// "A17 " → 17, taken off `text`.
std::optional<Tag> take_tag(std::string_view& text) noexcept {
  if (!text.starts_with('A')) return std::nullopt;
  Tag tag = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), tag);
  if (error != std::errc{} || end == text.data() + text.size() || *end != ' ') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return tag;
}

std::string duration_text(std::chrono::milliseconds time) {
  if (time.count() % 1000 == 0) return fmt::format("{} s", time.count() / 1000);
  return fmt::format("{} ms", time.count());
}

}  // namespace

Client::Client(const Account& account)
    : connection_(account),
      clock_(account.command_timeout),
      patience_(account.command_timeout),
      capabilities_(connection_.capabilities()) {}

Tag Client::send(std::string_view command) {
  if (abandoned_) throw errors().error(Kind::kUnreachable, "the connection was given up");
  ++last_tag_;
  Pending pending{.tag = last_tag_, .command = std::string(command.substr(0, kMostShown)), .sent_alone = {}};
  if (command.size() > kMostShown) pending.command += "…";
  if (pending_.empty()) pending.sent_alone = Clock::now();
  pending_.push_back(std::move(pending));
  connection_.send(fmt::format("A{} {}\r\n", last_tag_, command));
  return last_tag_;
}

std::optional<Completion> Client::next(const Take& take) try {
  return dispatch(read(), take);
} catch (const SyntaxError& error) {
  abandon();
  const std::string_view text = std::string_view(reader_.response().text).substr(0, 200);
  throw errors().error(Kind::kProtocol,
                       fmt::format("server breaks the protocol: {} in {}", error.what(), errors().quoted(text)));
} catch (...) {
  abandon();
  throw;
}

Completion Client::run(std::string_view command, const Take& take) {
  send(command);
  while (true) {
    if (auto completion = next(take)) return *std::move(completion);
  }
}

Response& Client::read() {
  while (!reader_.read(input_)) {
    input_ = connection_.receive(clock_);
    if (input_.empty()) throw stalled();
  }
  return reader_.response();
}

std::optional<Completion> Client::dispatch(Response& response, const Take& take) {
  std::string_view text = response.text;
  if (text.starts_with("* ")) {
    take_untagged(response, take);
    return std::nullopt;
  }
  if (text.starts_with('+')) return std::nullopt;  // nobody asked to go on; harmless
  if (text.starts_with('['))
    return std::nullopt;  // Exchange 2013 after MOVE: "[COPYUID 52 86 1146]" and no more (imap-4)
  return complete(text);
}

void Client::take_untagged(Response& response, const Take& take) {
  Untagged untagged{.number = {}, .name = {}, .status = {}, .data = TokenCursor(response)};
  TokenCursor& data = untagged.data;
  data.expect('*');
  data.expect(' ');
  untagged.status = parse_status(data.rest());
  if (untagged.status && untagged.status->condition == Status::Condition::kBye) {
    throw errors().error(Kind::kUnreachable, fmt::format("server ends the session: {}", errors().quoted(data.rest())));
  }
  // A line in no known form is nothing that anybody waits for (imap-10).
  if (data.at_end() || data.at(' ')) return;
  if (is_digit(data.rest().front())) {
    untagged.number = data.number();
    if (!data.take(' ')) return;
  }
  const std::string_view rest = data.rest();
  const auto ends = [](char c) { return c == ' ' || c == '(' || c == ')'; };
  untagged.name = {rest.begin(), std::ranges::find_if(rest, ends)};
  data.skip(untagged.name.size());
  data.take(' ');
  if (take) take(untagged);
}

Completion Client::complete(std::string_view text) {
  const auto tag = take_tag(text);
  const auto status = parse_status(text);
  const auto pending = std::ranges::find_if(pending_, [&](const Pending& entry) { return entry.tag == tag; });
  if (!status || pending == pending_.end()) throw SyntaxError("an answer to no command");
  Completion completion{
      .tag = *tag, .condition = status->condition, .command = std::move(pending->command), .line = std::string(text)};
  if (pending->sent_alone) round_trip_ = std::min(round_trip_, Clock::now() - *pending->sent_alone);
  pending_.erase(pending);
  clock_.restart();
  return completion;
}

Error Client::stalled() const {
  const std::string what =
      pending_.empty() ? std::string() : fmt::format(" while {}", errors().safe(pending_.front().command));
  const std::string came = clock_.bytes() == 0 ? "nothing" : fmt::format("only {} bytes", clock_.bytes());
  return errors().error(Kind::kUnreachable,
                        fmt::format("server sent {} for {}{}", came, duration_text(patience_), what));
}

void Client::require_ok(const Completion& completion) const {
  if (completion.is_ok()) return;
  throw failure(completion.condition == Status::Condition::kNo ? Kind::kUnreachable : Kind::kProtocol, completion);
}

Error Client::failure(Kind kind, const Completion& completion) const {
  return errors().error(
      kind, fmt::format("{}: server answers {}", errors().safe(completion.command), errors().quoted(completion.line)));
}

bool Client::has_capability(std::string_view name) {
  if (!capabilities_) {
    capabilities_.emplace();
    require_ok(run("CAPABILITY", [this](Untagged& untagged) {
      if (equals_ignoring_case(untagged.name, "CAPABILITY")) capabilities_ = capability_names(untagged.data.rest());
    }));
  }
  return std::ranges::any_of(*capabilities_,
                             [=](const std::string& entry) { return equals_ignoring_case(entry, name); });
}

// Whatever goes wrong here, nobody needs to know (imap-26).
void Client::logout() noexcept try {
  constexpr std::chrono::seconds kPatience{2};
  const auto end = Clock::now() + kPatience;
  StallClock clock(kPatience);
  const std::string tag = fmt::format("A{} ", send("LOGOUT"));
  while (Clock::now() < end) {
    while (reader_.read(input_)) {
      if (reader_.response().text.starts_with(tag)) return;
    }
    input_ = connection_.receive(clock);
    if (input_.empty()) return;
  }
} catch (...) {
  abandon();
}

}  // namespace tlsrpt::imap
