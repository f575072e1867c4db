#include "mime/envelope.hpp"

#include <utility>

#include "mime/address.hpp"
#include "mime/date.hpp"
#include "mime/encoded_word.hpp"
#include "mime/lexer.hpp"
#include "mime/text.hpp"
#include "parser/domain.hpp"
#include "parser/text.hpp"

namespace tlsrpt::mime {

namespace {

constexpr std::size_t kLongestText = 2048;        // bytes kept of a subject
constexpr std::size_t kLongestIdentifier = 1024;  // and of an identifier
constexpr std::size_t kLongestValue = 16u << 10;  // bytes looked at of the fields that need more than a copy

std::optional<std::string> text_or_none(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

std::optional<std::string> identifier(std::string_view value) {
  return text_or_none(parser::shorten(unfold(value.substr(0, kLongestValue)), kLongestIdentifier));
}

std::optional<std::string> message_id(std::string_view value) {
  const std::size_t begin = value.find('<');
  const std::size_t end = value.find('>', begin);
  if (begin == std::string_view::npos || end == std::string_view::npos) return identifier(value);
  return identifier(value.substr(begin + 1, end - begin - 1));
}

std::optional<std::string> text(std::string_view value, std::size_t most) {
  return text_or_none(parser::shorten(decode_encoded_words(unfold(value.substr(0, kLongestValue))), most));
}

std::optional<std::string> domain(std::string_view sent) {
  return text_or_none(parser::normalize_domain(sent));
}

// A name, maybe in brackets or with a comment.
std::optional<std::string> domain_field(std::string_view value) {
  constexpr Stops kEnd("<>,;");
  Lexer lexer(value.substr(0, kLongestValue));
  static_cast<void>(lexer.take('<'));
  return domain(parser::shorten(decode_encoded_words(lexer.value(kEnd)), kLongestIdentifier));
}

std::optional<std::string> from_domain(std::string_view value) {
  auto sent = first_address_domain(value.substr(0, kLongestValue));
  return sent ? domain(parser::shorten(std::move(*sent), kLongestIdentifier)) : std::nullopt;
}

// RFC 5322 §3.6.7: the time stands after the last semicolon.
std::optional<Time> received(std::string_view value) {
  const std::size_t semicolon = value.rfind(';');
  return semicolon == std::string_view::npos ? std::nullopt : parse_date(value.substr(semicolon + 1));
}

}  // namespace

Envelope read_envelope(const Header& header) {
  Envelope envelope;
  envelope.message_id = message_id(header.message_id);
  envelope.from_domain = from_domain(header.from);
  envelope.subject = text(header.subject, kLongestText);
  envelope.tls_report_domain = domain_field(header.tls_report_domain);
  envelope.tls_report_submitter = text(header.tls_report_submitter, kLongestIdentifier);
  for (const std::string_view value : header.authentication_results) {
    envelope.authentication_results.emplace_back(parser::trim(value));
  }
  return envelope;
}

std::optional<Time> time_of_receipt(const Header& header) {
  const auto time = received(header.received);
  return time ? time : parse_date(header.date);
}

}  // namespace tlsrpt::mime
