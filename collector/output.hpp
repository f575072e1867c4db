#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// Where a command's results go: standard output, or a file (`-o FILE`).
namespace tlsrpt::collector {

// Throws OutputError, which names the file, as soon as a write fails (full disk, closed pipe). A file appears whole, in
// place of what was there, when it is finished; before that, and where it never is, nothing changes. A device or a
// pipe is written as it is.
class Output {
 public:
  explicit Output(const std::optional<std::string>& path = std::nullopt);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  void finish();  // what was written is out; to be called once, at the end

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept;
  };

  void open(const std::string& path);
  void open_temporary(const std::string& path);

  std::string name_;       // as given, for messages
  std::string target_;     // what `temporary_` becomes
  std::string temporary_;  // "" where there is none
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace tlsrpt::collector
