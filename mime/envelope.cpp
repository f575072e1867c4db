#include "mime/envelope.hpp"

#include <algorithm>
#include <utility>

#include "mime/address.hpp"
#include "mime/date.hpp"
#include "mime/encoded_word.hpp"
#include "mime/header.hpp"
#include "mime/text.hpp"
#include "parser/domain.hpp"
#include "parser/text.hpp"

namespace tlsrpt::mime {

namespace {

constexpr std::size_t kLongestText = 2048;        // bytes kept of a subject
constexpr std::size_t kLongestIdentifier = 1024;  // and of an identifier
constexpr std::size_t kLongestValue = 16u << 10;  // bytes looked at of the fields that need more than a copy
constexpr std::size_t kMostAuthenticationResults = 50;

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

std::optional<std::string> subject(std::string_view value) {
  return text_or_none(parser::shorten(decode_encoded_words(unfold(value.substr(0, kLongestValue))), kLongestText));
}

std::optional<std::string> domain(const std::optional<std::string>& sent) {
  if (!sent) return std::nullopt;
  return text_or_none(parser::normalize_domain(*sent));
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

// The raw values of the fields that make the envelope.
struct Fields {
  std::optional<std::string_view> message_id, from, subject, report_domain, report_submitter;

  [[nodiscard]] std::optional<std::string_view>* find(std::string_view name) noexcept {
    if (iequals(name, "Message-ID")) return &message_id;
    if (iequals(name, "From")) return &from;
    if (iequals(name, "Subject")) return &subject;
    if (iequals(name, "TLS-Report-Domain")) return &report_domain;
    if (iequals(name, "TLS-Report-Submitter")) return &report_submitter;
    return nullptr;
  }
};

}  // namespace

Envelope read_envelope(std::string_view header) {
  Envelope envelope;
  Fields fields;
  FieldReader reader(header);
  while (const auto field = reader.next()) {
    if (auto* known = fields.find(field->name)) {
      if (!*known) *known = field->value;
    } else if (iequals(field->name, "Authentication-Results") &&
               envelope.authentication_results.size() < kMostAuthenticationResults) {
      envelope.authentication_results.push_back(unfold(field->value));
    }
  }
  if (fields.message_id) envelope.message_id = message_id(*fields.message_id);
  if (fields.from) envelope.from_domain = from_domain(*fields.from);
  if (fields.subject) envelope.subject = subject(*fields.subject);
  if (fields.report_domain) envelope.tls_report_domain = domain(identifier(*fields.report_domain));
  if (fields.report_submitter) envelope.tls_report_submitter = identifier(*fields.report_submitter);
  return envelope;
}

std::optional<Time> time_of_receipt(std::string_view header) {
  std::optional<std::string_view> topmost;
  std::optional<std::string_view> date;
  FieldReader reader(header);
  while (const auto field = reader.next()) {
    if (!topmost && iequals(field->name, "Received")) topmost = field->value;
    if (!date && iequals(field->name, "Date")) date = field->value;
  }
  const auto time = topmost ? received(*topmost) : std::nullopt;
  return time || !date ? time : parse_date(*date);
}

}  // namespace tlsrpt::mime
