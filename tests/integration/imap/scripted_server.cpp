#include "scripted_server.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tlsrpt::imap::test {

namespace {

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

// The first word, taken off `text`.
std::string take_word(std::string& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  std::string word = text.substr(0, end);
  text.erase(0, std::min(end + 1, text.size()));
  return word;
}

Command parse_command(std::string line) {
  Command command;
  command.tag = take_word(line);
  command.name = upper(take_word(line));
  if (command.name == "UID") command.name += " " + upper(take_word(line));
  command.arguments = std::move(line);
  return command;
}

std::string unquoted(std::string_view text) {
  if (text.starts_with('"')) text = text.substr(1, text.rfind('"') - 1);
  return std::string(text);
}

Uid parse_uid(std::string_view text) {
  Uid uid = 0;
  std::from_chars(text.data(), text.data() + text.size(), uid);
  return uid;
}

std::string with_tag(std::string bytes, const std::string& tag) {
  constexpr std::string_view kTag = "{tag}";
  for (std::size_t at = bytes.find(kTag); at != std::string::npos; at = bytes.find(kTag, at + tag.size())) {
    bytes.replace(at, kTag.size(), tag);
  }
  return bytes;
}

}  // namespace

bool set_contains(std::string_view set, Uid uid) {
  while (!set.empty()) {
    const std::string_view range = set.substr(0, set.find(','));
    const std::size_t colon = range.find(':');
    const Uid first = parse_uid(range.substr(0, colon));
    if (colon == std::string_view::npos
            ? uid == first
            : uid >= first && (range.ends_with('*') || uid <= parse_uid(range.substr(colon + 1)))) {
      return true;
    }
    set.remove_prefix(std::min(range.size() + 1, set.size()));
  }
  return false;
}

Answer tagged(const std::string& text) {
  return {.bytes = "{tag} " + text + "\r\n"};
}

std::string fetch_line(const StoredMessage& message, std::string_view key) {
  return fmt::format("* 1 FETCH (UID {} {} {{{}}}\r\n{})\r\n", message.uid, key, message.body.size(), message.body);
}

ScriptedServer::ScriptedServer() = default;

ScriptedServer::~ScriptedServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (connection_ >= 0) shutdown(connection_, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
  close(listener_);
}

void ScriptedServer::add(Uid uid, std::string body, const std::string& folder) {
  folders[folder].push_back({.uid = uid, .body = std::move(body)});
}

void ScriptedServer::fill(Uid count) {
  for (Uid uid = 1; uid <= count; ++uid) add(uid, fmt::format("Subject: {}\r\n\r\nA{} OK {{{}}}\r\n", uid, uid, uid));
}

ScriptedServer& ScriptedServer::start() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 5) != 0 || getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("the scripted server cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
  return *this;
}

Account ScriptedServer::account() const {
  Account account;
  account.server = fmt::format("imap://127.0.0.1:{}", port_);
  account.plaintext = true;
  account.username = "user";
  account.password = collector::Secret("secret-password");
  account.connect_timeout = std::chrono::seconds{20};
  account.command_timeout = std::chrono::seconds{20};
  return account;
}

std::vector<std::string> ScriptedServer::commands(std::string_view beginning) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  std::ranges::copy_if(commands_, std::back_inserter(found),
                       [=](const std::string& command) { return command.starts_with(beginning); });
  return found;
}

void ScriptedServer::serve() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) shutdown(socket, SHUT_RDWR);
      connection_ = socket;
    }
    serve_connection(socket);
    {
      const std::lock_guard lock(mutex_);
      connection_ = -1;
    }
    close(socket);
  }
}

void ScriptedServer::serve_connection(int socket) {
  const int yes = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  send_all(socket, greeting);
  std::string input;
  std::array<char, 65536> buffer{};
  for (ssize_t count = 0; (count = recv(socket, buffer.data(), buffer.size(), 0)) > 0;) {
    input.append(buffer.data(), static_cast<std::size_t>(count));
    std::size_t start = 0;
    for (std::size_t end = 0; (end = input.find("\r\n", start)) != std::string::npos; start = end + 2) {
      if (!answer_line(socket, input.substr(start, end - start))) return;
    }
    input.erase(0, start);
  }
}

// False where the connection is to be closed.
bool ScriptedServer::answer_line(int socket, const std::string& line) {
  const Command command = parse_command(line);
  {
    const std::lock_guard lock(mutex_);
    commands_.push_back(command.name + (command.arguments.empty() ? "" : " " + command.arguments));
  }
  std::optional<Answer> answer = script ? script(command) : std::nullopt;
  if (!answer) answer = usual(command);
  send_all(socket, with_tag(answer->bytes, command.tag));
  if (answer->then == Answer::Then::kStall) wait_for_end(socket);
  if (answer->then == Answer::Then::kDrip) drip(socket, answer->bytes);
  return answer->then == Answer::Then::kGoOn && command.name != "LOGOUT";
}

void ScriptedServer::send_all(int socket, std::string_view bytes) const {
  while (!bytes.empty()) {
    const std::size_t length = piece == 0 ? bytes.size() : std::min(piece, bytes.size());
    const ssize_t count = send(socket, bytes.data(), length, MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void ScriptedServer::wait_for_end(int socket) {
  std::array<char, 4096> ignored{};
  while (recv(socket, ignored.data(), ignored.size(), 0) > 0) {
  }
}

void ScriptedServer::drip(int socket, const std::string& bytes) {
  for (std::size_t i = 0; send(socket, &bytes[i], 1, MSG_NOSIGNAL) == 1; i = (i + 1) % bytes.size()) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

std::vector<StoredMessage*> ScriptedServer::messages_in(std::string_view set) {
  std::vector<StoredMessage*> found;
  for (StoredMessage& message : folders[selected_]) {
    if (set_contains(set, message.uid)) found.push_back(&message);
  }
  return found;
}

Answer ScriptedServer::usual(const Command& command) {
  if (command.name == "CAPABILITY") {
    const bool before = commands("LOGIN").empty();
    return {.bytes =
                fmt::format("* CAPABILITY {}\r\n{{tag}} OK done\r\n", before ? capabilities_before : capabilities)};
  }
  if (command.name == "LOGIN")
    return tagged(capabilities.empty() ? "OK in" : "OK [CAPABILITY " + capabilities + "] in");
  if (command.name == "EXAMINE" || command.name == "SELECT") return open(command);
  if (command.name == "UID SEARCH") return search(command);
  if (command.name == "UID FETCH") return fetch(command);
  if (command.name == "UID STORE") return store(command);
  if (command.name == "UID COPY" || command.name == "UID MOVE") return transfer(command);
  if (command.name == "UID EXPUNGE") return expunge(command);
  if (command.name == "LIST") return list(command);
  if (command.name == "CREATE") {
    folders[unquoted(command.arguments)];
    return tagged("OK created");
  }
  if (command.name == "LOGOUT") return {.bytes = "* BYE bye\r\n{tag} OK bye\r\n"};
  if (command.name == "NOOP") return tagged("OK");
  return tagged("BAD unknown command");
}

Answer ScriptedServer::open(const Command& command) {
  const std::string name = unquoted(command.arguments);
  if (!folders.contains(name)) return tagged("NO [NONEXISTENT] no such folder");
  selected_ = name;
  const auto& messages = folders[name];
  const Uid next = messages.empty() ? 1 : messages.back().uid + 1;
  return {.bytes =
              fmt::format("* FLAGS (\\Seen \\Deleted)\r\n* {} EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY {}] valid\r\n"
                          "{}{{tag}} OK [READ-ONLY] open\r\n",
                          messages.size(), uid_validity,
                          tells_uid_next ? fmt::format("* OK [UIDNEXT {}] next\r\n", next) : std::string())};
}

Answer ScriptedServer::search(const Command& command) {
  std::string criteria = command.arguments;
  std::string set = take_word(criteria) == "ALL" ? "1:*" : take_word(criteria);
  const bool undeleted = criteria == "UNDELETED";
  std::string numbers;
  for (const StoredMessage* message : messages_in(set)) {
    if (!undeleted || !message->flags.contains("\\Deleted")) numbers += fmt::format(" {}", message->uid);
  }
  return {.bytes = "* SEARCH" + numbers + "\r\n{tag} OK done\r\n"};
}

Answer ScriptedServer::fetch(const Command& command) {
  std::string items = command.arguments;
  const std::string set = take_word(items);
  std::string bytes;
  for (const StoredMessage* message : messages_in(set)) {
    if (items.find("BODY") != std::string::npos) {
      bytes += fetch_line(*message);
    } else if (items.find("SIZE") != std::string::npos) {
      bytes += fmt::format("* 1 FETCH (UID {} RFC822.SIZE {} INTERNALDATE \"17-Jul-1996 02:44:25 -0700\")\r\n",
                           message->uid, message->body.size());
    } else {
      bytes += fmt::format("* 1 FETCH (UID {})\r\n", message->uid);
    }
  }
  return {.bytes = bytes + "{tag} OK done\r\n"};
}

Answer ScriptedServer::store(const Command& command) {
  std::string arguments = command.arguments;
  const std::string set = take_word(arguments);
  const std::size_t open = arguments.find('(');
  const std::string flag = arguments.substr(open + 1, arguments.find(')') - open - 1);
  for (StoredMessage* message : messages_in(set)) message->flags.insert(flag);
  return tagged("OK stored");
}

Answer ScriptedServer::transfer(const Command& command) {
  std::string folder = command.arguments;
  const std::string set = take_word(folder);
  folder = unquoted(folder);
  if (!folders.contains(folder)) return tagged("NO [TRYCREATE] no such folder");
  for (const StoredMessage* message : messages_in(set)) add(folders[folder].size() + 1, message->body, folder);
  if (command.name == "UID MOVE") {
    std::erase_if(folders[selected_], [&](const StoredMessage& message) { return set_contains(set, message.uid); });
  }
  return tagged("OK [COPYUID 7 " + set + " 1] done");
}

Answer ScriptedServer::expunge(const Command& command) {
  std::erase_if(folders[selected_], [&](const StoredMessage& message) {
    return message.flags.contains("\\Deleted") && set_contains(command.arguments, message.uid);
  });
  return tagged("OK expunged");
}

Answer ScriptedServer::list(const Command& command) const {
  std::string pattern = command.arguments;
  (void)take_word(pattern);
  std::string bytes;
  for (const auto& [name, messages] : folders) {
    if (unquoted(pattern) == "*" || unquoted(pattern) == name) bytes += fmt::format("* LIST () \"/\" \"{}\"\r\n", name);
  }
  return {.bytes = bytes + "{tag} OK done\r\n"};
}

}  // namespace tlsrpt::imap::test
