#include "collector/input/walk.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "collector/escape.hpp"

namespace tlsrpt::collector {
namespace {

namespace fs = std::filesystem;

class Walker {
 public:
  Walker(const std::function<void(const FoundFile&)>& found, const std::function<void(const InputError&)>& unreadable)
      : found_(found), unreadable_(unreadable) {}

  void visit_directory(const fs::path& directory) const {
    if (is_maildir(directory)) {
      visit_maildir(directory);
    } else {
      visit_tree(directory);
    }
  }

 private:
  // A Maildir may be without `tmp` where somebody copied one.
  static bool is_maildir(const fs::path& directory) {
    std::error_code ignored;
    return fs::is_directory(directory / "cur", ignored) && fs::is_directory(directory / "new", ignored);
  }

  void visit_maildir(const fs::path& maildir) const {
    for (const auto* part : {"cur", "new"}) {
      for (const auto& entry : entries_of(maildir / part)) {
        if (is_file(entry)) found_({.path = entry.path().string(), .in_maildir = true});
      }
    }
    // Folders: ".Archive" (Maildir++), or "Archive" (Dovecot's LAYOUT=fs).
    for (const auto& entry : entries_of(maildir)) {
      if (is_directory(entry) && is_maildir(entry.path())) visit_maildir(entry.path());
    }
  }

  void visit_tree(const fs::path& directory) const {
    for (const auto& entry : entries_of(directory)) {
      if (is_file(entry)) {
        found_({.path = entry.path().string()});
      } else if (is_directory(entry) && !is_hidden(entry)) {
        visit_directory(entry.path());
      }
    }
  }

  std::vector<fs::directory_entry> entries_of(const fs::path& directory) const {
    std::vector<fs::directory_entry> entries;
    std::error_code error;
    for (fs::directory_iterator at(directory, error); !error && at != fs::directory_iterator(); at.increment(error)) {
      entries.push_back(*at);
    }
    if (error) unreadable_(InputError(fmt::format("{}: {}", printable(directory.string()), error.message())));
    std::sort(entries.begin(), entries.end());
    return entries;
  }

  static bool is_hidden(const fs::directory_entry& entry) { return entry.path().filename().native().starts_with('.'); }
  static bool is_file(const fs::directory_entry& entry) {
    std::error_code ignored;
    return !is_hidden(entry) && entry.symlink_status(ignored).type() == fs::file_type::regular;
  }
  static bool is_directory(const fs::directory_entry& entry) {
    std::error_code ignored;
    return entry.symlink_status(ignored).type() == fs::file_type::directory;
  }

  const std::function<void(const FoundFile&)>& found_;
  const std::function<void(const InputError&)>& unreadable_;
};

}  // namespace

void walk(const std::string& path, const std::function<void(const FoundFile&)>& found,
          const std::function<void(const InputError&)>& unreadable) {
  std::error_code ignored;
  if (path != "-" && fs::is_directory(path, ignored)) {
    Walker(found, unreadable).visit_directory(path);
  } else {
    found({.path = path});
  }
}

}  // namespace tlsrpt::collector
