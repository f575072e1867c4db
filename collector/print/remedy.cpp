#include "collector/print/remedy.hpp"

#include <algorithm>
#include <string_view>

namespace tlsrpt::collector {
namespace {

constexpr std::string_view kBeforeCommands = ": ";
constexpr std::string_view kBetweenCommands = "; ";

std::size_t begin_of_commands(std::string_view remedy) noexcept {
  const auto end_of_advice = remedy.find(kBeforeCommands);
  return end_of_advice == std::string_view::npos ? remedy.size() : end_of_advice + kBeforeCommands.size();
}

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_host_name(std::string_view name) noexcept {
  return !name.empty() && name.front() != '-' && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
  });
}

// `text` with every whole word `placeholder` replaced.
std::string replaced(std::string_view text, std::string_view placeholder, const std::optional<std::string>& name) {
  if (!name || !is_host_name(*name)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const auto length =
        static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_letter_or_digit) - text.begin());
    const auto word = text.substr(0, std::max<std::size_t>(length, 1));
    out += word == placeholder ? *name : word;
    text.remove_prefix(word.size());
  }
  return out;
}

}  // namespace

std::string remedy_for(const parser::ResultType& type, const std::optional<std::string>& mx,
                       const std::optional<std::string>& domain) {
  // In the advice "MX" is a word, not a name.
  const auto commands = begin_of_commands(type.remedy);
  const std::string advice(type.remedy.substr(0, commands));
  return replaced(advice + replaced(type.remedy.substr(commands), "MX", mx), "DOMAIN", domain);
}

Steps steps_of(std::string_view remedy) {
  const auto begin = begin_of_commands(remedy);
  auto advice = remedy.substr(0, begin);
  if (advice.ends_with(kBeforeCommands)) advice.remove_suffix(kBeforeCommands.size());
  Steps steps{.advice = std::string(advice), .commands = {}};
  for (auto rest = remedy.substr(begin); !rest.empty();) {
    const auto end = std::min(rest.find(kBetweenCommands), rest.size());
    steps.commands.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + kBetweenCommands.size(), rest.size()));
  }
  return steps;
}

}  // namespace tlsrpt::collector
