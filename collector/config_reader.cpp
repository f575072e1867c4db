#include "collector/config_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "collector/config_expand.hpp"
#include "collector/edit_distance.hpp"
#include "collector/escape.hpp"
#include "collector/units.hpp"
#include "collector/utf8.hpp"

namespace tlsrpt::collector {

namespace {

constexpr std::size_t kLongestQuote = 64;

// Where no space follows the colon, YAML takes the value for a piece of the key, which may be a password.
std::string key_with_value(std::string_view key, std::size_t end, const std::vector<ConfigReader::Key>& known) {
  const auto name = key.substr(0, end);
  const bool is_known = std::ranges::find(known, name, &ConfigReader::Key::name) != known.end();
  return fmt::format("unknown key \"{}…\": expected a colon and a space after {}",
                     printable(key.substr(0, end + 1), kLongestQuote), is_known ? name : "the key");
}

std::string unknown_key(const std::string& key, const std::vector<ConfigReader::Key>& known) {
  if (const auto end = key.find_first_of(":="); end != std::string::npos) return key_with_value(key, end, known);
  if (key.size() <= kLongestQuote) {
    const auto nearness = [&](const ConfigReader::Key& candidate) { return edit_distance(key, candidate.name); };
    const auto nearest = std::ranges::min_element(known, {}, nearness);
    if (nearness(*nearest) <= 2) {
      return fmt::format("unknown key \"{}\": did you mean \"{}\"?", printable(key), nearest->name);
    }
  }
  std::vector<std::string_view> names;
  names.reserve(known.size());
  for (const auto& candidate : known) names.push_back(candidate.name);
  return fmt::format("unknown key \"{}\": expected {}", printable(key, kLongestQuote), fmt::join(names, ", "));
}

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The units that a whole number of `unit` can be written in.
std::string_view units_from(std::chrono::milliseconds unit) noexcept {
  if (unit >= std::chrono::days{1}) return "d";
  return unit >= std::chrono::seconds{1} ? "s, m, h, d" : "ms, s, m, h, d";
}

}  // namespace

void ConfigReader::map(const ConfigNode& node, const std::vector<Key>& keys) const {
  if (node.kind != ConfigNode::Kind::kMap && node.kind != ConfigNode::Kind::kNothing) {
    fail(node.position, "expected a map of keys and values");
  }
  for (const auto& member : node.members) {
    const auto key = std::ranges::find(keys, member.key, &Key::name);
    if (key == keys.end()) {
      fail(member.position, unknown_key(member.key, keys));
    } else {
      key->read(member.value);
    }
  }
}

void ConfigReader::list(const ConfigNode& node, const Read& read_item) const {
  if (node.kind != ConfigNode::Kind::kList && node.kind != ConfigNode::Kind::kNothing) {
    fail(node.position, "expected a list");
  }
  for (const auto& item : node.items) read_item(item);
}

std::optional<std::string> ConfigReader::scalar(const ConfigNode& node, std::string_view expected,
                                                bool is_secret) const {
  if (node.kind != ConfigNode::Kind::kScalar) {
    fail(node.position, expected);
    return std::nullopt;
  }
  auto expansion = expand_variables(node.text);
  if (expansion.malformed) {
    fail(node.position, "expected a variable's name and } after ${ (write $${ for the characters themselves)");
    return std::nullopt;
  }
  if (expansion.unset) {
    const bool is_quoted = !is_secret && looks_like_variable(*expansion.unset);
    fail(node.position, is_quoted ? fmt::format("expected the environment variable {} to be set",
                                                printable(*expansion.unset, kLongestQuote))
                                  : "expected the environment variable that stands here to be set");
    return std::nullopt;
  }
  return std::move(expansion.text);
}

ConfigReader::Read ConfigReader::secret(std::optional<Secret>& into) const {
  return [this, &into](const ConfigNode& node) {
    if (auto text = scalar(node, "expected a line of text", true)) into = Secret{std::move(*text)};
  };
}

std::optional<std::uint64_t> ConfigReader::bounded_size(const ConfigNode& node, std::string_view least,
                                                        std::string_view most) const {
  const auto expected = fmt::format("expected a size from {} to {} (B, KiB, MiB, GiB)", least, most);
  return value(node, expected, [=](const std::string& text) {
    const auto size = parse_size(text);
    return size >= parse_size(least) && size <= parse_size(most) ? size : std::nullopt;
  });
}

std::optional<std::uint64_t> ConfigReader::bounded_number(const ConfigNode& node, std::uint64_t least,
                                                          std::uint64_t most) const {
  const auto expected = fmt::format("expected a number from {} to {}", least, most);
  return value(node, expected, [=](const std::string& text) {
    const auto number = parse_number(text);
    return number >= least && number <= most ? number : std::nullopt;
  });
}

std::optional<std::chrono::milliseconds> ConfigReader::bounded_duration(const ConfigNode& node, std::string_view least,
                                                                        std::string_view most,
                                                                        std::chrono::milliseconds unit) const {
  const auto expected =
      fmt::format("expected a duration from {} to {} with its unit ({})", least, most, units_from(unit));
  return value(node, expected, [=](const std::string& text) {
    const auto duration = parse_duration(text);
    const bool fits = duration >= parse_duration(least) && duration <= parse_duration(most);
    return fits && *duration % unit == std::chrono::milliseconds{0} ? duration : std::nullopt;
  });
}

std::optional<std::size_t> ConfigReader::index_of_word(const ConfigNode& node,
                                                       const std::vector<std::string_view>& words) const {
  return value(node, fmt::format("expected {}", fmt::join(words, " or ")), [&](const std::string& text) {
    const auto word = std::ranges::find(words, text);
    return word == words.end() ? std::nullopt : std::optional{static_cast<std::size_t>(word - words.begin())};
  });
}

std::optional<std::string> one_line(std::string text) {
  const bool has_control = std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
  if (text.empty() || has_control || !is_utf8(text)) return std::nullopt;
  return text;
}

}  // namespace tlsrpt::collector
