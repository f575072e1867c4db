#include "collector/input/sniff.hpp"

#include "mime/header.hpp"

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

}  // namespace

Content sniff(std::string_view head) noexcept {
  if (is_archive(head) || is_json(head)) return Content::kReport;
  if (head.starts_with("From ")) return Content::kMbox;
  if (mime::begins_with_field(mime::skip_to_header(head))) return Content::kMail;
  return Content::kUnknown;
}

}  // namespace tlsrpt::collector
