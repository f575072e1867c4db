#include "collector/config.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "collector/error.hpp"
#include "environment.hpp"
#include "temporary_directory.hpp"

using namespace std::chrono_literals;
using namespace tlsrpt::collector;

namespace {

Config load(const std::string& yaml) {
  const TemporaryDirectory directory;
  return load_config(directory.file("config.yaml", yaml));
}

// A configuration of one mailbox; `more` are further lines of it.
std::string with_mailbox(const std::string& more) {
  return "mailboxes:\n"
         "  - name: example.com\n"
         "    server: imaps://imap.example.com\n"
         "    username: reports\n"
         "    password_env: PASSWORD\n" +
         more;
}

MailboxConfig load_mailbox(const std::string& more) {
  auto mailboxes = load(with_mailbox(more)).mailboxes;
  REQUIRE(mailboxes.size() == 1);
  return std::move(mailboxes.front());
}

MailboxConfig load_server(const std::string& server) {
  return load("mailboxes: [{name: a, server: \"" + server + "\", username: u, password_env: P}]").mailboxes.at(0);
}

void check_defaults(const Config& config) {
  CHECK(config.database.reveal() == "postgresql:///tlsrpt");
  CHECK(config.migrate);
  CHECK(config.mailboxes.empty());
  CHECK(config.poll.every == 15min);
  CHECK(config.poll.jitter == 30s);
  CHECK(config.poll.parallel == 4);
  CHECK_FALSE(config.authentication.authserv_id.has_value());
  CHECK_FALSE(config.authentication.require_dkim);
  CHECK(config.mime_limits.message == 20u << 20);
  CHECK(config.mime_limits.header == 256u << 10);
  CHECK(config.mime_limits.headers == 1u << 20);
  CHECK(config.mime_limits.parts == 200);
  CHECK(config.mime_limits.nesting == 20);
  CHECK(config.mime_limits.attachments == 50);
  CHECK(config.parser_limits.decompressed == 100u << 20);
  CHECK(config.parser_limits.json_depth == 32);
  CHECK(config.parser_limits.string == 64u << 10);
  CHECK(config.parser_limits.policies == 10'000);
  CHECK(config.parser_limits.failure_details == 100'000);
  CHECK(config.quarantine_bytes == 1u << 30);
  CHECK_FALSE(config.retention.reports.has_value());
  CHECK(config.retention.quarantine == std::chrono::days{90});
  CHECK(config.warnings.empty());
}

}  // namespace

TEST_CASE("an empty configuration is all defaults, however empty it is") {
  for (const char* yaml :
       {"", "\n", "# nothing\n", "---\n", "---\n...\n", "{}", "\xef\xbb\xbf# with a byte order mark\n",
        "database:\nmailboxes:\npoll:\nauthentication:\nlimits:\nretention:\n", "mailboxes: []\npoll: {}\n"}) {
    CAPTURE(yaml);
    check_defaults(load(yaml));
  }
}

TEST_CASE("every key of the configuration is read") {
  const TemporaryDirectory directory;
  const auto path = directory.file("config.yaml", R"(
database: { url: "host=db dbname=tlsrpt", migrate: false }
mailboxes:
  - name: example.com
    server: imaps://imap.example.com:1993
    tls: required
    ca_file: /etc/ssl/own-ca.pem
    username: tls-reports@example.com
    password_file: /etc/tlsrpt-collector/password
    folder: Reports/TLS
    domains: [example.com, Bücher.Example.]
    after: keep
    timeout: { connect: 5s, command: 1500ms }
  - name: other
    server: imap://[2001:DB8::1]
    tls: none
    username: other
    password_command: pass show imap
    after:
      move: Archive/TLS-RPT
poll: { every: 6h, jitter: 0s, parallel: 64 }
authentication: { authserv_id: mx.example.com, require: dkim }
limits: { message: 1MiB, header: 2KiB, headers: 3KiB, parts: 4, nesting: 5, attachments: 6, decompressed: 7MiB,
          json_depth: 8, string: 9KiB, policies: 10, failure_details: 11, quarantine: 12GiB }
retention: { reports: 400d, quarantine: forever }
)");
  const auto config = load_config(path);
  CHECK(config.path == path);
  CHECK(config.database.reveal() == "host=db dbname=tlsrpt");
  CHECK_FALSE(config.migrate);

  REQUIRE(config.mailboxes.size() == 2);
  const auto& first = config.mailboxes[0];
  CHECK(first.name == "example.com");
  CHECK(first.account.server == "imaps://imap.example.com:1993");
  CHECK_FALSE(first.account.plaintext);
  CHECK(first.account.ca_file == "/etc/ssl/own-ca.pem");
  CHECK(first.account.username == "tls-reports@example.com");
  CHECK(first.account.password.empty());
  CHECK(first.account.connect_timeout == 5s);
  CHECK(first.account.command_timeout == 1500ms);
  CHECK(first.password.file == "/etc/tlsrpt-collector/password");
  CHECK(first.folder == "Reports/TLS");
  CHECK(first.domains == std::vector<std::string>{"example.com", "xn--bcher-kva.example"});
  CHECK(first.after == After::kKeep);

  const auto& second = config.mailboxes[1];
  CHECK(second.account.server == "imap://[2001:db8::1]");
  CHECK(second.account.plaintext);
  CHECK_FALSE(second.account.ca_file.has_value());
  CHECK(second.account.connect_timeout == 30s);
  CHECK(second.account.command_timeout == 60s);
  CHECK(second.password.command == "pass show imap");
  CHECK(second.folder == "INBOX");
  CHECK(second.domains.empty());
  CHECK(second.after == After::kMove);
  CHECK(second.move_to == "Archive/TLS-RPT");

  CHECK(config.poll.every == 6h);
  CHECK(config.poll.jitter == 0s);
  CHECK(config.poll.parallel == 64);
  CHECK(config.authentication.authserv_id == "mx.example.com");
  CHECK(config.authentication.require_dkim);
  CHECK(config.mime_limits.message == 1u << 20);
  CHECK(config.mime_limits.header == 2048);
  CHECK(config.mime_limits.headers == 3072);
  CHECK(config.mime_limits.parts == 4);
  CHECK(config.mime_limits.nesting == 5);
  CHECK(config.mime_limits.attachments == 6);
  CHECK(config.parser_limits.decompressed == 7u << 20);
  CHECK(config.parser_limits.json_depth == 8);
  CHECK(config.parser_limits.string == 9216);
  CHECK(config.parser_limits.policies == 10);
  CHECK(config.parser_limits.failure_details == 11);
  CHECK(config.quarantine_bytes == 12ull << 30);
  CHECK(config.retention.reports == std::chrono::days{400});
  CHECK_FALSE(config.retention.quarantine.has_value());
}

TEST_CASE("the example says the defaults") {
  auto config = load_config(TLSRPT_EXAMPLES "/config.yaml");
  REQUIRE(config.mailboxes.size() == 1);
  const auto mailbox = std::exchange(config.mailboxes, {}).front();
  check_defaults(config);
  CHECK(mailbox.account.server == "imaps://imap.example.com");
  CHECK_FALSE(mailbox.account.plaintext);
  CHECK_FALSE(mailbox.account.ca_file.has_value());
  CHECK(mailbox.account.connect_timeout == 30s);
  CHECK(mailbox.account.command_timeout == 60s);
  CHECK(mailbox.folder == "INBOX");
  CHECK(mailbox.domains.empty());
  CHECK(mailbox.after == After::kKeep);
}

TEST_CASE("the database is a connection string or a map, and may say nothing at all") {
  CHECK(load("database: postgresql://u@h/db").database.reveal() == "postgresql://u@h/db");
  CHECK(load("database: \"\"").database.reveal() == "");
  CHECK(load("database: {url: service=tlsrpt}").database.reveal() == "service=tlsrpt");
  CHECK(load("database: {url: service=tlsrpt}").migrate);
  CHECK(load("database: {migrate: false}").database.reveal() == "postgresql:///tlsrpt");
}

TEST_CASE("a server is kept in one spelling") {
  CHECK(load_server("IMAPS://Imap.Example.COM.:993").account.server == "imaps://imap.example.com");
  CHECK(load_server("imap://imap.example.com:143").account.server == "imap://imap.example.com");
  CHECK(load_server("imap://imap.example.com:993").account.server == "imap://imap.example.com:993");
  CHECK(load_server("imaps://127.0.0.1:65535").account.server == "imaps://127.0.0.1:65535");
  CHECK(load_server("imaps://localhost").account.server == "imaps://localhost");
  CHECK(load_server("imaps://b\u00fccher.example").account.server == "imaps://xn--bcher-kva.example");
  CHECK(load_server("imaps://[0:0:0:0:0:0:0:1]:1993").account.server == "imaps://[::1]:1993");
}

TEST_CASE("after is a word, or move with a folder, as a map or in quotes") {
  CHECK(load_mailbox("").after == After::kKeep);
  CHECK(load_mailbox("    after: keep\n").after == After::kKeep);
  CHECK(load_mailbox("    after: seen\n").after == After::kSeen);
  CHECK(load_mailbox("    after: delete\n").after == After::kDelete);
  for (const char* after : {"{move: Archive/TLS-RPT}", "\"move: Archive/TLS-RPT\"", "\"move:Archive/TLS-RPT\"",
                            "\n      move: Archive/TLS-RPT"}) {
    CAPTURE(after);
    const auto mailbox = load_mailbox(std::string("    after: ") + after + "\n");
    CHECK(mailbox.after == After::kMove);
    CHECK(mailbox.move_to == "Archive/TLS-RPT");
  }
}

TEST_CASE("INBOX is the same folder in any case, and no other folder is") {
  CHECK(load_mailbox("    folder: inbox\n").folder == "INBOX");
  CHECK(load_mailbox("    folder: Inbox/TLS\n").folder == "Inbox/TLS");
  CHECK(load_mailbox("    folder: Ünterlagen & \"x\"\n").folder == "Ünterlagen & \"x\"");
  CHECK(load_mailbox("    folder: Reports\n    after: {move: reports}\n").move_to == "reports");
}

TEST_CASE("relative paths start where the configuration is") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path("etc"));
  const auto path = directory.file("etc/config.yaml",
                                   "mailboxes: [{name: a, server: imaps://h, username: u, password_file: secrets/a, "
                                   "ca_file: ../ca.pem}]");
  const auto mailbox = load_config(path).mailboxes.at(0);
  CHECK(mailbox.password.file == directory.path("etc") + "/secrets/a");
  CHECK(mailbox.account.ca_file == directory.path("etc") + "/../ca.pem");
}

TEST_CASE("variables of the environment are expanded in every value") {
  const EnvironmentVariable name("TLSRPT_UNIT_NAME", "ex${HOME}ample");
  const EnvironmentVariable number("TLSRPT_UNIT_NUMBER", "7");
  const EnvironmentVariable empty("TLSRPT_UNIT_EMPTY", "");
  const auto config = load(
      "database: 'postgresql:///${TLSRPT_UNIT_NUMBER}${TLSRPT_UNIT_EMPTY}'\n"
      "poll: {parallel: \"${TLSRPT_UNIT_NUMBER}\", every: \"${TLSRPT_UNIT_NUMBER}m\"}\n" +
      with_mailbox("    folder: ${TLSRPT_UNIT_NAME}/x\n"));
  CHECK(config.database.reveal() == "postgresql:///7");
  CHECK(config.poll.parallel == 7);
  CHECK(config.poll.every == 7min);
  CHECK(config.mailboxes.at(0).folder == "ex${HOME}ample/x");
}

TEST_CASE("a password in the file is taken as it stands, with $${ for ${ alone") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"'pa$$word'", "pa$$word"}, {"'$5'", "$5"},      {"'a$'", "a$"},        {"'$${x}'", "${x}"},
      {"'$$${x}'", "$${x}"},      {"'it''s'", "it's"}, {"\"a\\tb\"", "a\tb"}, {"'a: b #c'", "a: b #c"},
      {"\"ü%:@/\"", "ü%:@/"},     {"1234", "1234"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    const auto config = load("mailboxes: [{name: a, server: imaps://h, username: u, password: " + row.first + "}]");
    REQUIRE(config.mailboxes.at(0).password.inline_text.has_value());
    CHECK(config.mailboxes.at(0).password.inline_text->reveal() == row.second);
  }
}

TEST_CASE("limits are taken at their bounds") {
  const auto least = load("limits: {message: 1, header: 1B, parts: 1, quarantine: 0}");
  CHECK(least.mime_limits.message == 1);
  CHECK(least.mime_limits.header == 1);
  CHECK(least.mime_limits.parts == 1);
  CHECK(least.quarantine_bytes == 0);
  const auto most = load("limits: {message: 256MiB, decompressed: 4GiB, failure_details: 10000000, nesting: 100}");
  CHECK(most.mime_limits.message == 256u << 20);
  CHECK(most.parser_limits.decompressed == 4ull << 30);
  CHECK(most.parser_limits.failure_details == 10'000'000);
  CHECK(most.mime_limits.nesting == 100);
  const auto times = load("poll: {every: 365d, jitter: 1d}\nretention: {reports: 36500d, quarantine: 48h}");
  CHECK(times.poll.every == std::chrono::days{365});
  CHECK(times.retention.reports == std::chrono::days{36'500});
  CHECK(times.retention.quarantine == std::chrono::days{2});
}

TEST_CASE("what is odd but not wrong is a warning with its place") {
  const TemporaryDirectory directory;
  const auto readable = directory.file("readable", "secret\n");
  std::filesystem::permissions(readable, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  const auto yaml =
      "database: postgresql://u:secret@h/db\n"
      "mailboxes:\n"
      "- {name: a, server: imap://h, username: u, password: secret,\n"
      "   tls: none}\n"
      "- {name: b, server: imaps://h, username: v, password_file: readable}\n"
      "- {name: c, server: imaps://h, username: w, password_file: /dev/null}\n";
  const auto path = directory.file("config.yaml", yaml);
  using Warnings = std::vector<std::string>;
  const std::string tls = path + ":4:9: tls: none: the password and the mail can be read on the way";
  const std::string file = readable + ": everybody can read this password: chmod o-rwx it";
  CHECK(load_config(path).warnings == Warnings{tls, file});

  std::filesystem::permissions(path, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
  CHECK(load_config(path).warnings == Warnings{tls, file});  // as where the program's group owns it

  std::filesystem::permissions(path, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  CHECK(load_config(path).warnings ==
        Warnings{path + ":1:11: a password stands in a file that everybody can read: chmod o-rwx it",
                 path + ":3:54: the password stands in a file that everybody can read: chmod o-rwx it", tls, file});
}

TEST_CASE("a password from a variable is no reason to warn about the file") {
  const EnvironmentVariable variable("TLSRPT_UNIT_PASSWORD", "secret");
  const TemporaryDirectory directory;
  const auto path =
      directory.file("config.yaml",
                     "database: postgresql://u:${TLSRPT_UNIT_PASSWORD}@h/db\n"
                     "mailboxes: [{name: b, server: imaps://h, username: v, password: \"${TLSRPT_UNIT_PASSWORD}\"}]\n");
  std::filesystem::permissions(path, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  CHECK(load_config(path).warnings.empty());
}

TEST_CASE("the configuration is the option's, else the variable's") {
  const EnvironmentVariable variable("TLSRPT_COLLECTOR_CONFIG", "from-variable.yaml");
  CHECK(find_config("from-option.yaml") == "from-option.yaml");
  CHECK(find_config(std::nullopt) == "from-variable.yaml");
}
