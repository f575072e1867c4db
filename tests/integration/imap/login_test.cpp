#include <future>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "failure.hpp"
#include "scripted_server.hpp"

using namespace std::literals;
using namespace tlsrpt;
using namespace tlsrpt::imap;
using namespace tlsrpt::imap::test;
using Kind = Error::Kind;

namespace {

Failure login_failure(const ScriptedServer& server) {
  return failure_of([&] { const Session session(server.account()); });
}

// A server that answers LOGIN with `answer`.
Failure login_failure(const Answer& answer) {
  ScriptedServer server;
  server.script = [=](const Command& command) {
    return command.name == "LOGIN" ? std::optional(answer) : std::nullopt;
  };
  return login_failure(server.start());
}

}  // namespace

TEST_CASE("An idle poll is login, EXAMINE and LOGOUT, and nothing else") {
  ScriptedServer server;
  server.fill(3);
  server.start();
  Session session(server.account());
  const Folder folder = session.examine("INBOX");
  session.logout();
  CHECK(folder.uid_validity == 7);
  CHECK(folder.uid_next == 4);
  CHECK(folder.exists == 3);
  const std::vector<std::string> commands = server.commands();
  CHECK(commands ==
        std::vector<std::string>{"CAPABILITY", "LOGIN user secret-password", "EXAMINE \"INBOX\"", "LOGOUT"});
}

TEST_CASE("Capabilities are those after login, and asked for only where the login did not tell them") {
  ScriptedServer server;
  server.capabilities_before = "IMAP4rev1 BEFORE";
  server.start();
  Session session(server.account());
  CHECK(session.has_capability("move"));
  CHECK_FALSE(session.has_capability("BEFORE"));
  CHECK_FALSE(session.has_capability("MOV"));
  CHECK(server.commands("CAPABILITY").size() == 1);  // libcurl's own

  ScriptedServer silent;
  silent.capabilities.clear();
  silent.script = [](const Command& command) -> std::optional<Answer> {
    if (command.name == "CAPABILITY" && command.tag.starts_with("A1")) {
      return Answer{.bytes = "* CAPABILITY IMAP4rev1 LATE\r\n{tag} OK\r\n"};
    }
    return std::nullopt;
  };
  silent.start();
  Session asking(silent.account());
  CHECK(silent.commands("CAPABILITY").size() == 1);
  CHECK(asking.has_capability("LATE"));
  CHECK(asking.has_capability("IMAP4rev1"));
  CHECK(silent.commands("CAPABILITY").size() == 2);
}

TEST_CASE("A session that begins authenticated needs no login") {
  ScriptedServer server;
  server.greeting = "* PREAUTH in\r\n";
  server.fill(1);
  server.start();
  Session session(server.account());
  CHECK(session.examine("INBOX").exists == 1);
  CHECK(server.commands("LOGIN").empty());
}

TEST_CASE("A refused login names the server and has its words") {
  const Failure failure = login_failure(tagged("NO [AUTHENTICATIONFAILED] wrong name or password"));
  CHECK(failure.kind == Kind::kLoginRefused);
  CHECK(failure.text.starts_with("127.0.0.1:"));
  CHECK(failure.says("login refused: \"NO [AUTHENTICATIONFAILED] wrong name or password\""));
}

TEST_CASE("A login that is refused for now is tried later") {
  CHECK(login_failure(tagged("NO [UNAVAILABLE] backend is down")).kind == Kind::kUnreachable);
  CHECK(login_failure(tagged("NO [UNAVAILABLE] backend is down")).says("backend is down"));
  CHECK(login_failure({.bytes = "* BYE overloaded\r\n", .then = Answer::Then::kClose}).kind == Kind::kUnreachable);
  CHECK(login_failure({.bytes = "", .then = Answer::Then::kClose}).kind == Kind::kUnreachable);
}

TEST_CASE("security-6: a password that the server echoes does not get into the error") {
  for (const std::string echo :
       {"NO bad: LOGIN user secret-password", "BAD c2VjcmV0LXBhc3N3b3Jk", "NO AHVzZXIAc2VjcmV0LXBhc3N3b3Jk"}) {
    const Failure failure = login_failure(tagged(echo));
    CHECK(failure.kind == Kind::kLoginRefused);
    CHECK(failure.says("[redacted]"));
    CHECK_FALSE(failure.says("secret-password"));
    CHECK_FALSE(failure.says("c2VjcmV0LXBhc3N3b3Jk"));
    CHECK_FALSE(failure.says("AHVzZXIAc2VjcmV0LXBhc3N3b3Jk"));
  }
}

TEST_CASE("security-6: names and passwords with any character arrive as they are") {
  const struct {
    std::string password, sent;
  } cases[] = {
      {"100% : colon", "LOGIN user \"100% : colon\""},
      {"\"quoted\" \\back\\", "LOGIN user \"\\\"quoted\\\" \\\\back\\\\\""},
      {"pässwörd €", "LOGIN user \"pässwörd €\""},
      {"%41;AUTH=*@host/?#", "LOGIN user %41;AUTH=*@host/?#"},
      {"(paren) {5}", "LOGIN user \"(paren) {5}\""},
  };
  for (const auto& row : cases) {
    CAPTURE(row.password);
    ScriptedServer server;
    server.start();
    Account account = server.account();
    account.password = collector::Secret(row.password);
    const Session session(account);
    // libcurl may quote what needs no quotes; the server sees the same text.
    std::string seen = server.commands("LOGIN").at(0);
    if (seen == "LOGIN user \"" + row.password + "\"") seen = row.sent;
    CHECK(seen == row.sent);
  }
}

TEST_CASE("The same passwords arrive by SASL PLAIN") {
  ScriptedServer server;
  server.capabilities_before = "IMAP4rev1 AUTH=PLAIN SASL-IR";
  server.script = [](const Command& command) {
    return command.name == "AUTHENTICATE" ? std::optional(tagged("OK [CAPABILITY IMAP4rev1] in")) : std::nullopt;
  };
  server.start();
  Account account = server.account();
  account.password = collector::Secret("p% :\"\\ä");
  const Session session(account);
  CHECK(server.commands("AUTHENTICATE") == std::vector<std::string>{"AUTHENTICATE PLAIN AHVzZXIAcCUgOiJcw6Q="});
}

TEST_CASE("Kerberos and NTLM, where they are offered, do not keep a password from being sent") {
  for (const char* const offered : {"AUTH=GSSAPI AUTH=PLAIN", "AUTH=NTLM AUTH=PLAIN"}) {
    CAPTURE(offered);
    ScriptedServer server;
    server.capabilities_before = "IMAP4rev1 SASL-IR " + std::string(offered);
    server.script = [](const Command& command) -> std::optional<Answer> {
      if (command.name != "AUTHENTICATE") return std::nullopt;
      return tagged(command.arguments.starts_with("PLAIN ") ? "OK [CAPABILITY IMAP4rev1] in" : "NO not that way");
    };
    server.start();
    Account account = server.account();
    account.username = "user@example.com";
    const Session session(account);
    CHECK(server.commands("AUTHENTICATE PLAIN").size() == 1);
    CHECK(server.commands("CAPABILITY").size() == 2);
  }
}

TEST_CASE("A password that its hash was refused for is not sent in the clear") {
  for (const char* const offered : {"AUTH=CRAM-MD5 AUTH=NTLM AUTH=PLAIN", "AUTH=GSSAPI AUTH=CRAM-MD5 AUTH=PLAIN"}) {
    CAPTURE(offered);
    ScriptedServer server;
    server.capabilities_before = "IMAP4rev1 SASL-IR " + std::string(offered);
    server.script = [](const Command& command) {
      return command.name == "AUTHENTICATE" ? std::optional(tagged("NO wrong")) : std::nullopt;
    };
    server.start();
    Account account = server.account();
    account.username = "user@example.com";
    CHECK(failure_of([&] { const Session session(account); }).kind == Kind::kLoginRefused);
    CHECK(server.commands("AUTHENTICATE") == std::vector<std::string>{"AUTHENTICATE CRAM-MD5"});
  }
}

TEST_CASE("A wrong password is refused once and in the server's words also where Kerberos is offered") {
  for (const char* const username : {"user@example.com", "user", "user@"}) {
    CAPTURE(username);
    ScriptedServer server;
    server.capabilities_before = "IMAP4rev1 AUTH=GSSAPI AUTH=PLAIN SASL-IR";
    server.script = [](const Command& command) {
      return command.name == "AUTHENTICATE" ? std::optional(tagged("NO [AUTHENTICATIONFAILED] wrong")) : std::nullopt;
    };
    server.start();
    Account account = server.account();
    account.username = username;
    const Failure failure = failure_of([&] { const Session session(account); });
    CHECK(failure.kind == Kind::kLoginRefused);
    CHECK(failure.says("[AUTHENTICATIONFAILED] wrong"));
    CHECK(server.commands("AUTHENTICATE").size() == 1);
  }
}

TEST_CASE("A line break in a name or password is refused before anything is sent") {
  ScriptedServer server;
  server.start();
  for (const std::string& password : {"a\r\nA002 DELETE INBOX"s, "a\n"s, "a\0b"s}) {
    Account account = server.account();
    account.password = collector::Secret(password);
    CHECK(failure_of([&] { const Session session(account); }).kind == Kind::kLoginRefused);
  }
  CHECK(server.commands().empty());
}

TEST_CASE("imap-29: imap:// without STARTTLS fails before the password is sent") {
  ScriptedServer server;
  server.start();
  Account account = server.account();
  account.plaintext = false;
  const Failure failure = failure_of([&] { const Session session(account); });
  CHECK(failure.kind == Kind::kTls);
  CHECK(failure.says("offers no STARTTLS"));
  CHECK(server.commands("LOGIN").empty());
}

TEST_CASE("imaps:// to a port without TLS is a failure of TLS, with a hint") {
  ScriptedServer server;
  server.start();
  Account account = server.account();
  account.server.replace(0, 4, "imaps");
  const Failure failure = failure_of([&] { const Session session(account); });
  CHECK(failure.kind == Kind::kTls);
  CHECK(failure.says("STARTTLS"));
}

TEST_CASE("A server that greets with something else does not speak IMAP") {
  ScriptedServer server;
  server.greeting = "220 mail.example.com ESMTP\r\n";
  const Failure failure = login_failure(server.start());
  CHECK(failure.kind == Kind::kProtocol);
  CHECK(failure.says("220 mail.example.com ESMTP"));
}

TEST_CASE("A server that greets with BYE is tried later") {
  ScriptedServer server;
  server.greeting = "* BYE too many connections\r\n";
  const Failure failure = login_failure(server.start());
  CHECK(failure.kind == Kind::kUnreachable);
  CHECK(failure.says("too many connections"));
}

TEST_CASE("A server that greets with nothing is given up at the connect timeout") {
  ScriptedServer server;
  server.greeting.clear();
  server.start();
  Account account = server.account();
  account.connect_timeout = std::chrono::milliseconds{200};
  const Failure failure = failure_of([&] { const Session session(account); });
  CHECK(failure.kind == Kind::kUnreachable);
  CHECK(failure.says("where this port begins with TLS, as 993 does, the server is imaps://"));
}

TEST_CASE("A port where nobody listens is unreachable") {
  Account account;
  {
    ScriptedServer server;
    account = server.start().account();
  }
  const Failure failure = failure_of([&] { const Session session(account); });
  CHECK(failure.kind == Kind::kUnreachable);
  CHECK_FALSE(failure.says("imaps://"));
}

TEST_CASE("A server in no known form is refused by name") {
  Account account;
  account.server = "imaps://user@host/INBOX";
  const Failure failure = failure_of([&] { const Session session(account); });
  CHECK(failure.kind == Kind::kUnreachable);
  CHECK(failure.text == "\"imaps://user@host/INBOX\": expected imaps://host[:port] or imap://host[:port]");
}

TEST_CASE("The environment's proxy is not used") {
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  ScriptedServer server;
  server.start();
  Session session(server.account());
  CHECK(session.examine("INBOX").uid_validity == 7);
  unsetenv("ALL_PROXY");
}

TEST_CASE("Sessions begin in several threads at once") {
  std::vector<std::future<std::uint64_t>> logins(8);
  for (auto& login : logins) {
    login = std::async(std::launch::async, [] {
      ScriptedServer server;
      server.start();
      Session session(server.account());
      return session.examine("INBOX").uid_validity;
    });
  }
  for (auto& login : logins) CHECK(login.get() == 7);
}

TEST_CASE("imap-26: errors on LOGOUT do not matter") {
  for (const Answer& answer : {Answer{.bytes = "garbage\n"}, Answer{.bytes = "", .then = Answer::Then::kClose},
                               Answer{.bytes = "{tag} BAD what\r\n"}}) {
    ScriptedServer server;
    server.script = [=](const Command& command) {
      return command.name == "LOGOUT" ? std::optional(answer) : std::nullopt;
    };
    server.start();
    Session session(server.account());
    session.logout();
    CHECK(server.commands("LOGOUT").size() == 1);
    CHECK(failure_of([&] { (void)session.examine("INBOX"); }).kind == Kind::kUnreachable);
  }
}
