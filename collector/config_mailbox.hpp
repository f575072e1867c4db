#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "collector/config.hpp"
#include "collector/config_reader.hpp"

namespace tlsrpt::collector {

// Where the configuration is, and what is odd about it without being wrong.
struct ConfigSurroundings {
  std::string path;
  std::filesystem::path directory;  // relative paths start here
  bool shared = false;              // everybody may read the file
  std::vector<std::string>& warnings;

  void warn(Position position, std::string_view what) const;
};

// `mailboxes:`, each by itself and all against each other.
[[nodiscard]] std::vector<MailboxConfig> read_mailboxes(const ConfigNode& node, const ConfigReader& reader,
                                                        const ConfigSurroundings& surroundings);

}  // namespace tlsrpt::collector
