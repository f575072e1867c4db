#include "parser/domain.hpp"

#include <cstdint>
#include <memory>

#include <idn2.h>

#include "parser/text.hpp"

namespace tlsrpt::parser {
namespace {

constexpr std::size_t kLongestUnicodeName = 4 * kLongestName;  // a character has at most four bytes

std::string_view strip(std::string_view domain) {
  domain = trim(domain);
  while (!domain.empty() && is_one_of(domain.back(), ". \t\r\n\v\f")) domain.remove_suffix(1);
  return domain;
}

std::string to_a_labels(const std::string& domain) {
  char* output = nullptr;
  const int result = idn2_to_ascii_8z(domain.c_str(), &output, IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, decltype(&idn2_free)> owned(output, idn2_free);
  return result == IDN2_OK && output != nullptr ? std::string(output) : std::string();
}

}  // namespace

std::string normalize_domain(std::string_view domain) {
  std::string lower = ascii_lower(strip(domain));
  if (is_ascii(lower) || lower.size() > kLongestUnicodeName || lower.find('\0') != std::string::npos) return lower;
  const std::string ascii = to_a_labels(lower);
  const std::string_view name = strip(ascii);  // an ideographic full stop at the end became a dot
  return name.empty() ? lower : std::string(name);
}

bool equal_or_below(std::string_view domain, std::string_view parent) noexcept {
  if (parent.empty() || !domain.ends_with(parent)) return false;
  const std::size_t above = domain.size() - parent.size();
  return above == 0 || domain[above - 1] == '.';
}

}  // namespace tlsrpt::parser
