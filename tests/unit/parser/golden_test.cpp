#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "parser/json.hpp"
#include "support.hpp"

namespace tlsrpt::parser::test {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

// A line for each finding, as `parse --format json` prints them but for the source.
std::string print(const std::vector<Finding>& findings) {
  JsonWriter json;
  std::string lines;
  for (const Finding& finding : findings) {
    json.begin_object().key("source").value(finding.suffix);
    if (const auto* const parsed = std::get_if<ParsedReport>(&finding.what)) {
      json.key("status").value("report").key("report").value(parsed->report).key("deviations").begin_array();
      for (const Deviation& deviation : parsed->deviations) json.value(deviation);
      json.end_array();
    } else if (const auto* const rejection = std::get_if<Rejection>(&finding.what)) {
      json.key("status").value("rejected");
      json.key("reason").value(to_string(rejection->reason)).key("detail").value(rejection->detail);
    } else {
      json.key("status").value("ignored").key("detail").value(std::get<NotAReport>(finding.what).detail);
    }
    json.end_object();
    lines += json.take() + "\n";
  }
  return lines;
}

}  // namespace

TEST_CASE("every NAME.json among the fixtures reads as its NAME.expected says") {
  std::vector<std::filesystem::path> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(TLSRPT_FIXTURES)) {
    if (entry.path().extension() == ".json") inputs.push_back(entry.path());
  }
  REQUIRE(inputs.size() >= 13);
  for (std::filesystem::path path : inputs) {
    CAPTURE(path.filename().string());
    const std::string text = contents(path);
    CHECK(print(read(text)) == contents(path.replace_extension(".expected")));
    CHECK(print(read(gzip(text))) == contents(path));
  }
}

}  // namespace tlsrpt::parser::test
