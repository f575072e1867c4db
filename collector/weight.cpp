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

std::size_t heap(const db::RenderedReport& report) noexcept {
  return heap(report.organization_name) + heap(report.recipient_domains) + heap(report.attachment) + heap(report.raw) +
         heap(report.rows) + heap(report.more_rows);
}

std::size_t heap(const db::NewQuarantine& entry) noexcept {
  return heap(entry.attachment) + heap(entry.rejection.detail);
}

template <typename Element>
std::size_t heap(const std::vector<Element>& elements) noexcept {
  std::size_t sum = elements.capacity() * sizeof(Element);
  for (const auto& element : elements) sum += heap(element);
  return sum;
}

}  // namespace

std::size_t weight(const db::RenderedMessage& rendered) noexcept {
  const db::NewMessage& message = rendered.message;
  return sizeof(rendered) + heap(message.source) + heap(message.rfc822_message_id) + heap(message.from_domain) +
         heap(message.subject) + heap(message.quarantine) + heap(message.raw) + heap(rendered.fields) +
         heap(rendered.reports);
}

}  // namespace tlsrpt::collector
