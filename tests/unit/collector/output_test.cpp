#include "collector/output.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "collector/error.hpp"
#include "temporary_directory.hpp"

using tlsrpt::collector::Output;
using tlsrpt::collector::OutputError;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::ptrdiff_t files_in(const TemporaryDirectory& directory) {
  const std::filesystem::directory_iterator entries(directory.path(""));
  return std::distance(begin(entries), end(entries));
}

}  // namespace

TEST_CASE("results are written to the file that was named, in place of what was there") {
  const TemporaryDirectory directory;
  const auto path = directory.file("out", "something longer that was there before");
  Output output(path);
  output.write("one\n");
  output.write("two\n");
  output.finish();
  CHECK(content(path) == "one\ntwo\n");
  CHECK(files_in(directory) == 1);
}

TEST_CASE("a file keeps what it held until the output is finished, and for ever if it never is") {
  const TemporaryDirectory directory;
  const auto path = directory.file("out", "before");
  {
    Output output(path);
    output.write("half a pa");
    CHECK(content(path) == "before");
  }
  CHECK(content(path) == "before");
  CHECK(files_in(directory) == 1);
}

TEST_CASE("a file keeps its permissions, and a symbolic link its place") {
  using std::filesystem::perms;
  const TemporaryDirectory directory;
  const auto path = directory.file("out", "before");
  const auto link = directory.path("link");
  std::filesystem::create_symlink(path, link);
  Output output(link);
  output.write("after");
  output.finish();
  CHECK(content(path) == "after");
  CHECK(std::filesystem::is_symlink(link));
  CHECK(std::filesystem::status(path).permissions() == (perms::owner_read | perms::owner_write));
}

TEST_CASE("a file that cannot be made is an error that names it") {
  const TemporaryDirectory directory;
  const auto path = directory.path("missing/out");
  CHECK_THROWS_WITH_AS(Output{path}, ("cannot write " + path + ": No such file or directory").c_str(), OutputError);
}

TEST_CASE("a full disk is an error when the output is finished, if not before") {
  Output output("/dev/full");
  output.write("lost\n");
  CHECK_THROWS_WITH_AS(output.finish(), "cannot write /dev/full: No space left on device", OutputError);
}
