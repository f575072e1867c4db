#include "mime/header.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "mime/text.hpp"

namespace tlsrpt::mime {

namespace {

constexpr std::size_t kMostAuthenticationResults = 50;

constexpr std::array<std::pair<std::string_view, std::string_view Header::*>, 12> kFields = {{
    {"Message-ID", &Header::message_id},
    {"From", &Header::from},
    {"Subject", &Header::subject},
    {"Date", &Header::date},
    {"Received", &Header::received},
    {"TLS-Report-Domain", &Header::tls_report_domain},
    {"TLS-Report-Submitter", &Header::tls_report_submitter},
    {"Content-Type", &Header::content_type},
    {"ContentType", &Header::misspelt_content_type},
    {"Content-Transfer-Encoding", &Header::content_transfer_encoding},
    {"Content-Disposition", &Header::content_disposition},
    {"Content-Description", &Header::content_description},
}};

// RFC 5322 §4.5.8: white space before the colon is obsolete, and still sent.
std::string_view without_space_at_end(std::string_view name) noexcept {
  while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
  return name;
}

void keep_field(std::string_view name, std::string_view value, Header& header) {
  for (const auto& [known, member] : kFields) {
    if (!iequals(name, known)) continue;
    if ((header.*member).empty()) header.*member = value;
    return;
  }
  if (iequals(name, "Authentication-Results") && header.authentication_results.size() < kMostAuthenticationResults) {
    header.authentication_results.push_back(value);
  }
}

}  // namespace

bool begins_with_field(std::string_view text) noexcept {
  const std::size_t colon = text.find_first_of(":\n");
  if (colon == std::string_view::npos || text[colon] != ':' || text.substr(colon).starts_with("://")) return false;
  const std::string_view name = without_space_at_end(text.substr(0, colon));
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string_view skip_to_header(std::string_view message) noexcept {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  std::string_view rest = message;
  if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
  while (begins_with_blank_line(rest) || rest.starts_with(">From ")) rest.remove_prefix(first_line(rest).size());
  const bool skipped = rest.size() < message.size();
  return skipped && begins_with_field(rest) && is_alphanumeric(rest.front()) ? rest : message;  // JSON may follow, too
}

std::string_view header_block(std::string_view text) noexcept {
  std::size_t length = 0;
  while (length < text.size() && !begins_with_blank_line(text.substr(length))) length = line_end(text, length);
  return text.substr(0, length);
}

std::size_t read_field(std::string_view text, Header& header) {
  std::size_t length = 0;
  do length = line_end(text, length);
  while (length < text.size() && (text[length] == ' ' || text[length] == '\t'));
  const std::string_view field = text.substr(0, length);
  const std::size_t colon = field.find(':');
  if (colon == std::string_view::npos) return length;
  keep_field(without_space_at_end(field.substr(0, colon)), field.substr(colon + 1), header);
  return length;
}

Header read_header(std::string_view block) {
  Header header;
  while (!block.empty()) block.remove_prefix(read_field(block, header));
  return header;
}

}  // namespace tlsrpt::mime
