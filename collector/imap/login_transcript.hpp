#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/imap/response.hpp"

namespace tlsrpt::imap {

// What the server says while libcurl logs in: libcurl's own error has none of it.
class LoginTranscript {
 public:
  // A line as it came. False where the greeting is not IMAP's (RFC 9051 §7.1): to be broken off.
  [[nodiscard]] bool add(std::string_view line);

  // The first line; empty where none came.
  [[nodiscard]] const std::string& greeting() const noexcept { return greeting_; }
  // The text of an untagged BYE.
  [[nodiscard]] const std::optional<std::string>& bye() const noexcept { return bye_; }
  // The last tagged answer, without its tag.
  [[nodiscard]] const std::string& last_answer() const noexcept { return last_answer_; }
  // What the last command's answer said of capabilities; none where it said nothing.
  [[nodiscard]] const std::optional<std::vector<std::string>>& capabilities() const noexcept { return capabilities_; }
  // The last that was said of capabilities; empty where nothing was.
  [[nodiscard]] const std::vector<std::string>& offered() const noexcept { return offered_; }

 private:
  void add_untagged(std::string_view line);
  void add_tagged(std::string_view line);

  std::string greeting_;
  std::optional<std::string> bye_;
  std::string last_answer_;
  std::optional<std::vector<std::string>> capabilities_;
  std::optional<std::vector<std::string>> untagged_capabilities_;  // since the last tagged answer
  std::vector<std::string> offered_;
};

// "IMAP4rev1 UIDPLUS" → its words.
[[nodiscard]] std::vector<std::string> capability_names(std::string_view list);

}  // namespace tlsrpt::imap
