#include "collector/config_tree.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "collector/error.hpp"
#include "collector/escape.hpp"

namespace tlsrpt::collector {

namespace {

constexpr std::size_t kDeepest = 16;
constexpr std::size_t kLongestQuote = 64;

Position position_of(const YAML::Mark& mark) {
  return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
}

// Sound YAML that is not wanted here.
class Refusal : public YAML::ParserException {
 public:
  using YAML::ParserException::ParserException;
};

// Whether the quote at `begin` ends anywhere. The library takes one that does not for a text up to the file's end.
bool is_closed(std::string_view text, std::size_t begin) {
  const char quote = begin < text.size() ? text[begin] : '\0';
  if (quote != '\'' && quote != '"') return true;
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 == text.size() || text[i + 1] != quote) return true;
      ++i;  // '' is a quote within
    }
  }
  return false;
}

// Without a byte order mark, which the library's positions do not count.
std::string_view counted(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  return text.substr(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
}

// Builds the tree from the parser's events.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, ConfigErrors& errors) : text_(counted(text)), errors_(errors) {}

  [[nodiscard]] ConfigNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (std::exchange(begun_, true)) throw Refusal(mark, "expected a single YAML document");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    place({.kind = ConfigNode::Kind::kNothing, .position = position_of(mark)});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal(mark, "expected no alias (they are not supported; text that begins with * needs quotes)");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    refuse_tag(mark, tag);
    if (!is_closed(text_, static_cast<std::size_t>(std::max(mark.pos, 0)))) {
      throw Refusal(mark, "expected a quote at the end of this text, which goes on to the end of the file");
    }
    place({.kind = ConfigNode::Kind::kScalar, .position = position_of(mark), .text = value});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, ConfigNode::Kind::kList);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(mark, tag, ConfigNode::Kind::kMap);
  }
  void OnMapEnd() override { close(); }

 private:
  // A list or map that is not complete yet.
  struct Open {
    ConfigNode node;
    std::optional<ConfigNode> key;     // of a map: read, and its value not yet
    std::map<std::string, int> lines;  // of a map: the keys so far
  };

  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    // "?" and "!" are how the parser says plain and quoted.
    if (!tag.empty() && tag != "?" && tag != "!") throw Refusal(mark, "expected no YAML tag");
  }

  void open(const YAML::Mark& mark, const std::string& tag, ConfigNode::Kind kind) {
    refuse_tag(mark, tag);
    if (open_.size() == kDeepest) throw Refusal(mark, fmt::format("expected at most {} levels", kDeepest));
    open_.push_back({.node = {.kind = kind, .position = position_of(mark)}});
  }

  void close() {
    ConfigNode node = std::move(open_.back().node);
    open_.pop_back();
    place(std::move(node));
  }

  void place(ConfigNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (Open& parent = open_.back(); parent.node.kind == ConfigNode::Kind::kList) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      parent.key = std::move(node);
    } else {
      add_member(parent, std::move(*std::exchange(parent.key, std::nullopt)), std::move(node));
    }
  }

  void add_member(Open& map, ConfigNode key, ConfigNode value) {
    if (key.kind != ConfigNode::Kind::kScalar) {
      errors_.add(key.position, "expected a key that is plain text");
      return;
    }
    const auto [first, is_new] = map.lines.emplace(key.text, key.position.line);
    if (!is_new) {
      errors_.add(key.position, fmt::format("expected every key once: \"{}\" stands in line {} already",
                                            printable(key.text, kLongestQuote), first->second));
      return;
    }
    // The library says where the next thing begins, which may be lines further down.
    if (value.kind == ConfigNode::Kind::kNothing) value.position = key.position;
    map.node.members.push_back({std::move(key.text), key.position, std::move(value)});
  }

  std::string_view text_;
  ConfigErrors& errors_;
  bool begun_ = false;
  ConfigNode root_;
  std::vector<Open> open_;
};

// Where the library's words go on to quote the file after a colon, that is left out: it may be a password.
std::string_view without_quote(std::string_view message) {
  return message.substr(0, message.find(": "));
}

}  // namespace

void ConfigErrors::add(Position position, std::string_view what) {
  errors_.emplace_back(position, what);
}

void ConfigErrors::throw_if_any() {
  if (errors_.empty()) return;
  std::ranges::stable_sort(errors_, {}, &std::pair<Position, std::string>::first);
  const auto path = printable(path_);
  std::string lines;
  for (const auto& [position, what] : errors_) {
    lines += fmt::format("{}{}:{}:{}: {}", lines.empty() ? "" : "\n", path, position.line, position.column, what);
  }
  throw ConfigFileError(lines);
}

ConfigNode read_config_tree(const std::string& text, ConfigErrors& errors) {
  std::istringstream stream(text);
  TreeBuilder builder(text, errors);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) continue;
  } catch (const Refusal& e) {
    errors.add(position_of(e.mark), e.msg);
    errors.throw_if_any();
  } catch (const YAML::Exception& e) {
    errors.add(position_of(e.mark), fmt::format("expected YAML: {}", without_quote(e.msg)));
    errors.throw_if_any();
  }
  return builder.take_root();
}

}  // namespace tlsrpt::collector
