#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "collector/imap/account.hpp"
#include "collector/imap/connection.hpp"
#include "collector/imap/response.hpp"
#include "collector/imap/response_reader.hpp"
#include "collector/imap/stall_clock.hpp"
#include "collector/imap/token_cursor.hpp"

namespace tlsrpt::imap {

using Tag = std::uint64_t;

// An untagged response: "* 5 FETCH (…)", "* SEARCH …", "* OK …".
struct Untagged {
  std::optional<std::uint64_t> number;
  std::string_view name;
  std::optional<Status> status;  // where the name is OK, NO or BAD
  TokenCursor data;              // after the name
};

// A command's tagged answer. RFC 9051 §7.1.
struct Completion {
  Tag tag = 0;
  Status::Condition condition = Status::Condition::kOk;
  std::string command;  // cut, for messages
  std::string line;     // without the tag
  [[nodiscard]] bool is_ok() const noexcept { return condition == Status::Condition::kOk; }
  [[nodiscard]] Status status() const noexcept { return parse_status(line).value_or(Status{}); }
};

// Commands out, responses in, any number of commands at a time.
class Client {
 public:
  using Take = std::function<void(Untagged&)>;

  explicit Client(const Account& account);

  // `command` is without tag and CRLF, and holds no literal.
  Tag send(std::string_view command);

  // Waits for one response. An untagged one is given to `take`, and none is returned. Throws Error on BYE, on a server
  // that stalls, and on what is no IMAP (where `take` throws SyntaxError, too).
  [[nodiscard]] std::optional<Completion> next(const Take& take);

  // Sends one command and waits until it is done.
  [[nodiscard]] Completion run(std::string_view command, const Take& take = {});

  // Throws kUnreachable after NO, kProtocol after BAD.
  void require_ok(const Completion& completion) const;
  [[nodiscard]] Error failure(Error::Kind kind, const Completion& completion) const;

  [[nodiscard]] bool has_capability(std::string_view name);

  // The shortest time in which a command sent into an empty pipe was answered.
  [[nodiscard]] std::chrono::steady_clock::duration round_trip() const noexcept { return round_trip_; }
  [[nodiscard]] const std::string& login_summary() const noexcept { return connection_.summary(); }
  [[nodiscard]] const ErrorText& errors() const noexcept { return connection_.errors(); }

  // Bytes of bodies, as announced, that commands in flight ask for.
  void expect(std::uint64_t bytes) noexcept { connection_.expect(bytes); }
  void set_literal_limit(std::size_t bytes) noexcept { reader_.set_literal_limit(bytes); }

  // What is in flight is not waited for: from now on every command throws.
  void abandon() noexcept { abandoned_ = true; }

  void logout() noexcept;

 private:
  using Clock = std::chrono::steady_clock;
  struct Pending {
    Tag tag;
    std::string command;
    std::optional<Clock::time_point> sent_alone;
  };

  [[nodiscard]] Response& read();
  [[nodiscard]] std::optional<Completion> dispatch(Response& response, const Take& take);
  void take_untagged(Response& response, const Take& take);
  [[nodiscard]] Completion complete(std::string_view text);
  [[nodiscard]] Error stalled() const;

  Connection connection_;
  ResponseReader reader_;
  std::string_view input_;  // received, not yet read
  StallClock clock_;
  std::chrono::milliseconds patience_;
  std::deque<Pending> pending_;
  Tag last_tag_ = 0;
  Clock::duration round_trip_ = Clock::duration::max();
  std::optional<std::vector<std::string>> capabilities_;
  bool abandoned_ = false;
};

}  // namespace tlsrpt::imap
