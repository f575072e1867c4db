#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "collector/capture_command.hpp"
#include "collector/config.hpp"
#include "collector/config_expand.hpp"
#include "collector/config_file.hpp"
#include "collector/error.hpp"

namespace tlsrpt::collector {

namespace {

std::string read_file(const std::string& path) {
  require_regular_file(path);
  return read_config_file(path).text;
}

std::string read_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value != nullptr) return value;
  if (looks_like_variable(name)) throw ConfigError(fmt::format("the environment variable {} is not set", name));
  throw ConfigError("the value is not the name of an environment variable that is set");
}

std::string run_command(const std::string& command) {
  try {
    return capture_command(command);
  } catch (const ConfigError& e) {
    throw ConfigError(fmt::format("the command {}", e.what()));
  }
}

// One trailing newline is the editor's, or `echo`'s.
std::string without_newline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

Secret checked(std::string text) {
  if (text.empty()) throw ConfigError("expected a password, found nothing");
  if (text.find_first_of(std::string_view{"\0\r\n", 3}) != std::string::npos) {
    throw ConfigError("expected a password, and found several lines");
  }
  return Secret{std::move(text)};
}

}  // namespace

Secret resolve_password(const MailboxConfig& mailbox) {
  const auto& password = mailbox.password;
  std::string_view key = "password";
  try {
    if (password.file) {
      key = "password_file";
      return checked(without_newline(read_file(*password.file)));
    }
    if (password.env) {
      key = "password_env";
      return checked(without_newline(read_variable(*password.env)));
    }
    if (password.command) {
      key = "password_command";
      return checked(without_newline(run_command(*password.command)));
    }
    return checked(password.inline_text ? password.inline_text->reveal() : std::string{});
  } catch (const ConfigError& e) {
    throw ConfigError(fmt::format("{}: {}", key, e.what()));
  }
}

}  // namespace tlsrpt::collector
