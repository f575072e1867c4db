#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

// Header blocks (RFC 5322 §2.2), by views: nothing is copied.
namespace tlsrpt::mime {

// The fields of a message or a part that somebody looks at: values as sent, folds and all, the topmost of repeated
// ones; "" where there is none.
struct Header {
  std::string_view message_id;
  std::string_view from;
  std::string_view subject;
  std::string_view date;
  std::string_view received;
  std::string_view tls_report_domain;     // RFC 8460 §5.3
  std::string_view tls_report_submitter;  // RFC 8460 §5.3
  std::string_view content_type;
  std::string_view misspelt_content_type;  // ContentType (mail-23)
  std::string_view content_transfer_encoding;
  std::string_view content_disposition;
  std::string_view content_description;
  std::vector<std::string_view> authentication_results;  // the topmost fifty
};

// Behind the LF of the line that begins at `begin`; the text's end where it has none. Inline: a message has many lines.
[[nodiscard]] inline std::size_t line_end(std::string_view text, std::size_t begin) noexcept {
  const std::size_t newline = text.find('\n', begin);
  return newline == std::string_view::npos ? text.size() : newline + 1;
}

// The line that `text` begins with, its LF included if it has one.
[[nodiscard]] inline std::string_view first_line(std::string_view text) noexcept {
  return text.substr(0, line_end(text, 0));
}

[[nodiscard]] inline bool begins_with_blank_line(std::string_view text) noexcept {
  return text.starts_with('\n') || text.starts_with("\r\n");
}

// Whether `text` begins with a header field (RFC 5322 §2.2; §4.5.8 allows white space before the colon), and not
// with a URL.
[[nodiscard]] bool begins_with_field(std::string_view text) noexcept;

// A message from its first field on: without a byte order mark, empty lines, or an mbox's quoted separator before it.
// Whatever has no field there is left as it is.
[[nodiscard]] std::string_view skip_to_header(std::string_view message) noexcept;

// What of `text` stands before its first blank line.
[[nodiscard]] std::string_view header_block(std::string_view text) noexcept;

// The field that `text` begins with, folds and all, goes into the header; its length. A line that is no field is
// passed over.
std::size_t read_field(std::string_view text, Header& header);

[[nodiscard]] Header read_header(std::string_view block);

}  // namespace tlsrpt::mime
