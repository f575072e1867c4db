#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "collector/imap/session.hpp"

namespace tlsrpt::imap::test {

struct StoredMessage {
  Uid uid = 0;
  std::string body;
  std::set<std::string> flags = {};
};

struct Command {
  std::string tag;
  std::string name;       // "UID FETCH", upper-case
  std::string arguments;  // what follows
};

// What a server says to one command. "{tag}" in the bytes stands for the command's tag.
struct Answer {
  std::string bytes;
  enum class Then {
    kGoOn,
    kClose,
    kStall,  // nothing more is said
    kDrip,   // `bytes` is said over and over, a byte every 10 ms
  } then = Then::kGoOn;
};

// An IMAP server on loopback, without TLS, in a thread of its own: a well-behaved small one, into which a test puts its
// faults. Set up before start().
class ScriptedServer {
 public:
  // Where it gives an answer, that is the answer; else the server does what it would do anyway.
  using Script = std::function<std::optional<Answer>(const Command&)>;

  ScriptedServer();
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string greeting = "* OK ready\r\n";
  std::string capabilities_before = "IMAP4rev1";
  std::string capabilities = "IMAP4rev1 UIDPLUS MOVE";  // after login; empty: not told
  std::uint64_t uid_validity = 7;
  bool tells_uid_next = true;
  std::size_t piece = 0;  // bytes a send, 0: all at once
  Script script;
  std::map<std::string, std::vector<StoredMessage>> folders{{"INBOX", {}}};

  void add(Uid uid, std::string body, const std::string& folder = "INBOX");
  // `count` messages with UIDs from 1, each with a body of its own.
  void fill(Uid count);

  ScriptedServer& start();

  // An account on it.
  [[nodiscard]] Account account() const;

  // The server's own answer to a command.
  [[nodiscard]] Answer usual(const Command& command);
  // The messages of a set in the selected folder.
  [[nodiscard]] std::vector<StoredMessage*> messages_in(std::string_view set);

  // All commands that began with `beginning` ("" for all), without tags, in order.
  [[nodiscard]] std::vector<std::string> commands(std::string_view beginning = "") const;

 private:
  void serve();
  void serve_connection(int socket);
  [[nodiscard]] bool answer_line(int socket, const std::string& line);
  void send_all(int socket, std::string_view bytes) const;
  static void wait_for_end(int socket);
  static void drip(int socket, const std::string& bytes);

  [[nodiscard]] Answer open(const Command& command);
  [[nodiscard]] Answer search(const Command& command);
  [[nodiscard]] Answer fetch(const Command& command);
  [[nodiscard]] Answer store(const Command& command);
  [[nodiscard]] Answer transfer(const Command& command);
  [[nodiscard]] Answer expunge(const Command& command);
  [[nodiscard]] Answer list(const Command& command) const;

  int listener_ = -1;
  int port_ = 0;
  std::string selected_ = "INBOX";
  mutable std::mutex mutex_;  // of what follows
  std::vector<std::string> commands_;
  int connection_ = -1;
  bool stopping_ = false;
  std::thread thread_;
};

// "1:3,5": is `uid` in it?
[[nodiscard]] bool set_contains(std::string_view set, Uid uid);

// "{tag} OK done\r\n" and the like.
[[nodiscard]] Answer tagged(const std::string& text);

// "* 1 FETCH (UID 5 BODY[] {3}\r\nabc)\r\n".
[[nodiscard]] std::string fetch_line(const StoredMessage& message, std::string_view key = "BODY[]");

}  // namespace tlsrpt::imap::test
