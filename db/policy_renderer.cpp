#include "db/policy_renderer.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tlsrpt::db {
namespace {

constexpr std::size_t kMostKept = 1000;
constexpr std::size_t kLongestKept = 2u << 10;  // bytes of lines and hosts

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

// Bytes in a key.
std::size_t length(const std::vector<std::string>& texts) {
  std::size_t sum = 0;
  for (const std::string& text : texts) sum += sizeof(std::size_t) + text.size();
  return sum;
}

std::int64_t first_64_bits(const parser::Digest& digest) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | digest[i];
  return static_cast<std::int64_t>(number);
}

}  // namespace

void PolicyRenderer::put(const parser::Policy& policy, std::string_view recipient_domain,
                         const std::optional<std::string>& organization_name, CopyText& row) {
  if (length(policy.policy_string) + length(policy.mx_host) > kLongestKept) {
    render(policy, recipient_domain, organization_name, row);
    return;
  }
  key_.clear();
  add(key_, policy.policy_type);
  add(key_, policy.policy_domain);
  add(key_, recipient_domain);
  add(key_, policy.policy_string);
  add(key_, policy.mx_host);
  add(key_, organization_name);
  auto known = rendered_.find(key_);
  if (known == rendered_.end()) {
    if (rendered_.size() == kMostKept) rendered_.clear();
    CopyText fields;
    render(policy, recipient_domain, organization_name, fields);
    known = rendered_.emplace(key_, std::move(fields.lines())).first;
  }
  row.fields(known->second);
}

void PolicyRenderer::render(const parser::Policy& policy, std::string_view recipient_domain,
                            const std::optional<std::string>& organization_name, CopyText& row) {
  row.text(policy.policy_type)
      .text(policy.policy_domain)
      .text(recipient_domain)
      .array(policy.policy_string)
      .array(policy.mx_host);
  // MTA-STS and DANE policies are followed over time, where the sender quotes them (json-36).
  if ((policy.policy_type == "sts" || policy.policy_type == "tlsa") && !policy.policy_string.empty()) {
    row.integer(first_64_bits(digester_.policy_series(policy, recipient_domain, organization_name)))
        .integer(first_64_bits(digester_.policy_version(policy)));
  } else {
    row.null().null();
  }
}

}  // namespace tlsrpt::db
