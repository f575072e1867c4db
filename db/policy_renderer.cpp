#include "db/policy_renderer.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tlsrpt::db {
namespace {

constexpr std::size_t kMostKept = 2000;
constexpr std::size_t kLongestKept = 1u << 10;

void add(std::string& key, std::size_t number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void add(std::string& key, std::string_view text) {
  add(key, text.size());
  key.append(text);
}

// Absent is a length that no text has.
void add(std::string& key, const std::optional<std::string>& text) {
  text ? add(key, std::string_view(*text)) : add(key, std::string::npos);
}

void add(std::string& key, const std::vector<std::string>& texts) {
  add(key, texts.size());
  for (const std::string& text : texts) add(key, std::string_view(text));
}

std::int64_t first_64_bits(const parser::Digest& digest) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | digest[i];
  return static_cast<std::int64_t>(number);
}

}  // namespace

std::string_view PolicyRenderer::render(const parser::Policy& policy, std::string_view recipient_domain,
                                        const std::optional<std::string>& organization_name) {
  key_.clear();
  add(key_, policy.policy_type);
  add(key_, policy.policy_domain);
  add(key_, recipient_domain);
  add(key_, policy.policy_string);
  add(key_, policy.mx_host);
  add(key_, organization_name);
  if (const auto known = rendered_.find(key_); known != rendered_.end()) return known->second;

  text_ = {};
  text_.text(policy.policy_type)
      .text(policy.policy_domain)
      .text(recipient_domain)
      .array(policy.policy_string)
      .array(policy.mx_host);
  put_series(policy, recipient_domain, organization_name);
  if (key_.size() + text_.lines().size() > kLongestKept) return text_.lines();
  if (rendered_.size() == kMostKept) rendered_.clear();
  return rendered_.emplace(key_, text_.lines()).first->second;
}

// MTA-STS and DANE policies are followed over time, where the sender quotes them (json-36).
void PolicyRenderer::put_series(const parser::Policy& policy, std::string_view recipient_domain,
                                const std::optional<std::string>& organization_name) {
  if ((policy.policy_type == "sts" || policy.policy_type == "tlsa") && !policy.policy_string.empty()) {
    text_.integer(first_64_bits(digester_.policy_series(policy, recipient_domain, organization_name)))
        .integer(first_64_bits(digester_.policy_version(policy)));
  } else {
    text_.null().null();
  }
}

}  // namespace tlsrpt::db
