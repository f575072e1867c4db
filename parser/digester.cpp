#include "parser/digester.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <utility>

#include <openssl/evp.h>
#include <unicase.h>

#include "parser/text.hpp"

namespace tlsrpt::parser {
namespace {

std::string fold_case(const std::string& text) {
  if (is_ascii(text)) return ascii_lower(text);
  std::size_t length = 0;
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> folded(
      u8_casefold(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), nullptr, nullptr, nullptr, &length),
      std::free);
  if (!folded) throw std::bad_alloc();
  return {reinterpret_cast<const char*>(folded.get()), length};
}

void check(int openssl_result) {
  if (openssl_result != 1) throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

}  // namespace

void Digester::ContextDeleter::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}
void Digester::AlgorithmDeleter::operator()(evp_md_st* algorithm) const noexcept {
  EVP_MD_free(algorithm);
}

Digester::Digester() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
  check(algorithm_ && context_ ? 1 : 0);
}

Digester::~Digester() = default;

Digest Digester::identity(const Report& report) {
  std::vector<std::string_view> domains;
  for (const Policy& policy : report.policies) {
    if (policy.policy_domain) domains.emplace_back(*policy.policy_domain);
  }

  begin();
  add(report.organization_name ? std::optional(fold_case(*report.organization_name)) : std::nullopt);
  add(report.report_id);
  add(report.start_datetime);
  add(report.end_datetime);
  add_set(std::move(domains));
  return finish();
}

Digest Digester::content(const Report& report) {
  begin();
  add(report.organization_name);
  add(report.start_datetime);
  add(report.end_datetime);
  add(report.contact_info);
  add(report.report_id);
  add(static_cast<std::int64_t>(report.policies.size()));
  for (const Policy& policy : report.policies) add(policy);
  return finish();
}

Digest Digester::policy_series(const Policy& policy, std::string_view recipient_domain,
                               const std::optional<std::string>& organization_name) {
  begin();
  add(recipient_domain);
  add(organization_name);
  add(policy.policy_type);
  add(policy.policy_domain);
  if (policy.policy_type == "tlsa") add_set({policy.mx_host.begin(), policy.mx_host.end()});
  return finish();
}

Digest Digester::policy_version(const Policy& policy) {
  begin();
  add_set({policy.policy_string.begin(), policy.policy_string.end()});
  return finish();
}

void Digester::add(const Policy& policy) {
  add(policy.policy_type);
  add(policy.policy_string);
  add(policy.policy_domain);
  add(policy.mx_host);
  add(policy.total_successful_session_count);
  add(policy.total_failure_session_count);
  add(static_cast<std::int64_t>(policy.failure_details.size()));
  for (const FailureDetail& detail : policy.failure_details) add(detail);
}

void Digester::add(const FailureDetail& detail) {
  add(std::string_view(detail.result_type));
  add(detail.sending_mta_ip);
  add(detail.receiving_mx_hostname);
  add(detail.receiving_mx_helo);
  add(detail.receiving_ip);
  add(detail.failed_session_count);
  add(detail.additional_information);
  add(detail.failure_reason_code);
}

// Eight bytes, the highest first.
void Digester::add(std::int64_t number) {
  const auto byte = [number](int place) { return static_cast<char>(number >> (8 * place)); };
  const std::array<char, 8> bytes = {byte(7), byte(6), byte(5), byte(4), byte(3), byte(2), byte(1), byte(0)};
  pending_.append(bytes.data(), bytes.size());
}

void Digester::add(std::string_view text) {
  constexpr std::size_t kEnough = 64u << 10;
  add(static_cast<std::int64_t>(text.size()));
  pending_ += text;
  if (pending_.size() >= kEnough) flush();
}

// Absent is -1 where a length would stand.
void Digester::add(const std::optional<std::string>& text) {
  if (text) {
    add(std::string_view(*text));
  } else {
    add(std::int64_t{-1});
  }
}

void Digester::add(const std::vector<std::string>& texts) {
  add(static_cast<std::int64_t>(texts.size()));
  for (const std::string& text : texts) add(std::string_view(text));
}

void Digester::add_set(std::vector<std::string_view> texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  add(static_cast<std::int64_t>(texts.size()));
  for (const std::string_view text : texts) add(text);
}

void Digester::begin() {
  pending_.clear();
  flushed_ = false;
}

void Digester::flush() {
  if (!std::exchange(flushed_, true)) check(EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr));
  check(EVP_DigestUpdate(context_.get(), pending_.data(), pending_.size()));
  pending_.clear();
}

Digest Digester::finish() {
  flush();
  Digest digest{};
  check(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
  return digest;
}

}  // namespace tlsrpt::parser
