#pragma once

#include <cstdio>
#include <string>

#include <unistd.h>

// While it lives, file descriptor 2 is a file.
class CapturedStandardError {
 public:
  CapturedStandardError() : file_(std::tmpfile()), before_(::dup(STDERR_FILENO)) {
    ::dup2(::fileno(file_), STDERR_FILENO);
  }
  ~CapturedStandardError() {
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
    std::fclose(file_);
  }
  CapturedStandardError(const CapturedStandardError&) = delete;
  CapturedStandardError& operator=(const CapturedStandardError&) = delete;

  [[nodiscard]] std::string text() const {
    std::string text;
    char buffer[4096];
    std::rewind(file_);
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, file_)) text.append(buffer, count);
    return text;
  }

 private:
  std::FILE* file_;
  int before_;
};
