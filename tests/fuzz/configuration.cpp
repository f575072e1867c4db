#include <string>

#include "check.hpp"
#include "collector/config.hpp"
#include "collector/error.hpp"

// The configuration: a complete one, or errors that each say where.
namespace {

using tlsrpt::collector::Config;
using tlsrpt::fuzz::require;

constexpr std::string_view kFile = "config.yaml";

void check(const Config& config) {
  require(config.poll.parallel >= 1 && config.poll.every.count() > 0, "there is a schedule");
  for (const auto& mailbox : config.mailboxes) {
    const auto& password = mailbox.password;
    const int sources = int{password.file.has_value()} + int{password.env.has_value()} +
                        int{password.command.has_value()} + int{password.inline_text.has_value()};
    require(sources == 1, "a mailbox has one password");
    require(!mailbox.name.empty() && !mailbox.folder.empty(), "a mailbox has a name and a folder");
  }
}

void check_errors(std::string_view errors) {
  while (!errors.empty()) {
    require(errors.starts_with(kFile), "every error names the file");
    const std::size_t end = errors.find('\n');
    if (end == std::string_view::npos) return;
    errors.remove_prefix(end + 1);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    check(tlsrpt::collector::parse_config(std::string(tlsrpt::fuzz::text_of(data, size)), std::string(kFile), false));
  } catch (const tlsrpt::collector::ConfigError& error) {
    check_errors(error.what());
  }
  return 0;
}
