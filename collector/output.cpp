#include "collector/output.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/error.hpp"

namespace tlsrpt::collector {

namespace {

[[noreturn]] void fail(const std::string& name, int error) {
  throw OutputError(fmt::format("cannot write {}: {}", name, std::generic_category().message(error)));
}

}  // namespace

void Output::Close::operator()(std::FILE* file) const noexcept {
  if (file != stdout) static_cast<void>(std::fclose(file));
}

Output::Output(const std::optional<std::string>& path) : name_("standard output"), file_(stdout) {
  if (!path || path == "-") return;
  name_ = *path;
  open(*path);
}

Output::~Output() {
  if (!temporary_.empty()) static_cast<void>(::unlink(temporary_.c_str()));
}

void Output::open(const std::string& path) {
  struct stat there {};
  const bool exists = ::stat(path.c_str(), &there) == 0;
  if (exists && !S_ISREG(there.st_mode)) {
    file_.reset(std::fopen(path.c_str(), "we"));
    if (!file_) fail(name_, errno);
    return;
  }
  std::error_code unresolved;
  const auto resolved = std::filesystem::canonical(path, unresolved);  // what a symbolic link means, not the link
  open_temporary(exists && !unresolved ? resolved.string() : path);
  if (exists && ::fchmod(::fileno(file_.get()), there.st_mode & 07777) != 0) fail(name_, errno);
}

void Output::open_temporary(const std::string& path) {
  target_ = path;
  const auto temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  file_.reset(std::fopen(temporary.c_str(), "wxe"));
  if (!file_) fail(name_, errno);
  temporary_ = temporary;
}

void Output::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) fail(name_, errno);
}

void Output::finish() {
  if (std::fflush(file_.get()) != 0) fail(name_, errno);
  if (temporary_.empty()) return;
  // The name must not come to stand for a file whose bytes a crash of the machine loses.
  if (::fsync(::fileno(file_.get())) != 0) fail(name_, errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(name_, errno);
  temporary_.clear();
}

}  // namespace tlsrpt::collector
