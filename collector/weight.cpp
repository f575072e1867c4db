#include "collector/weight.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tlsrpt::collector {

namespace {

// What a value holds beyond its own size.
std::size_t heap(const std::string& text) noexcept {
  return text.capacity() > std::string().capacity() ? text.capacity() + 1 : 0;
}

std::size_t heap(const std::optional<std::string>& text) noexcept {
  return text ? heap(*text) : 0;
}

template <typename Element>
std::size_t heap(const std::vector<Element>& elements) noexcept;

std::size_t heap(const parser::FailureDetail& detail) noexcept {
  return heap(detail.result_type) + heap(detail.sending_mta_ip) + heap(detail.receiving_mx_hostname) +
         heap(detail.receiving_mx_helo) + heap(detail.receiving_ip) + heap(detail.additional_information) +
         heap(detail.failure_reason_code);
}

std::size_t heap(const parser::Policy& policy) noexcept {
  return heap(policy.policy_type) + heap(policy.policy_string) + heap(policy.policy_domain) + heap(policy.mx_host) +
         heap(policy.failure_details);
}

std::size_t heap(const parser::Deviation& deviation) noexcept {
  return heap(deviation.pointer) + heap(deviation.detail);
}

std::size_t heap(const parser::SessionTotal& total) noexcept {
  return heap(total.recipient_domain);
}

std::size_t heap(const parser::FailureTotal& total) noexcept {
  return heap(total.recipient_domain) + heap(total.result_type) + heap(total.host);
}

std::size_t heap(const db::NewReport& report) noexcept {
  const auto& parsed = report.parsed;
  return heap(parsed.report.organization_name) + heap(parsed.report.contact_info) + heap(parsed.report.report_id) +
         heap(parsed.report.policies) + heap(parsed.deviations) + heap(parsed.raw) + heap(report.session_totals) +
         heap(report.failure_totals);
}

std::size_t heap(const db::NewQuarantine& entry) noexcept {
  return heap(entry.rejection.detail);
}

template <typename Element>
std::size_t heap(const std::vector<Element>& elements) noexcept {
  std::size_t sum = elements.capacity() * sizeof(Element);
  for (const auto& element : elements) sum += heap(element);
  return sum;
}

}  // namespace

std::size_t weight(const db::NewMessage& message) noexcept {
  return sizeof(message) + heap(message.source) + heap(message.rfc822_message_id) + heap(message.subject) +
         heap(message.reports) + heap(message.quarantine) + heap(message.raw);
}

}  // namespace tlsrpt::collector
