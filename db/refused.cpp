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
NewMessage with_reports(const NewMessage& message, std::span<const NewReport> reports) {
  return {.uid = message.uid,
          .sha256 = message.sha256,
          .source = message.source,
          .rfc822_message_id = message.rfc822_message_id,
          .from_domain = message.from_domain,
          .subject = message.subject,
          .received_at = message.received_at,
          .authentic = message.authentic,
          .kind = message.kind,
          .operators_own = message.operators_own,
          .reports = {reports.begin(), reports.end()},
          .quarantine = {},
          .raw = {}};
}

NewMessage without_envelope(NewMessage message, const RefusedData& error) {
  message.rfc822_message_id.reset();
  message.from_domain.reset();
  message.subject.reset();
  message.received_at.reset();
  message.reports.clear();
  message.quarantine = {refused("", error)};
  return message;
}

class Sieve {
 public:
  Sieve(const NewMessage& message, const Trial& trial) : message_(message), trial_(trial) {}

  // Halves until the refused ones stand alone.
  void pass(std::span<const NewReport> reports) {
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

  std::vector<NewReport> taken;
  std::vector<NewQuarantine> rejected;

 private:
  const NewMessage& message_;
  const Trial& trial_;
};

}  // namespace

NewMessage without_refused(NewMessage message, const Trial& trial) {
  try {
    trial(with_reports(message, {}));
  } catch (const RefusedData& error) {
    return without_envelope(std::move(message), error);
  }
  Sieve sieve{message, trial};
  if (!message.reports.empty()) sieve.pass(message.reports);
  message.reports = std::move(sieve.taken);
  std::move(sieve.rejected.begin(), sieve.rejected.end(), std::back_inserter(message.quarantine));
  return message;
}

}  // namespace tlsrpt::db
