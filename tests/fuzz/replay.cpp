#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "check.hpp"

// Gives a target every file of the folders named, without libFuzzer: the seeds and what fuzzing once found, in every
// run of the tests.
namespace {

namespace fs = std::filesystem;

std::size_t replay(const fs::path& folder) {
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::cerr << entry.path().filename() << '\n';
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++files;
  }
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t files = 0;
  for (int i = 1; i < argc; ++i) files += replay(argv[i]);
  std::cerr << files << " inputs replayed\n";
  return files == 0 ? 1 : 0;
}
