#include <array>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "collector/config.hpp"
#include "collector/error.hpp"
#include "environment.hpp"
#include "temporary_directory.hpp"

using namespace tlsrpt::collector;

namespace {

// The errors of a file with this text, its name cut from each line: "LINE:COLUMN: what was expected\n…".
std::string errors_of(const std::string& yaml) {
  const TemporaryDirectory directory;
  const auto path = directory.file("config.yaml", yaml);
  try {
    static_cast<void>(load_config(path));
  } catch (const ConfigError& e) {
    std::string errors = e.what();
    const std::string prefix = path + ":";
    for (auto at = errors.find(prefix); at != std::string::npos; at = errors.find(prefix, at)) {
      CHECK((at == 0 || errors[at - 1] == '\n'));
      errors.erase(at, prefix.size());
    }
    return errors;
  }
  return "no error";
}

// A mailbox of which nothing is missing, and more of it.
std::string mailbox(const std::string& more) {
  return "mailboxes:\n- {name: a, server: imaps://h, username: u, password_env: P, " + more + "}";
}

std::string server(const std::string& url) {
  return "mailboxes:\n- {name: a, username: u, password_env: P,\n   server: '" + url + "'}";
}

using Rows = std::vector<std::pair<std::string, std::string>>;

void check_errors(const Rows& rows) {
  for (const auto& row : rows) {
    CAPTURE(row.first);
    CHECK(errors_of(row.first) == row.second);
  }
}

}  // namespace

TEST_CASE("a bad value is an error with its place and what was expected") {
  const std::string parallel = "1:18: expected a number from 1 to 64";
  const std::string every = "1:15: expected a duration from 1s to 365d with its unit (s, m, h, d)";
  const std::string message = "1:19: expected a size from 1B to 256MiB (B, KiB, MiB, GiB)";
  const std::string reports = "1:22: expected forever, or a number of days from 1d to 36500d";
  check_errors({
      {"poll: {parallel: 0}", parallel},
      {"poll: {parallel: 65}", parallel},
      {"poll: {parallel: -1}", parallel},
      {"poll: {parallel: four}", parallel},
      {"poll: {parallel: 4.0}", parallel},
      {"poll: {parallel: }", "1:8: expected a number from 1 to 64"},
      {"poll: {parallel: [4]}", parallel},
      {"poll: {parallel: 99999999999999999999}", parallel},
      {"poll: {every: 0s}", every},
      {"poll: {every: 30}", every},
      {"poll: {every: 1500ms}", every},
      {"poll: {every: 366d}", every},
      {"poll: {jitter: 25h}", "1:16: expected a duration from 0s to 1d with its unit (s, m, h, d)"},
      {"limits: {message: 0}", "1:19: expected a size from 1B to 256MiB (B, KiB, MiB, GiB)"},
      {"limits: {message: 257MiB}", message},
      {"limits: {message: 20M}", message},
      {"limits: {message: -1}", message},
      {"limits: {header: 17MiB}", "1:18: expected a size from 1B to 16MiB (B, KiB, MiB, GiB)"},
      {"limits: {headers: 17MiB}", "1:19: expected a size from 1B to 16MiB (B, KiB, MiB, GiB)"},
      {"limits: {parts: 10001}", "1:17: expected a number from 1 to 10000"},
      {"limits: {nesting: 101}", "1:19: expected a number from 1 to 100"},
      {"limits: {attachments: 0}", "1:23: expected a number from 1 to 10000"},
      {"limits: {decompressed: 5GiB}", "1:24: expected a size from 1B to 4GiB (B, KiB, MiB, GiB)"},
      {"limits: {json_depth: 1001}", "1:22: expected a number from 1 to 1000"},
      {"limits: {string: 65MiB}", "1:18: expected a size from 1B to 64MiB (B, KiB, MiB, GiB)"},
      {"limits: {policies: 1000001}", "1:20: expected a number from 1 to 1000000"},
      {"limits: {failure_details: 10000001}", "1:27: expected a number from 1 to 10000000"},
      {"limits: {quarantine: 1025TiB}", "1:22: expected a size from 0B to 1024TiB (B, KiB, MiB, GiB)"},
      {"retention: {reports: 0d}", reports},
      {"retention: {reports: 36501d}", reports},
      {"retention: {reports: 36h}", reports},
      {"retention: {reports: never}", reports},
      {"retention: {quarantine: 90}", "1:25: expected forever, or a number of days from 1d to 36500d"},
      {"authentication: {require: spf}", "1:27: expected none or dkim"},
      {"authentication: {authserv_id: ''}", "1:31: expected a line of text"},
      {"authentication: {require: dkim}", "1:17: expected the key \"authserv_id\", too, where require is dkim"},
      {"database: [a]", "1:11: expected a map of keys and values"},
      {"database: {url: {a: b}}", "1:17: expected a line of text"},
      {"database: {migrate: maybe}", "1:21: expected true or false"},
      {"poll: often", "1:7: expected a map of keys and values"},
      {"poll: [every]", "1:7: expected a map of keys and values"},
      {"mailboxes: example.com", "1:12: expected a list"},
      {"mailboxes: {name: a}", "1:12: expected a list"},
      {"mailboxes: [example.com]", "1:13: expected a mailbox: a map of keys and values"},
      {"example.com", "1:1: expected a map of keys and values"},
      {"- database", "1:1: expected a map of keys and values"},
  });
}

TEST_CASE("a bad value in a mailbox is an error with its place and what was expected") {
  const std::string after = "2:69: expected keep, seen, delete or move: FOLDER";
  const std::string domain = "2:72: expected a domain name (it stands for all below it, too)";
  check_errors({
      {mailbox("folder: ''"), "2:70: expected the name of a folder"},
      {mailbox("folder: \"a\\nb\""), "2:70: expected the name of a folder"},
      {mailbox("tls: off"), "2:67: expected required or none"},
      {mailbox("tls: none"), "2:67: expected imap:// as the server where tls is none (imaps:// is TLS)"},
      {mailbox("ca_file: []"), "2:71: expected the path of a file"},
      {mailbox("after: archive"), after},
      {mailbox("after: 'move:'"), after},
      {mailbox("after: 'move: '"), after},
      {mailbox("after: [keep]"), after},
      {mailbox("after: {copy: x}"), "2:70: unknown key \"copy\": expected move"},
      {mailbox("after: {move: ''}"), "2:76: expected the name of a folder"},
      {mailbox("after: {move: inbox}"), "2:69: expected another folder to move to than the mailbox's own"},
      {mailbox("folder: X, after: 'move: X'"), "2:80: expected another folder to move to than the mailbox's own"},
      {mailbox("domains: example.com"), "2:71: expected a list"},
      {mailbox("domains: ['*.example.com']"), domain},
      {mailbox("domains: [a b]"), domain},
      {mailbox("domains: ['']"), domain},
      {mailbox("domains: [192.0.2.1]"), domain},
      {mailbox("domains: [-a.example]"), domain},
      {mailbox("domains: [a..example]"), domain},
      {mailbox("domains: [{a: b}]"), domain},
      {mailbox("timeout: 30s"), "2:71: expected a map of keys and values"},
      {mailbox("timeout: {connect: 0s}"), "2:81: expected a duration from 1ms to 1h with its unit (ms, s, m, h, d)"},
      {mailbox("timeout: {command: 25h}"), "2:81: expected a duration from 1ms to 1d with its unit (ms, s, m, h, d)"},
      {"mailboxes:\n- {name: '', server: imaps://h, username: u, password_env: P}", "2:10: expected a line of text"},
      {"mailboxes:\n- {name: a, server: imaps://h, username: u, password_env: A-B}",
       "2:59: expected the name of an environment variable"},
      {"mailboxes:\n- {name: a, server: imaps://h, username: u, password_command: ''}",
       "2:63: expected a shell command"},
  });
}

TEST_CASE("a server is an imap or imaps URL of host and port, and nothing else") {
  const std::string error = "3:12: expected imaps://HOST or imap://HOST, perhaps with :PORT, and nothing else";
  for (const char* url : {"",
                          "imap.example.com",
                          "http://h",
                          "imaps://",
                          "imaps://:993",
                          "imaps://h:",
                          "imaps://h:0",
                          "imaps://h:65536",
                          "imaps://h:-1",
                          "imaps://h:99x",
                          "imaps://h/",
                          "imaps://h/INBOX",
                          "imaps://user@h",
                          "imaps://user:hunter2@h",
                          "imaps://h?x",
                          "imaps://h#x",
                          "imaps://a b",
                          "imaps://[::1",
                          "imaps://[]",
                          "imaps://[::g]",
                          "imaps://[::1]x",
                          "imaps://::1",
                          "imaps:h",
                          "imapss://h",
                          "imaps://-h",
                          "imaps://h..x"}) {
    CAPTURE(url);
    CHECK(errors_of(server(url)) == error);
  }
}

TEST_CASE("a mailbox that lacks something says what") {
  const std::string one_password =
      "expected exactly one of password_file, password_env, password_command, password in this mailbox";
  check_errors({
      {"mailboxes:\n- server: imaps://h\n  username: u\n  password_env: P",
       "2:3: expected the key \"name\" in this mailbox"},
      {"mailboxes:\n- name: a\n  username: u\n  password_env: P", "2:3: expected the key \"server\" in this mailbox"},
      {"mailboxes:\n- name: a\n  server: imaps://h\n  password_env: P",
       "2:3: expected the key \"username\" in this mailbox"},
      {"mailboxes:\n- name: a\n  server: imaps://h\n  username: u", "2:3: " + one_password},
      {"mailboxes:\n- name: a\n  server: imaps://h\n  username: u\n  password_env: P\n  password_file: p",
       "2:3: " + one_password},
      {"mailboxes:\n- name: a\n  server: imaps://h\n  username: u\n  password: p\n  password_command: p",
       "2:3: " + one_password},
  });
}

TEST_CASE("two mailboxes cannot share a name, nor a folder of one server and user") {
  const auto two = [](const std::string& a, const std::string& b) {
    return "mailboxes:\n- {password_env: P, " + a + "}\n- {password_env: P, " + b + "}";
  };
  const std::string folder =
      "3:3: expected another server, username or folder than the mailbox in line 2: one entry reads it already";
  const std::string first = "name: a, username: u, server: imaps://mail.example.com";
  check_errors({
      {two(first, "name: a, username: v, server: imaps://mail.example.com"),
       "3:3: expected another name than that of the mailbox in line 2"},
      {two(first, "name: b, username: u, server: imaps://mail.example.com"), folder},
      {two(first, "name: b, username: u, server: 'imaps://MAIL.example.com.:993'"), folder},
      {two(first, "name: b, username: u, server: imap://mail.example.com"), folder},
      {two(first, "name: b, username: u, server: 'imap://mail.example.com:143', folder: inbox"), folder},
      {two(first, "name: b, username: u, server: 'imaps://mail.example.com:1993'"), "no error"},
      {two(first, "name: b, username: U, server: imaps://mail.example.com"), "no error"},
      {two(first, "name: b, username: u, server: imaps://mail.example.com, folder: Inbox/x"), "no error"},
      {two(first, "name: b, username: u, server: imaps://mail2.example.com"), "no error"},
      {two(first + ", folder: X", "name: b, username: u, server: imaps://mail.example.com, folder: x"), "no error"},
      {two(first, "name: A, username: v, server: imaps://mail.example.com"), "no error"},
  });
}

TEST_CASE("an unknown key is an error, with the nearest known one or all of them") {
  check_errors({
      {"databse: x", "1:1: unknown key \"databse\": did you mean \"database\"?"},
      {"MAILBOXES: []", "1:1: unknown key \"MAILBOXES\": did you mean \"mailboxes\"?"},
      {"pool: {}", "1:1: unknown key \"pool\": did you mean \"poll\"?"},
      {"smtp: {}", "1:1: unknown key \"smtp\": expected database, mailboxes, poll, authentication, limits, retention"},
      {"poll: {evry: 1s}", "1:8: unknown key \"evry\": did you mean \"every\"?"},
      {"limits: {json-depth: 1}", "1:10: unknown key \"json-depth\": did you mean \"json_depth\"?"},
      {"<<: {}", "1:1: unknown key \"<<\": expected database, mailboxes, poll, authentication, limits, retention"},
      {"\"a\\e[2Jb\": 1",
       "1:1: unknown key \"a\\x1b[2Jb\": expected database, mailboxes, poll, authentication, limits, retention"},
      {"\"" + std::string(100, 'x') + "\": 1", "1:1: unknown key \"" + std::string(61, 'x') +
                                                   "…\": expected database, mailboxes, poll, authentication, limits, "
                                                   "retention"},
  });
}

TEST_CASE("a key without a space after its colon is quoted up to there") {
  check_errors({
      {mailbox("password:hunter2"), "2:62: unknown key \"password:…\": expected a colon and a space after password"},
      {mailbox("password=hunter2: x"), "2:62: unknown key \"password=…\": expected a colon and a space after password"},
      {mailbox("passwrod:hunter2"), "2:62: unknown key \"passwrod:…\": expected a colon and a space after the key"},
  });
}

TEST_CASE("what is no YAML, or YAML that is not wanted, is an error with its place") {
  check_errors({
      {"database: a: b", "1:12: expected YAML: illegal map value"},
      {"poll: {every: 1s", "1:1: expected YAML: end of map flow not found"},
      {"poll: ]", "1:7: expected YAML: illegal flow end"},
      {"a: 1\n b: 2\n", "2:3: expected YAML: illegal map value"},
      {"poll: {every: 1s}\npoll: {every: 2s}", "2:1: expected every key once: \"poll\" stands in line 1 already"},
      {"poll: {every: 1s, every: 1s}", "1:19: expected every key once: \"every\" stands in line 1 already"},
      {"[a]: 1", "1:1: expected a key that is plain text"},
      {"a: &x 1\nb: *x", "2:4: expected no alias (they are not supported; text that begins with * needs quotes)"},
      {"database: !secret x", "1:11: expected no YAML tag"},
      {"database: !!binary eA==", "1:11: expected no YAML tag"},
      {"poll:\n---\npoll:", "2:1: expected a single YAML document"},
      {std::string("a: \0", 4), "1:4: expected text in UTF-8"},
      {"# a\n# \xe4", "2:3: expected text in UTF-8"},
      {"\xff\xfe"
       "a",
       "1:1: expected text in UTF-8"},
  });
}

TEST_CASE("a quote that is never closed is an error with its place") {
  const std::string expected = ": expected a quote at the end of this text, which goes on to the end of the file";
  for (const std::string text : {"'a", "\"a", "'a''", "\"a\\\"", "'"}) {
    CAPTURE(text);
    CHECK(errors_of("database: " + text + "\npassword: geheim\n") == "1:11" + expected);
    CHECK(errors_of("\xef\xbb\xbf# \xc3\xbc\r\ndatabase: " + text + "\r\npassword: x\r\n") == "2:11" + expected);
  }
  for (const std::string text : {"'it''s'", "\"\\\"\"", "it's", "a\"", "'a\n   b'", "! 'a'", "! it's", "''''"}) {
    CAPTURE(text);
    CHECK(errors_of("poll: {jitter: 1s}\ndatabase: " + text + "\n").find("quote") == std::string::npos);
  }
}

TEST_CASE("all errors of a file are told at once, in the order of the file") {
  CHECK(errors_of("databse: x\n"
                  "poll:\n"
                  "  every: 5\n"
                  "  paralel: 4\n"
                  "mailboxes:\n"
                  "  - name: a\n"
                  "    server: http://h\n"
                  "    tls: maybe\n"
                  "    domains: [ok.example, '*']\n"
                  "    password: p\n"
                  "  - name: a\n"
                  "limits:\n"
                  "  parts: none\n"
                  "  parts: 5\n") ==
        "1:1: unknown key \"databse\": did you mean \"database\"?\n"
        "3:10: expected a duration from 1s to 365d with its unit (s, m, h, d)\n"
        "4:3: unknown key \"paralel\": did you mean \"parallel\"?\n"
        "6:5: expected the key \"username\" in this mailbox\n"
        "7:13: expected imaps://HOST or imap://HOST, perhaps with :PORT, and nothing else\n"
        "8:10: expected required or none\n"
        "9:27: expected a domain name (it stands for all below it, too)\n"
        "11:5: expected the key \"server\" in this mailbox\n"
        "11:5: expected the key \"username\" in this mailbox\n"
        "11:5: expected exactly one of password_file, password_env, password_command, password in this mailbox\n"
        "11:5: expected another name than that of the mailbox in line 6\n"
        "13:10: expected a number from 1 to 10000\n"
        "14:3: expected every key once: \"parts\" stands in line 13 already");
}

TEST_CASE("nesting is read to 16 levels, and one past it is an error") {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(errors_of(nested(16)) == "1:1: expected a map of keys and values");
  CHECK(errors_of(nested(17)) == "1:17: expected at most 16 levels");
  CHECK(errors_of(nested(250'000)) == "1:17: expected at most 16 levels");
}

TEST_CASE("a file is read to 1 MiB, and one byte past it is an error") {
  const std::string comment = "#" + std::string((1u << 20) - 1, 'x');
  CHECK(errors_of(comment) == "no error");
  CHECK(errors_of(comment + "x") == " expected at most 1 MiB");
}

TEST_CASE("a variable that is not set, or not well written, is an error") {
  const EnvironmentVariable unset("TLSRPT_UNIT_UNSET", std::nullopt);
  const std::string malformed = "expected a variable's name and } after ${ (write $${ for the characters themselves)";
  check_errors({
      {mailbox("folder: '${TLSRPT_UNIT_UNSET}'"),
       "2:70: expected the environment variable TLSRPT_UNIT_UNSET to be set"},
      {mailbox("folder: '${}'"), "2:70: " + malformed},
      {mailbox("folder: '${A'"), "2:70: " + malformed},
      {mailbox("folder: '${A B}'"), "2:70: " + malformed},
      {mailbox("folder: '${1A}'"), "2:70: " + malformed},
      {mailbox("folder: '${A:-b}'"), "2:70: " + malformed},
      {"poll: {every: '${TLSRPT_UNIT_UNSET}'}", "1:15: expected the environment variable TLSRPT_UNIT_UNSET to be set"},
      {"database: ${TLSRPT_UNIT_UNSET}", "1:11: expected the environment variable that stands here to be set"},
  });
}

TEST_CASE("a value of the environment that is no text is an error") {
  const EnvironmentVariable bad("TLSRPT_UNIT_BAD", "\xff");
  CHECK(errors_of(mailbox("folder: '${TLSRPT_UNIT_BAD}'")) == "2:70: expected the name of a folder");
}

TEST_CASE("no error quotes what may be a secret") {
  const EnvironmentVariable unset("hunter2", std::nullopt);
  const auto in_mailbox = [](const std::string& text) {
    return "mailboxes:\n- name: a\n  server: imaps://h\n  username: u\n  " + text + "\n";
  };
  for (const auto& yaml : {
           in_mailbox("password: {hunter2: hunter2}"),
           in_mailbox("password: [hunter2]"),
           in_mailbox("password: hunter2: hunter2"),
           in_mailbox("password: \"hunter2\\q\""),
           in_mailbox("password: *hunter2"),
           in_mailbox("password: !hunter2 x"),
           in_mailbox("password: '${hunter2}'"),
           in_mailbox("password: 'x${hunter2'"),
           in_mailbox("password: hunter2\n  password: hunter2"),
           in_mailbox("password: hunter2\n  password_env: hunter2 hunter2"),
           in_mailbox("passwrod: hunter2"),
           in_mailbox("password_env: $hunter2"),
           in_mailbox("folder: '${hunter2}'"),
           in_mailbox("? password:hunter2"),
           std::string("mailboxes: [{name: a, password:hunter2}]"),
           in_mailbox("passwrod:hunter2: x"),
           in_mailbox("password=hunter2: x"),
           server("imaps://u:hunter2@h"),
           std::string("database: {url: [hunter2]}"),
           std::string("database: postgresql://u:${hunter2}@h"),
           std::string("database: postgresql://u:${hunter2@h"),
           std::string("database: {uri: postgresql://u:hunter2@h}"),
           std::string("poll: {every: hunter2}"),
       }) {
    CAPTURE(yaml);
    const auto errors = errors_of(yaml);
    CHECK(errors != "no error");
    CHECK(errors.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a configuration that cannot be read is an error that names it") {
  const TemporaryDirectory directory;
  const auto missing = directory.path("missing.yaml");
  CHECK_THROWS_WITH_AS(load_config(missing), (missing + ": cannot be read: No such file or directory").c_str(),
                       ConfigError);
  const auto folder = directory.path("");
  CHECK_THROWS_WITH_AS(load_config(folder), (folder + ": cannot be read: Is a directory").c_str(), ConfigError);
}
