#include "mime/authentication_results.hpp"

#include "mime/lexer.hpp"
#include "mime/text.hpp"
#include "parser/text.hpp"

namespace tlsrpt::mime {

namespace {

constexpr Stops kNameEnd(";=/.");
constexpr Stops kWordEnd(";=");
constexpr Stops kValueEnd(";");

// RFC 8601 §2.6: what another version of the field or of a method means is not known.
bool is_known_version(std::string_view version) noexcept {
  return version == "1";
}

// methodspec: method [ "/" version ] "=" result
bool read_method(Lexer& lexer, MethodResult& result) {
  result.method = parser::ascii_lower(lexer.word(kNameEnd));
  if (lexer.take('/') && !is_known_version(lexer.word(kNameEnd))) return false;
  if (result.method.empty() || !lexer.take('=')) return false;
  result.result = parser::ascii_lower(lexer.word(kWordEnd));
  return !result.result.empty();
}

// reasonspec: "reason" "=" value; propspec: ptype "." property "=" pvalue
bool read_property(Lexer& lexer, MethodResult& result) {
  std::string name = parser::ascii_lower(lexer.word(kNameEnd));
  const bool is_property = lexer.take('.');
  if (is_property) name.append(1, '.').append(parser::ascii_lower(lexer.word(kWordEnd)));
  if (name.empty() || !lexer.take('=')) return false;
  std::string value = lexer.value(kValueEnd);
  if (is_property) result.properties.emplace_back(std::move(name), std::move(value));
  return true;
}

// Between semicolons; false for what does not keep to the grammar.
bool read_result(Lexer& lexer, MethodResult& result) {
  if (!read_method(lexer, result)) return false;
  while (!lexer.at_end() && lexer.peek() != ';') {
    if (!read_property(lexer, result)) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string_view> MethodResult::property(std::string_view name) const noexcept {
  for (const auto& [other, value] : properties) {
    if (other == name) return value;
  }
  return std::nullopt;
}

std::optional<AuthenticationResults> parse_authentication_results(std::string_view value) {
  Lexer lexer(value);
  AuthenticationResults parsed;
  parsed.authserv_id = lexer.value(kWordEnd);
  // RFC 8601 §2.2: a version may follow the authserv-id. Some servers begin with a result instead, and have no id.
  const std::string_view version = lexer.word(kWordEnd);
  const bool is_followed_well =
      (version.empty() || is_known_version(version)) && (lexer.at_end() || lexer.peek() == ';');
  if (parsed.authserv_id.empty() || !is_followed_well) return std::nullopt;

  while (lexer.skip_past(kValueEnd)) {
    MethodResult result;
    if (read_result(lexer, result)) parsed.results.push_back(std::move(result));
  }
  return parsed;
}

}  // namespace tlsrpt::mime
