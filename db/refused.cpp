#include "db/refused.hpp"

#include <iterator>
#include <span>
#include <utility>

#include "db/failure.hpp"

namespace tlsrpt::db {
namespace {

NewQuarantine refused(const std::string& attachment, const RefusedData& error) {
  return {attachment, {parser::Reason::kDatabaseRefused, error.words()}};
}

// The message with none but these reports.
RenderedMessage with_reports(const RenderedMessage& rendered, std::span<const RenderedReport> reports) {
  const NewMessage& message = rendered.message;
  return {.message = {.uid = message.uid,
                      .sha256 = message.sha256,
                      .source = message.source,
                      .rfc822_message_id = message.rfc822_message_id,
                      .from_domain = message.from_domain,
                      .subject = message.subject,
                      .received_at = message.received_at,
                      .authentic = message.authentic,
                      .kind = message.kind,
                      .operators_own = message.operators_own,
                      .reports = {},
                      .quarantine = {},
                      .raw = {}},
          .fields = rendered.fields,
          .reports = {reports.begin(), reports.end()}};
}

RenderedMessage without_envelope(NewMessage message, const RefusedData& error) {
  message.rfc822_message_id.reset();
  message.from_domain.reset();
  message.subject.reset();
  message.received_at.reset();
  message.quarantine = {refused("", error)};
  return Renderer{}.render(std::move(message));
}

class Sieve {
 public:
  Sieve(const RenderedMessage& message, const Trial& trial) : message_(message), trial_(trial) {}

  // Halves until the refused ones stand alone.
  void pass(std::span<const RenderedReport> reports) {
    try {
      trial_(with_reports(message_, reports));
      taken.insert(taken.end(), reports.begin(), reports.end());
    } catch (const RefusedData& error) {
      if (reports.size() == 1) {
        rejected.push_back(refused(reports.front().attachment, error));
        return;
      }
      const std::size_t half = reports.size() / 2;
      pass(reports.first(half));
      pass(reports.subspan(half));
    }
  }

  std::vector<RenderedReport> taken;
  std::vector<NewQuarantine> rejected;

 private:
  const RenderedMessage& message_;
  const Trial& trial_;
};

}  // namespace

RenderedMessage without_refused(RenderedMessage message, const Trial& trial) {
  try {
    trial(with_reports(message, {}));
  } catch (const RefusedData& error) {
    return without_envelope(std::move(message.message), error);
  }
  Sieve sieve{message, trial};
  if (!message.reports.empty()) sieve.pass(message.reports);
  message.reports = std::move(sieve.taken);
  std::move(sieve.rejected.begin(), sieve.rejected.end(), std::back_inserter(message.message.quarantine));
  return message;
}

}  // namespace tlsrpt::db
