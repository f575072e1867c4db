#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// Where a command's results go: standard output, or a file (`-o FILE`).
namespace tlsrpt::collector {

// Throws OutputError, which names the file, as soon as a write fails (full disk, closed pipe).
class Output {
 public:
  explicit Output(const std::optional<std::string>& path = std::nullopt);

  void write(std::string_view text);
  void finish();  // what was written is out; to be called once, at the end

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept;
  };
  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace tlsrpt::collector
