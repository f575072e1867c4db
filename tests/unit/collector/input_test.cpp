#include "collector/input/input.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/error.hpp"
#include "collector/input/byte_stream.hpp"
#include "collector/input/mbox.hpp"
#include "collector/input/sniff.hpp"

using namespace tlsrpt::collector;
using namespace std::string_literals;
namespace fs = std::filesystem;

namespace {

// A folder of its own, gone with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    auto name = (fs::temp_directory_path() / "input-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string write(const std::string& name, const std::string& bytes) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return path(name);
  }
  [[nodiscard]] std::string path(const std::string& name = {}) const {
    return (name.empty() ? path_ : path_ / name).string();
  }

 private:
  fs::path path_;
};

const std::string kMail = "Subject: one\n\nbody\n";

std::vector<std::string> messages_of(const std::string& mbox, std::size_t most = 1000) {
  const TemporaryFolder folder;
  ByteStream stream(folder.write("mbox", mbox));
  std::vector<std::string> messages;
  for_each_mbox_message(stream, most, [&](BoundedBytes message) { messages.push_back(std::move(message.bytes)); });
  return messages;
}

struct Read {
  std::vector<Input> inputs;
  std::vector<std::string> errors;
};

Read read_all(const std::vector<std::string>& paths, std::size_t most_mail = 1000, std::size_t most_file = 1000) {
  Read read;
  for_each_input(
      paths, {.message = most_mail}, {.decompressed = most_file},
      [&](Input input) { read.inputs.push_back(std::move(input)); },
      [&](const InputError& error) { read.errors.emplace_back(error.what()); });
  return read;
}

// What was found, relative to the folder, in the order in which it came.
std::vector<std::string> names_in(const TemporaryFolder& folder) {
  std::vector<std::string> names;
  for (const auto& input : read_all({folder.path()}).inputs) {
    names.push_back(fs::path(input.path).lexically_relative(folder.path()).string());
  }
  return names;
}

}  // namespace

TEST_CASE("an input is what its first bytes say") {
  struct Row {
    const char* what;
    std::string head;
    Content content;
  };
  const std::vector<Row> rows{
      {"gzip", "\x1f\x8b\x08", Content::kReport},
      {"zip", "PK\x03\x04", Content::kReport},
      {"an empty zip", "PK\x05\x06", Content::kReport},
      {"an object", "{\"a\":1}", Content::kReport},
      {"an array after white space", " \r\n\t[", Content::kReport},
      {"json-22: a byte order mark", "\xef\xbb\xbf{", Content::kReport},
      {"json-23: UTF-16, little endian, marked", "\xff\xfe{\0"s, Content::kReport},
      {"json-23: UTF-16, big endian, bare", "\0{\0\""s, Content::kReport},
      {"an mbox", "From tls@example.net Sat Feb 22 00:00:00 2031\n", Content::kMbox},
      {"a mail", "Received: from example.net\r\n", Content::kMail},
      {"a mail behind a byte order mark", "\xef\xbb\xbfSubject: x\n", Content::kMail},
      {"a mail behind an empty line", "\r\nSubject: x\r\n", Content::kMail},
      {"a mail behind a quoted separator", ">From a Sat Feb 22 00:00:00 2031\nSubject: x\n", Content::kMail},
      {"a mail whose first field has an odd name", "_x: 1\nSubject: x\n", Content::kMail},
      {"a mail from an old program", "Subject : x\n", Content::kMail},
      {"a mail whose first line is longer than what is looked at", "X: " + std::string(kSniffedBytes, 'x'),
       Content::kMail},
      {"nothing", "", Content::kUnknown},
      {"a sentence", "Dear reader: hello\n", Content::kUnknown},
      {"a colon on the second line only", "hello\nSubject: x\n", Content::kUnknown},
      {"a colon alone", ": x\n", Content::kUnknown},
      {"XML", "<?xml version=\"1.0\"?>", Content::kUnknown},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(sniff(row.head) == row.content);
  }
}

TEST_CASE("a line longer than the buffer comes in pieces") {
  const TemporaryFolder folder;
  const std::string exact(ByteStream::kBufferSize - 1, 'a');
  ByteStream stream(folder.write("lines", "one\r\n" + exact + "\n" + exact + "bc\nlast"));
  CHECK(stream.line() == "one\r\n");
  CHECK(stream.line() == exact + "\n");
  CHECK(stream.line() == exact + "b");
  CHECK(stream.line() == "c\n");
  CHECK(stream.line() == "last");
  CHECK(stream.line().empty());
}

TEST_CASE("what was peeked at is still there") {
  const TemporaryFolder folder;
  const std::string bytes(ByteStream::kBufferSize * 2 + 5, 'x');
  ByteStream stream(folder.write("file", bytes));
  CHECK(stream.peek(10).size() >= 10);
  std::string read;
  for (auto piece = stream.next(); !piece.empty(); piece = stream.next()) read += piece;
  CHECK(read == bytes);
  CHECK(stream.peek(1).empty());
}

TEST_CASE("an mbox is split at From lines that follow an empty line") {
  const auto messages = messages_of(
      "From a@example.net Sat Feb 22 00:00:00 2031\nSubject: one\n\nhello\nFrom here on\n\n"
      "From b@example.net Sat Feb 22 00:00:00 2031\nSubject: two\n\n\n");
  REQUIRE(messages.size() == 2);
  CHECK(messages[0] == "Subject: one\n\nhello\nFrom here on\n");
  CHECK(messages[1] == "Subject: two\n\n");
}

TEST_CASE("a line of a message that begins with From does not split an mbox") {
  for (const std::string line : {"From now on reports come daily.\n", "From 10:30 to 11:30, in January:\n"}) {
    CAPTURE(line);
    const auto messages = messages_of("From a\nSubject: one\n\nhello\n\n" + line + "\nSo: yes\n");
    REQUIRE(messages.size() == 1);
    CHECK(messages[0] == "Subject: one\n\nhello\n\n" + line + "\nSo: yes\n");
  }
}

TEST_CASE("a line that begins with From and has a time does not split an mbox") {
  for (const std::string text : {"Hello\nFrom 10:30 to 11:00 we were down\nhttps://status.example\n",
                                 "From Sat 10:30 on\nhttps://status.example\n"}) {
    CAPTURE(text);
    CHECK(messages_of("From a\nSubject: one\n\n" + text).size() == 1);
  }
}

TEST_CASE("an mbox is split at a date behind an empty line, whatever the message begins with") {
  for (const std::string message : {"_x: 1\nSubject: two\n\n", "\nSubject: two\n\n", "\xef\xbb\xbfSubject: two\n\n",
                                    ">From b Sat Feb 22 00:00:00 2031\nSubject: two\n\n"}) {
    for (const std::string date : {"Sat Feb 22 00:00:00 2031", "Sat Feb 22 00:00:00 2031 +0100",
                                   "Thu Jan 01 00:00:00 +0000 2015", "Sat Feb 22 00:00 2031"}) {
      CAPTURE(message);
      CAPTURE(date);
      CHECK(messages_of(fmt::format("From a\nSubject: one\n\nx\n\nFrom b {}\n{}", date, message)).size() == 2);
    }
  }
}

TEST_CASE("an mbox without empty lines between its messages is split where From lines have a time") {
  const auto messages = messages_of(
      "From a@example.net Sat Feb 22 00:00:00 2031\nSubject: one\n\nhello\n"
      "From b@example.net Sat Feb 22 00:00:00 2031\nSubject: two\n\nFrom here on\n\nSo: yes\n");
  REQUIRE(messages.size() == 2);
  CHECK(messages[0] == "Subject: one\n\nhello\n");
  CHECK(messages[1] == "Subject: two\n\nFrom here on\n\nSo: yes\n");
}

TEST_CASE("an mbox with CRLF and without a last line end is split as well") {
  const auto messages = messages_of("From a\r\nSubject: one\r\n\r\nx\r\n\r\nFrom b\r\nSubject: two\r\n\r\ny");
  REQUIRE(messages.size() == 2);
  CHECK(messages[0] == "Subject: one\r\n\r\nx\r\n");
  CHECK(messages[1] == "Subject: two\r\n\r\ny");
}

TEST_CASE("a quoted From line of an mbox loses one level of quoting") {
  const auto messages = messages_of("From a\n\n>From x\n>>From y\n> From z\n>Fromage\n");
  REQUIRE(messages.size() == 1);
  CHECK(messages[0] == "\nFrom x\n>From y\n> From z\n>Fromage\n");
}

TEST_CASE("a message of an mbox is cut at its limit, and the next one is whole") {
  const auto mbox = "From a\n" + std::string(20, 'x') + "\n\nFrom b\nok:\n";
  CHECK(messages_of(mbox, 21) == std::vector<std::string>{std::string(20, 'x') + "\n", "ok:\n"});
  CHECK(messages_of(mbox, 20) == std::vector<std::string>{std::string(20, 'x'), "ok:\n"});
}

TEST_CASE("an empty line cut off by the limit does not shorten what was kept") {
  CHECK(messages_of("From a\nxxx\n\n\n", 4) == std::vector<std::string>{"xxx\n"});
  CHECK(messages_of("From a\nxxx\n\n\n", 5) == std::vector<std::string>{"xxx\n\n"});
}

TEST_CASE("a From inside a line longer than the buffer does not split an mbox") {
  const std::string line(ByteStream::kBufferSize, 'x');
  const auto messages = messages_of("From a\n\n" + line + "From b\n", ByteStream::kBufferSize * 2);
  REQUIRE(messages.size() == 1);
  CHECK(messages[0] == "\n" + line + "From b\n");
}

TEST_CASE("files are mail, mbox or loose reports by their content, whatever their names") {
  const TemporaryFolder folder;
  const auto mail = folder.write("mail.json", kMail);
  const auto mbox = folder.write("mbox.eml", "From a\n" + kMail + "\nFrom b\n" + kMail);
  const auto json = folder.write("json.eml", "{}");
  const auto other = folder.write("other.eml", "nothing known");
  const auto read = read_all({mail, mbox, json, other});
  CHECK(read.errors.empty());
  REQUIRE(read.inputs.size() == 5);
  CHECK(read.inputs[0].kind == Input::Kind::kMail);
  CHECK(read.inputs[0].bytes == kMail);
  CHECK(source_of(read.inputs[0], "2.1") == mail + "#2.1");
  CHECK(source_of(read.inputs[0], "2#1") == mail + "#2#1");
  CHECK(source_of(read.inputs[0]) == mail);
  CHECK(read.inputs[2].kind == Input::Kind::kMail);
  CHECK(read.inputs[2].bytes == kMail);
  CHECK(source_of(read.inputs[2], "2") == mbox + "#2/2");
  CHECK(source_of(read.inputs[2]) == mbox + "#2");
  CHECK(read.inputs[3].kind == Input::Kind::kFile);
  CHECK(source_of(read.inputs[3], "#2") == json + "#2");
  CHECK(source_of(read.inputs[3]) == json);
  CHECK(read.inputs[4].kind == Input::Kind::kFile);
}

TEST_CASE("of an input over its limit one byte more is read, of one at its limit all") {
  const TemporaryFolder folder;
  const auto mail = folder.write("mail", kMail);
  const auto file = folder.write("file", "{12345}");
  CHECK(read_all({mail}, kMail.size()).inputs.at(0).bytes == kMail);
  CHECK(read_all({mail}, kMail.size() - 2).inputs.at(0).bytes.size() == kMail.size() - 1);
  CHECK(read_all({file}, 1, 7).inputs.at(0).bytes.size() == 7);
  CHECK(read_all({file}, 1, 5).inputs.at(0).bytes.size() == 6);
}

TEST_CASE("two large inputs that begin alike are two, and their digests are of all their bytes") {
  const TemporaryFolder folder;
  const std::string begin = "Subject: x\n\n" + std::string(ByteStream::kBufferSize * 2, 'x');
  const auto mail = folder.write("mail", begin + "1");
  const auto mbox = folder.write("mbox", "From a\n" + begin + "\n\n>From 1\n\nFrom b\n" + begin + "2\n\n");
  const auto read = read_all({mail, mbox}, 20);
  REQUIRE(read.inputs.size() == 3);
  CHECK(digest_of(read.inputs[0]) == sha256(begin + "1"));
  CHECK(digest_of(read.inputs[1]) == sha256(begin + "\n\nFrom 1\n"));
  CHECK(digest_of(read.inputs[2]) == sha256(begin + "2\n"));
  for (const auto& input : read.inputs) CHECK(input.bytes.size() == 21);
  CHECK(digest_of(read_all({mail}, begin.size() + 1).inputs.at(0)) == sha256(begin + "1"));
}

TEST_CASE("a directory means its files and those below it, sorted, without hidden ones and links") {
  const TemporaryFolder folder;
  folder.write("b.json", "{}");
  folder.write("a/z.json", "{}");
  folder.write("c.json", "{}");
  folder.write(".hidden", "{}");
  folder.write(".hidden.d/x.json", "{}");
  fs::create_symlink(folder.path("b.json"), folder.path("link.json"));
  fs::create_directory_symlink(folder.path("a"), folder.path("loop"));
  REQUIRE(::mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  CHECK(names_in(folder) == std::vector<std::string>{"a/z.json", "b.json", "c.json"});
}

TEST_CASE("a Maildir means the messages in cur and new, and those of its folders") {
  const TemporaryFolder folder;
  folder.write("cur/2:2,S", kMail);
  folder.write("cur/1:2,", kMail);
  folder.write("new/3", kMail);
  folder.write("tmp/4", kMail);
  folder.write("dovecot-uidlist", "3 V1 N4\n");
  folder.write(".Archive/cur/5:2,S", kMail);
  folder.write(".Archive/new/.keep", "");
  folder.write("Old/cur/6", kMail);
  folder.write("Old/new/7", kMail);
  folder.write("notes/8", kMail);
  CHECK(names_in(folder) ==
        std::vector<std::string>{"cur/1:2,", "cur/2:2,S", "new/3", ".Archive/cur/5:2,S", "Old/cur/6", "Old/new/7"});
}

TEST_CASE("a message of a Maildir is a mail, however it begins") {
  const TemporaryFolder folder;
  folder.write("new/1", "not a header\n");
  fs::create_directory(folder.path("cur"));
  const auto read = read_all({folder.path()});
  REQUIRE(read.inputs.size() == 1);
  CHECK(read.inputs[0].kind == Input::Kind::kMail);
}

TEST_CASE("a link given by name is followed") {
  const TemporaryFolder folder;
  folder.write("a/b.json", "{}");
  fs::create_directory_symlink(folder.path("a"), folder.path("link"));
  const auto read = read_all({folder.path("link")});
  REQUIRE(read.inputs.size() == 1);
  CHECK(read.inputs[0].path == folder.path("link/b.json"));
}

TEST_CASE("a missing path is said, and the others are still read") {
  const TemporaryFolder folder;
  const auto here = folder.write("here.json", "{}");
  const auto read = read_all({folder.path("missing.json"), here});
  REQUIRE(read.errors.size() == 1);
  CHECK(read.errors[0] == folder.path("missing.json") + ": No such file or directory");
  REQUIRE(read.inputs.size() == 1);
  CHECK(read.inputs[0].path == here);
}

TEST_CASE("what the caller throws ends the walk") {
  const TemporaryFolder folder;
  const std::vector<std::string> paths{folder.write("a.json", "{}"), folder.write("b.json", "{}")};
  int taken = 0;
  CHECK_THROWS_AS(for_each_input(
                      paths, {}, {},
                      [&](const Input&) {
                        ++taken;
                        throw OutputError("full");
                      },
                      [](const InputError&) {}),
                  OutputError);
  CHECK(taken == 1);
}
