#include <array>
#include <csignal>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "collector/capture_command.hpp"
#include "collector/config.hpp"
#include "collector/error.hpp"
#include "environment.hpp"
#include "temporary_directory.hpp"

using namespace tlsrpt::collector;

namespace {

MailboxConfig mailbox(MailboxConfig::Password password) {
  MailboxConfig mailbox;
  mailbox.name = "example.com";
  mailbox.password = std::move(password);
  return mailbox;
}

std::string from_file(const std::string& path) {
  return resolve_password(mailbox({.file = path, .env = {}, .command = {}, .inline_text = {}})).reveal();
}

std::string from_variable(const std::string& name) {
  return resolve_password(mailbox({.file = {}, .env = name, .command = {}, .inline_text = {}})).reveal();
}

std::string from_command(const std::string& command) {
  return resolve_password(mailbox({.file = {}, .env = {}, .command = command, .inline_text = {}})).reveal();
}

std::string from_text(const std::string& text) {
  return resolve_password(mailbox({.file = {}, .env = {}, .command = {}, .inline_text = Secret{text}})).reveal();
}

std::string error_of(const std::function<std::string()>& action) {
  try {
    static_cast<void>(action());
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "no error";
}

constexpr const char* kVariable = "TLSRPT_UNIT_PASSWORD";

}  // namespace

TEST_CASE("passwords come unchanged from file, variable, command and text, whatever characters they have") {
  const TemporaryDirectory directory;
  for (const std::string password : {"secret", "a:b", "100%", "pa$$word", "${HOME}", "\"'\\`", "  spaces  ", "#x",
                                     "üñí", "{curly}", "\xff\xfe", "tab\there"}) {
    CAPTURE(password);
    const EnvironmentVariable variable(kVariable, password);
    CHECK(from_file(directory.file("password", password)) == password);
    CHECK(from_variable(kVariable) == password);
    CHECK(from_command("printf %s \"$TLSRPT_UNIT_PASSWORD\"") == password);
    CHECK(from_text(password) == password);
  }
}

TEST_CASE("one trailing newline of a password is cut, and no more") {
  const TemporaryDirectory directory;
  CHECK(from_file(directory.file("unix", "secret\n")) == "secret");
  CHECK(from_file(directory.file("windows", "secret\r\n")) == "secret");
  CHECK(from_command("echo secret") == "secret");
  const std::string several = "password_file: expected a password, and found several lines";
  CHECK(error_of([&] { return from_file(directory.file("two", "secret\n\n")); }) == several);
  CHECK(error_of([&] { return from_file(directory.file("lines", "secret\n# the new one\n")); }) == several);
  CHECK(error_of([&] { return from_file(directory.file("nul", std::string_view("sec\0ret", 7))); }) == several);
}

TEST_CASE("a password that cannot be had is an error that names its source and quotes nothing") {
  const TemporaryDirectory directory;
  const EnvironmentVariable unset(kVariable, std::nullopt);
  const auto missing = directory.path("missing");
  CHECK(error_of([&] { return from_file(missing); }) ==
        "password_file: " + missing + ": cannot be read: No such file or directory");
  const auto folder = directory.path("");
  CHECK(error_of([&] { return from_file(folder); }) == "password_file: " + folder + ": expected a regular file");
  CHECK(error_of([&] { return from_file(directory.file("empty", "")); }) ==
        "password_file: expected a password, found nothing");
  CHECK(error_of([&] { return from_file(directory.file("blank", "\n")); }) ==
        "password_file: expected a password, found nothing");
  const auto large = directory.file("large", std::string((1u << 20) + 1, 'x'));
  CHECK(error_of([&] { return from_file(large); }) == "password_file: " + large + ": expected at most 1 MiB");
  CHECK(error_of([] { return from_variable(kVariable); }) ==
        "password_env: the environment variable TLSRPT_UNIT_PASSWORD is not set");
  CHECK(error_of([] { return from_variable("hunter2"); }) ==
        "password_env: the value is not the name of an environment variable that is set");
  CHECK(error_of([] { return from_command("true"); }) == "password_command: expected a password, found nothing");
  CHECK(error_of([] { return from_command("echo hunter2; exit 3"); }) ==
        "password_command: the command ended with exit code 3");
  CHECK(error_of([] { return from_command("kill -9 $$"); }) == "password_command: the command was ended by signal 9");
  CHECK(error_of([] { return from_text(""); }) == "password: expected a password, found nothing");
}

TEST_CASE("a command is run by the shell, with nothing to read and none of our signal settings") {
  CHECK(capture_command("printf %s \"$((6 * 7))\"") == "42");
  CHECK(capture_command("cat") == "");
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  CHECK(capture_command("sh -c 'kill -PIPE $$'; echo $?") == "141\n");
  std::signal(SIGPIPE, before);
}

TEST_CASE("a command's output is taken up to the bound, and one past it is an error") {
  CHECK(capture_command("printf 12345678", {.output = 8}) == "12345678");
  CHECK(error_of([] { return capture_command("printf 123456789", {.output = 8}); }) == "gave more than 8 bytes");
  CHECK(error_of([] { return capture_command("yes"); }) == "gave more than 65536 bytes");
}

TEST_CASE("a command that does not end in time is killed with its process group") {
  const CaptureLimits soon{.time = std::chrono::milliseconds{200}};
  CHECK(error_of([&] { return capture_command("sleep 600", soon); }) == "did not end within 1 s");
  CHECK(error_of([&] { return capture_command("exec >&-; sleep 600", soon); }) == "did not end within 1 s");

  // A grandchild that is alive holds the pipe's writing end.
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const auto command = "(sleep 600) & wait";
  CHECK(error_of([&] { return capture_command(command, soon); }) == "did not end within 1 s");
  ::close(ends[1]);
  char byte = 0;
  CHECK(::read(ends[0], &byte, 1) == 0);
  ::close(ends[0]);
}
