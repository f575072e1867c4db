#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A YAML file as a tree that knows where everything stands. The only place that sees the YAML library.
namespace tlsrpt::collector {

struct Position {
  int line = 1;
  int column = 1;  // in bytes

  auto operator<=>(const Position&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 takes it for a 0
};

struct ConfigNode {
  enum class Kind { kNothing, kScalar, kList, kMap };
  struct Member;

  Kind kind = Kind::kNothing;
  Position position;
  std::string text;  // of a scalar
  std::vector<ConfigNode> items;
  std::vector<Member> members;  // in the order of the file, every key once
};

struct ConfigNode::Member {
  std::string key;
  Position position;
  ConfigNode value;
};

// What is wrong with a file, to be said all at once.
class ConfigErrors {
 public:
  explicit ConfigErrors(std::string path) : path_(std::move(path)) {}

  void add(Position position, std::string_view what);
  // ConfigFileError with a line each, "FILE:LINE:COLUMN: what", in the order of the file.
  void throw_if_any();

 private:
  std::string path_;
  std::vector<std::pair<Position, std::string>> errors_;
};

// One YAML document, or none. No aliases, no tags, at most 16 levels. Throws ConfigError where it is no such YAML; adds
// keys that stand twice to `errors`.
[[nodiscard]] ConfigNode read_config_tree(const std::string& text, ConfigErrors& errors);

}  // namespace tlsrpt::collector
