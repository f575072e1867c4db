#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "collector/ingest.hpp"
#include "collector/input/input.hpp"
#include "collector/print/printer.hpp"

using namespace tlsrpt::collector;
namespace fs = std::filesystem;

namespace {

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What `parse --format json` prints of a file, with the file's name as its source.
std::string printed(const fs::path& path) {
  Ingester ingester({}, {});
  std::string out;
  const auto printer = make_printer(ParseOptions::Format::kJson, 100, [&out](std::string_view text) { out += text; });
  for_each_input(
      std::vector{path.string()}, {}, {},
      [&](Input input) {
        input.path = path.filename().string();
        print_input(input, read_input(ingester, input), *printer);
      },
      [](const InputError& error) { FAIL(error.what()); });
  return out;
}

std::vector<fs::path> cases() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(TLSRPT_GOLDEN)) {
    if (entry.path().extension() != ".expected") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

// NAME.eml, NAME.json, NAME.mbox … beside NAME.expected: adding a case is adding two files. Names begin with the row of
// docs/interop.md that they show.
TEST_CASE("every golden input prints as expected") {
  const auto paths = cases();
  CHECK(paths.size() >= 100);
  for (const auto& path : paths) {
    const auto name = path.filename().string();
    CAPTURE(name);
    const auto expected = path.parent_path() / (name.substr(0, name.find('.')) + ".expected");
    REQUIRE(fs::exists(expected));
    CHECK(printed(path) == content_of(expected));
  }
}
