#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/config_tree.hpp"
#include "collector/secret.hpp"

// Values of the configuration tree: typed, with ${VARIABLE} expanded, and whatever is wrong with them noted. What an
// error says never quotes a value: it may be a secret in the wrong place.
namespace tlsrpt::collector {

// The text, if it is UTF-8 of one line and not empty.
[[nodiscard]] std::optional<std::string> one_line(std::string text);

class ConfigReader {
 public:
  // What to do with the value of a key.
  using Read = std::function<void(const ConfigNode&)>;
  struct Key {
    std::string_view name;
    Read read;
  };
  template <typename Value>
  using Words = std::vector<std::pair<std::string_view, Value>>;

  explicit ConfigReader(ConfigErrors& errors) : errors_(errors) {}

  void fail(Position position, std::string_view what) const { errors_.add(position, what); }

  // Hands each member to its key's reader. Other keys are errors; an empty value is a map without members.
  void map(const ConfigNode& node, const std::vector<Key>& keys) const;
  // Each item of a list; an empty value is a list without items.
  void list(const ConfigNode& node, const Read& read_item) const;

  // What `parse` (std::string → std::optional) makes of a scalar; where that is nothing, the error says `expected`.
  template <typename Parse>
  auto value(const ConfigNode& node, std::string_view expected, const Parse& parse) const
      -> decltype(parse(std::string{})) {
    auto text = scalar(node, expected);
    if (!text) return std::nullopt;
    auto parsed = parse(std::move(*text));
    if (!parsed) fail(node.position, expected);
    return parsed;
  }

  // Readers that store into a variable, which must outlive them. Bounds are included, and written as in the file.
  [[nodiscard]] Read secret(std::optional<Secret>& into) const;

  // A line that is not empty.
  template <typename Text>
  [[nodiscard]] Read text(Text& into) const {
    return [this, &into](const ConfigNode& node) {
      if (auto text = value(node, "expected a line of text", one_line)) into = std::move(*text);
    };
  }

  template <std::integral Size>
  [[nodiscard]] Read size(Size& into, std::string_view least, std::string_view most) const {
    return [=, this, &into](const ConfigNode& node) {
      if (const auto size = bounded_size(node, least, most)) into = static_cast<Size>(*size);
    };
  }

  template <std::integral Number>
  [[nodiscard]] Read number(Number& into, std::uint64_t least, std::uint64_t most) const {
    return [=, this, &into](const ConfigNode& node) {
      if (const auto number = bounded_number(node, least, most)) into = static_cast<Number>(*number);
    };
  }

  template <typename Duration>
  [[nodiscard]] Read duration(Duration& into, std::string_view least, std::string_view most) const {
    return [=, this, &into](const ConfigNode& node) {
      if (const auto duration = bounded_duration(node, least, most, Duration{1})) {
        into = std::chrono::duration_cast<Duration>(*duration);
      }
    };
  }

  template <typename Value>
  [[nodiscard]] Read word(Value& into, const Words<Value>& words) const {
    return [=, this, &into](const ConfigNode& node) {
      std::vector<std::string_view> names;
      for (const auto& [name, value] : words) names.push_back(name);
      if (const auto index = index_of_word(node, names)) into = words.at(*index).second;
    };
  }

 private:
  // A scalar, expanded. A secret's error does not even name a variable: that might be a piece of the secret.
  [[nodiscard]] std::optional<std::string> scalar(const ConfigNode& node, std::string_view expected,
                                                  bool is_secret = false) const;
  [[nodiscard]] std::optional<std::uint64_t> bounded_size(const ConfigNode& node, std::string_view least,
                                                          std::string_view most) const;
  [[nodiscard]] std::optional<std::uint64_t> bounded_number(const ConfigNode& node, std::uint64_t least,
                                                            std::uint64_t most) const;
  [[nodiscard]] std::optional<std::chrono::milliseconds> bounded_duration(const ConfigNode& node,
                                                                          std::string_view least, std::string_view most,
                                                                          std::chrono::milliseconds unit) const;
  [[nodiscard]] std::optional<std::size_t> index_of_word(const ConfigNode& node,
                                                         const std::vector<std::string_view>& words) const;

  ConfigErrors& errors_;
};

}  // namespace tlsrpt::collector
