#include "collector/config.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "collector/config_file.hpp"
#include "collector/config_mailbox.hpp"
#include "collector/config_reader.hpp"
#include "collector/config_tree.hpp"
#include "collector/error.hpp"
#include "collector/units.hpp"
#include "collector/utf8.hpp"

namespace tlsrpt::collector {

namespace {

// Before the YAML library sees the text.
void refuse_what_is_no_text(std::string_view text, ConfigErrors& errors) {
  Position position;
  while (!text.empty()) {
    const auto character = first_utf8_character(text);
    if (!character || character->code_point == 0) {
      errors.add(position, "expected text in UTF-8");
      errors.throw_if_any();
    }
    const bool ends_line = character->code_point == '\n';
    const int length = static_cast<int>(character->length);
    position = ends_line ? Position{position.line + 1, 1} : Position{position.line, position.column + length};
    text.remove_prefix(character->length);
  }
}

// Whether a connection string holds a password, in either of libpq's forms.
bool has_password(std::string_view database) noexcept {
  if (database.find("password") != std::string_view::npos) return true;
  const auto begin = database.find("://");
  if (begin == std::string_view::npos) return false;
  const auto authority = database.substr(begin + 3, database.find('/', begin + 3) - (begin + 3));
  const auto at = authority.rfind('@');
  return at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos;
}

using Retention = std::optional<std::chrono::days>;  // none: for ever

std::optional<Retention> parse_retention(const std::string& text) {
  constexpr std::chrono::days kDay{1};
  if (text == "forever") return Retention{};
  const auto duration = parse_duration(text);
  if (!duration || *duration % kDay != duration->zero()) return std::nullopt;
  if (*duration < kDay || *duration > 36'500 * kDay) return std::nullopt;
  return Retention{std::chrono::duration_cast<std::chrono::days>(*duration)};
}

// The file as a whole.
class FileReader {
 public:
  FileReader(Config& config, const ConfigReader& reader, const ConfigSurroundings& surroundings)
      : config_(config), reader_(reader), surroundings_(surroundings) {}

  void read(const ConfigNode& root) const {
    reader_.map(root,
                {
                    {"database", [this](const auto& node) { read_database(node); }},
                    {"mailboxes",
                     [this](const auto& node) { config_.mailboxes = read_mailboxes(node, reader_, surroundings_); }},
                    {"poll", [this](const auto& node) { read_poll(node); }},
                    {"authentication", [this](const auto& node) { read_authentication(node); }},
                    {"limits", [this](const auto& node) { read_limits(node); }},
                    {"retention", [this](const auto& node) { read_retention(node); }},
                });
  }

 private:
  void read_database(const ConfigNode& node) const {
    if (node.kind != ConfigNode::Kind::kScalar) {
      reader_.map(node, {
                            {"url", [this](const auto& url) { read_database_url(url); }},
                            {"migrate", reader_.word<bool>(config_.migrate, {{"true", true}, {"false", false}})},
                        });
    } else {
      read_database_url(node);
    }
  }

  void read_database_url(const ConfigNode& node) const {
    std::optional<Secret> url;
    reader_.secret(url)(node);
    if (!url) return;
    config_.database = std::move(*url);
    if (surroundings_.shared && has_password(node.text) && node.text.find("${") == std::string::npos) {
      surroundings_.warn(node.position, "a password stands in a file that everybody can read: chmod o-rwx it");
    }
  }

  void read_poll(const ConfigNode& node) const {
    auto& poll = config_.poll;
    reader_.map(node, {
                          {"every", reader_.duration(poll.every, "1s", "365d")},
                          {"jitter", reader_.duration(poll.jitter, "0s", "1d")},
                          {"parallel", reader_.number(poll.parallel, 1, 64)},
                      });
  }

  void read_authentication(const ConfigNode& node) const {
    auto& authentication = config_.authentication;
    reader_.map(node,
                {
                    {"authserv_id", reader_.text(authentication.authserv_id)},
                    {"require", reader_.word<bool>(authentication.require_dkim, {{"none", false}, {"dkim", true}})},
                });
    if (authentication.require_dkim && !authentication.authserv_id) {
      reader_.fail(node.position, "expected the key \"authserv_id\", too, where require is dkim");
    }
  }

  void read_limits(const ConfigNode& node) const {
    auto& mime = config_.mime_limits;
    auto& parser = config_.parser_limits;
    reader_.map(node, {
                          {"message", reader_.size(mime.message, "1B", "256MiB")},
                          {"header", reader_.size(mime.header, "1B", "16MiB")},
                          {"headers", reader_.size(mime.headers, "1B", "16MiB")},
                          {"parts", reader_.number(mime.parts, 1, 10'000)},
                          {"nesting", reader_.number(mime.nesting, 1, 100)},
                          {"attachments", reader_.number(mime.attachments, 1, 10'000)},
                          {"decompressed", reader_.size(parser.decompressed, "1B", "4GiB")},
                          {"json_depth", reader_.number(parser.json_depth, 1, 1'000)},
                          {"string", reader_.size(parser.string, "1B", "64MiB")},
                          {"policies", reader_.number(parser.policies, 1, 1'000'000)},
                          {"failure_details", reader_.number(parser.failure_details, 1, 10'000'000)},
                          {"quarantine", reader_.size(config_.quarantine_bytes, "0B", "1024TiB")},
                      });
  }

  void read_retention(const ConfigNode& node) const {
    reader_.map(node, {
                          {"reports", retention(config_.retention.reports)},
                          {"quarantine", retention(config_.retention.quarantine)},
                      });
  }

  [[nodiscard]] ConfigReader::Read retention(Retention& into) const {
    return [this, &into](const ConfigNode& node) {
      const auto read = reader_.value(node, "expected forever, or a number of days from 1d to 36500d", parse_retention);
      if (read) into = *read;
    };
  }

  Config& config_;
  const ConfigReader& reader_;
  const ConfigSurroundings& surroundings_;
};

}  // namespace

Config load_config(const std::string& path) {
  const ConfigFile file = read_config_file(path);
  return parse_config(file.text, path, file.shared);
}

Config parse_config(const std::string& text, const std::string& path, bool shared) {
  ConfigErrors errors(path);
  refuse_what_is_no_text(text, errors);
  const ConfigNode root = read_config_tree(text, errors);

  Config config;
  config.path = path;
  const ConfigReader reader(errors);
  const ConfigSurroundings surroundings{.path = path,
                                        .directory = std::filesystem::path(path).parent_path(),
                                        .shared = shared,
                                        .warnings = config.warnings};
  FileReader(config, reader, surroundings).read(root);
  errors.throw_if_any();
  return config;
}

std::optional<std::string> find_config(const std::optional<std::string>& option) {
  constexpr const char* kUsual = "/etc/tlsrpt-collector/config.yaml";
  if (option) return option;
  if (const char* variable = std::getenv("TLSRPT_COLLECTOR_CONFIG"); variable && *variable != '\0') return variable;
  std::error_code ignored;
  if (std::filesystem::exists(kUsual, ignored)) return kUsual;
  return std::nullopt;
}

}  // namespace tlsrpt::collector
