#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/imap/account.hpp"
#include "collector/imap/error.hpp"
#include "collector/imap/uid.hpp"

// An IMAP4rev1/rev2 client for one mailbox: libcurl connects and logs in, the rest is spoken here, pipelined.
namespace tlsrpt::imap {

// What SELECT or EXAMINE answered.
struct Folder {
  std::uint64_t uid_validity = 0;
  std::optional<Uid> uid_next;  // Courier's EXAMINE does not say
  std::uint64_t exists = 0;

  // Where the server's next UID is the one after. RFC 9051 §2.3.1.1.
  [[nodiscard]] bool has_nothing_after(Uid uid) const noexcept {
    return exists == 0 || (uid_next && *uid_next <= uid + 1);
  }
};

struct FetchedMessage {
  Uid uid = 0;
  std::optional<std::int64_t> internal_date;  // seconds since the epoch, UTC; none where the server gives no date
  std::uint64_t size = 0;  // of the body; where none came as RFC822.SIZE says, 0 where that is not told
  enum class What {
    kBody,      // body is the message
    kTooLarge,  // larger than max_message by announcement or in fact; body is empty
    kNoBody,    // listed by the server, which does not hand it out even when asked alone
  } what = What::kBody;
  std::string body;
};

struct SearchRange {
  Uid after = 0;                     // only UIDs greater than this
  std::optional<std::string> since;  // IMAP dates, "1-Feb-2026", by INTERNALDATE
  std::optional<std::string> before;
};

struct SearchResult {
  std::vector<Uid> uids;  // ascending, without repeats
  // The server named a message, be it one that was known: every range up to "*" holds the last one of a folder, so that
  // finding nothing at all proves no absence.
  bool answered = false;
};

// Throws imap::Error from every member that talks to the server. Not thread-safe. The destructor closes the connection
// without a word; logout() says goodbye first.
class Session {
 public:
  // TCP, TLS, SASL. Errors name host and cause. An account.server in no known form is kUnreachable.
  explicit Session(const Account& account);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // In a line for a log: the server's name, the version of TLS, its greeting and its capabilities; printable, without
  // the password.
  [[nodiscard]] const std::string& login_summary() const noexcept;

  // As after login, ASCII case-insensitive. Where the login's answer did not say, the server is asked, once.
  [[nodiscard]] bool has_capability(std::string_view name);

  // `folder` is the server's own name in UTF-8, sent as modified UTF-7. kFolderMissing after a NO, with similar names
  // from LIST in its text.
  Folder examine(std::string_view folder);
  Folder select(std::string_view folder);

  [[nodiscard]] SearchResult search(const SearchRange& range);

  struct FetchOptions {
    std::size_t max_message = 20u << 20;  // bytes; larger ones are not downloaded
    std::size_t chunk_messages = 100;     // UIDs a command
    std::size_t chunk_bytes = 4u << 20;   // announced bytes a command
  };

  // Hands out the messages of `uids` (ascending) in that order; those that were expunged meanwhile are left out. Sizes
  // first, then bodies by BODY.PEEK[], many commands in flight. What comes back is counted against what was asked: a
  // short answer is asked again in halves. `sink` gets a group at a time (at most a chunk) and returns false to stop;
  // what is then in flight is abandoned with the connection.
  void fetch(std::span<const Uid> uids, const FetchOptions& options,
             const std::function<bool(std::vector<FetchedMessage>)>& sink);

  // After select() only. UID commands alone; never EXPUNGE or CLOSE.
  void flag_seen(std::span<const Uid> uids);
  // `\Deleted`, then UID EXPUNGE. Without UIDPLUS the messages stay, flagged; false says so.
  bool remove(std::span<const Uid> uids);
  // MOVE where announced and working, else COPY + remove(); creates the folder where it is missing. What a MOVE that
  // reports failure has moved is not copied, nor is what is flagged `\Deleted` already. Returns as remove().
  bool move(std::span<const Uid> uids, std::string_view folder);

  void logout() noexcept;  // errors do not matter any more

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tlsrpt::imap
