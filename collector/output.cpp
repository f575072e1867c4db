#include "collector/output.hpp"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

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

Output::Output(const std::optional<std::string>& path)
    : name_(path.value_or("standard output")), file_(path ? std::fopen(path->c_str(), "we") : stdout) {
  if (!file_) fail(name_, errno);
}

void Output::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) fail(name_, errno);
}

void Output::finish() {
  if (std::fflush(file_.get()) != 0) fail(name_, errno);
}

}  // namespace tlsrpt::collector
