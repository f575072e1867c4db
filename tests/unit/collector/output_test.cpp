#include "collector/output.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "collector/error.hpp"
#include "temporary_directory.hpp"

using tlsrpt::collector::Output;
using tlsrpt::collector::OutputError;

TEST_CASE("results are written to the file that was named, in place of what was there") {
  const TemporaryDirectory directory;
  const auto path = directory.file("out", "something longer that was there before");
  Output output(path);
  output.write("one\n");
  output.write("two\n");
  output.finish();
  std::ifstream file(path);
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == "one\ntwo\n");
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
