#include "collector/input/sniff.hpp"

#include <algorithm>

namespace tlsrpt::collector {
namespace {

using namespace std::string_view_literals;

bool is_archive(std::string_view head) noexcept {
  return head.starts_with("\x1f\x8b"sv) || head.starts_with("PK\x03\x04"sv) || head.starts_with("PK\x05\x06"sv);
}

// In UTF-8 or UTF-16 of either order, with or without a byte order mark (json-22, json-23).
bool is_json(std::string_view head) noexcept {
  const auto first = head.find_first_not_of("\xef\xbb\xbf\xfe\xff\0 \t\r\n"sv);
  return first != std::string_view::npos && (head[first] == '{' || head[first] == '[');
}

// RFC 5322 §2.2: printable ASCII but the colon, then the colon; §4.5 allows white space before it.
bool is_header(std::string_view head) noexcept {
  const auto colon = head.find_first_of(":\n");
  if (colon == std::string_view::npos || head[colon] != ':') return false;
  const std::string_view name = head.substr(0, head.substr(0, colon).find_last_not_of(" \t") + 1);
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

Content sniff(std::string_view head) noexcept {
  if (is_archive(head) || is_json(head)) return Content::kReport;
  if (head.starts_with("From ")) return Content::kMbox;
  if (is_header(head)) return Content::kMail;
  return Content::kUnknown;
}

}  // namespace tlsrpt::collector
