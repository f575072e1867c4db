#include "mime/authentication_results.hpp"

#include <algorithm>
#include <string>

#include "check.hpp"
#include "mime/authentication.hpp"

// Authentication-Results: only a field of our own server can make a message authentic.
namespace {

using tlsrpt::fuzz::require;
using tlsrpt::mime::Authentic;
using tlsrpt::mime::Envelope;

constexpr const char* kOurs = "mx.example.com";

bool is_lower(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

Authentic verdict(std::string field) {
  Envelope envelope;
  envelope.from_domain = "example.net";
  envelope.authentication_results = {std::move(field)};
  return tlsrpt::mime::authenticate(envelope, kOurs);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string field(tlsrpt::fuzz::text_of(data, size));
  const auto parsed = tlsrpt::mime::parse_authentication_results(field);
  const Authentic authentic = verdict(field);
  if (!parsed || !equal_ignoring_case(parsed->authserv_id, kOurs)) {
    require(authentic == Authentic::kUnknown, "another server's field says nothing");
    return 0;
  }
  bool passes = false;
  for (const auto& result : parsed->results) {
    require(!result.method.empty() && is_lower(result.method) && is_lower(result.result), "methods are in lower case");
    passes = passes || (result.method == "dkim" && result.result == "pass");
  }
  require(passes || authentic != Authentic::kPass, "without dkim=pass nothing passes");
  return 0;
}
