#pragma once

#include <functional>
#include <string>

#include "collector/error.hpp"

namespace tlsrpt::collector {

struct FoundFile {
  std::string path;         // or "-"
  bool in_maildir = false;  // a message of a Maildir
};

// Every file that `path` means, in sorted order: itself, what lies in and below a directory, or the messages of a
// Maildir (cur and new, then its folders). Within directories hidden files, symbolic links and whatever is no regular
// file are passed over. What is missing or cannot be read goes to `unreadable`, and the rest is still found.
void walk(const std::string& path, const std::function<void(const FoundFile&)>& found,
          const std::function<void(const InputError&)>& unreadable);

}  // namespace tlsrpt::collector
