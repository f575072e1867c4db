#include "collector/ingest.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "collector/escape.hpp"
#include "mime/authentication.hpp"
#include "parser/domain.hpp"
#include "parser/failure_total.hpp"
#include "parser/hints.hpp"
#include "parser/session_total.hpp"

namespace tlsrpt::collector {
namespace {

using parser::NotAReport;
using parser::Reason;
using parser::Rejection;

// Where findings come from, and whether it is said there that they are TLS reports.
struct Origin {
  std::string part;
  parser::Hints hints;
  bool labelled = false;         // by the attachment itself, or by the operator who named the file
  bool says_tls_report = false;  // by the mail around it
  bool lenient_base64 = false;
};

// Sorts what was found into reports, rejections, and what is none of our business.
class Sorter {
 public:
  explicit Sorter(ReadMessage& message) : message_(message) {}

  void take(std::vector<parser::Finding>&& findings, const Origin& origin) {
    for (auto& [suffix, what, recognised] : findings) {
      const auto attachment = origin.part + suffix;
      if (auto* parsed = std::get_if<parser::ParsedReport>(&what)) {
        take_report(attachment, std::move(*parsed), origin);
      } else if (auto* rejection = std::get_if<Rejection>(&what)) {
        saw_tls_ = saw_tls_ || recognised;
        const bool ours = origin.labelled || origin.says_tls_report || recognised || is_unread(*rejection);
        reject(ours, attachment, std::move(*rejection));
      } else {
        take_other(attachment, std::move(std::get<NotAReport>(what)), origin);
      }
    }
  }

  [[nodiscard]] bool nothing_taken() const noexcept { return message_.reports.empty() && message_.rejected.empty(); }
  // A report, or what was recognised as one.
  [[nodiscard]] bool saw_tls() const noexcept { return saw_tls_; }
  [[nodiscard]] bool saw_dmarc() const noexcept { return saw_dmarc_; }
  // An attachment says that it is something else, or that there is nothing.
  [[nodiscard]] bool explained() const noexcept { return explained_; }
  [[nodiscard]] const std::vector<db::NewQuarantine>& passed_over() const noexcept { return passed_over_; }

  // Of a mail that says that it carries a report, and in which none was found.
  void reject_the_rest() {
    message_.rejected = std::exchange(passed_over_, {});
    if (!message_.rejected.empty()) return;
    reject(true, {},
           {.reason = Reason::kNoAttachment,
            .detail = "the mail says that it carries a TLS report, and has no such attachment"});
  }

 private:
  void take_report(const std::string& attachment, parser::ParsedReport parsed, const Origin& origin) {
    saw_tls_ = true;
    if (origin.lenient_base64) parsed.deviations.push_back({.code = parser::DeviationCode::kLenientBase64});
    parser::fill_gaps(parsed, origin.hints);
    auto report_domain = parser::report_domain(parsed.report, origin.hints);
    message_.reports.push_back({.attachment = attachment,
                                .filename = std::optional<std::string>(origin.hints.filename),
                                .parsed = std::move(parsed),
                                .report_domain = std::move(report_domain),
                                .submitter_domain = parser::submitter_domain(origin.hints)});
  }

  void take_other(const std::string& attachment, NotAReport other, const Origin& origin) {
    const bool explains = other.kind != NotAReport::Kind::kOther;
    explained_ = explained_ || explains;
    saw_dmarc_ = saw_dmarc_ || other.kind == NotAReport::Kind::kDmarc;
    reject(origin.labelled && !explains, attachment,
           {.reason = Reason::kNotAReport, .detail = std::move(other.detail)});
  }

  // An attachment that used up limits.decompressed without a sign of a report is somebody's large file; of the next
  // that has too little left nobody knows what it is.
  bool is_unread(const Rejection& rejection) noexcept {
    if (rejection.reason != Reason::kDecompressedTooLarge) return false;
    return std::exchange(used_up_, true);
  }

  void reject(bool ours, const std::string& attachment, Rejection rejection) {
    (ours ? message_.rejected : passed_over_).push_back({attachment, std::move(rejection)});
  }

  ReadMessage& message_;
  std::vector<db::NewQuarantine> passed_over_;
  bool saw_tls_ = false;
  bool saw_dmarc_ = false;
  bool explained_ = false;
  bool used_up_ = false;  // limits.decompressed
};

db::MessageKind kind_of(const mime::Message& mail, const Sorter& sorter) {
  if (mail.kind == mime::Kind::kBounce) return db::MessageKind::kBounce;
  if (sorter.saw_tls() || (mail.says_tls_report && !sorter.saw_dmarc())) return db::MessageKind::kTls;
  if (mail.says_dmarc_report || sorter.saw_dmarc()) return db::MessageKind::kDmarc;
  return db::MessageKind::kOther;
}

std::string why_ignored(db::MessageKind kind, const Sorter& sorter) {
  if (kind == db::MessageKind::kBounce) return "a delivery status report; what it sends back is not looked at";
  if (kind == db::MessageKind::kDmarc) return "a DMARC report";
  if (sorter.passed_over().empty()) return "no TLS report in it";
  const auto& [attachment, rejection] = sorter.passed_over().front();
  return fmt::format("no TLS report in it; part {}: {}", attachment, rejection.detail);
}

std::optional<std::string_view> unless_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

parser::Hints hints_of(const mime::Envelope& envelope, std::string_view filename) {
  return {.report_domain = envelope.tls_report_domain,
          .submitter = envelope.tls_report_submitter,
          .subject = envelope.subject,
          .from_domain = envelope.from_domain,
          .filename = unless_empty(filename)};
}

void read_attachments(const mime::Message& mail, parser::ReportReader& reader, Sorter& sorter) {
  reader.start_message();
  for (const auto& attachment : mail.attachments) {
    sorter.take(reader.read(attachment.body),
                {.part = attachment.part,
                 .hints = hints_of(mail.envelope_of(attachment.message), attachment.filename),
                 .labelled = attachment.labelled,
                 .says_tls_report = mail.says_tls_report,
                 .lenient_base64 = attachment.lenient_base64});
  }
  if (mail.says_tls_report && sorter.nothing_taken() && !sorter.explained()) sorter.reject_the_rest();
}

// The domains that a report is about, for a person.
std::string domains_of(const ReadReport& report) {
  constexpr std::size_t kShown = 5;
  std::set<std::string> domains;
  if (report.report_domain) domains.insert(*report.report_domain);
  for (const auto& policy : report.parsed.report.policies) {
    if (policy.policy_domain && domains.size() <= kShown) domains.insert(*policy.policy_domain);
  }
  if (domains.empty()) return "no domain at all";
  const bool all = domains.size() <= kShown;
  if (!all) domains.erase(std::prev(domains.end()));
  return fmt::format("{}{}", fmt::join(domains, ", "), all ? "" : ", ...");
}

bool is_wanted(const ReadReport& report, const std::vector<std::string>& domains) {
  const auto listed = [&](const std::optional<std::string>& domain) {
    return domain && std::any_of(domains.begin(), domains.end(),
                                 [&](const std::string& parent) { return parser::equal_or_below(*domain, parent); });
  };
  const auto& policies = report.parsed.report.policies;
  return domains.empty() || listed(report.report_domain) ||
         std::any_of(policies.begin(), policies.end(),
                     [&](const auto& policy) { return listed(policy.policy_domain); });
}

// What the configuration has against a report.
std::optional<Rejection> objection(const ReadReport& report, const Acceptance& acceptance,
                                   std::optional<mime::Authentic> authentic) {
  if (!is_wanted(report, acceptance.domains)) {
    return Rejection{
        .reason = Reason::kForeignDomain,
        .detail = fmt::format("the report is about {}; `domains` lists the domains to accept", domains_of(report))};
  }
  // RFC 8460 §3: without a valid DKIM signature of the reporting domain, a report MUST be ignored.
  if (acceptance.require_dkim && authentic && *authentic != mime::Authentic::kPass) {
    return Rejection{.reason = Reason::kNotAuthentic,
                     .detail = fmt::format("authentication.require is dkim, and the mail's verdict is {}",
                                           mime::to_string(*authentic))};
  }
  return std::nullopt;
}

}  // namespace

Ingester::Ingester(const mime::Limits& mime_limits, const parser::Limits& parser_limits, parser::Raw raw)
    : mime_limits_(mime_limits), parser_limits_(parser_limits), reader_(parser_limits, raw) {}

ReadMessage Ingester::read_mail(std::string_view bytes) {
  auto mail = mime::read_message(bytes, mime_limits_);
  ReadMessage message;
  Sorter sorter(message);
  if (mail.problem) {
    message.rejected.push_back({.attachment = {}, .rejection = *mail.problem});
  } else if (mail.kind != mime::Kind::kBounce) {
    read_attachments(mail, reader_, sorter);
  }
  message.kind = kind_of(mail, sorter);
  if (sorter.nothing_taken()) message.ignored_because = why_ignored(message.kind, sorter);
  message.envelope = std::move(mail.envelope);
  return message;
}

ReadMessage Ingester::read_file(std::string_view bytes, const std::string& filename) {
  ReadMessage message{.kind = db::MessageKind::kTls};
  if (bytes.size() > parser_limits_.decompressed) {
    message.rejected.push_back(
        {.attachment = {},
         .rejection = {.reason = Reason::kTooLarge,
                       .detail = fmt::format("the file is larger than limits.decompressed, {} bytes",
                                             parser_limits_.decompressed)}});
    return message;
  }
  Sorter sorter(message);
  reader_.start_message();
  // A file's name may be any bytes; what is stored is text.
  const auto name = printable(filename);
  sorter.take(reader_.read(bytes), {.hints = {.filename = unless_empty(name)}, .labelled = true});
  if (sorter.nothing_taken()) sorter.reject_the_rest();
  return message;
}

db::NewMessage accept(ReadMessage read, const Acceptance& acceptance, bool is_mail) {
  const auto authentic =
      is_mail ? std::optional(mime::authenticate(read.envelope, acceptance.authserv_id)) : std::nullopt;
  db::NewMessage message{.rfc822_message_id = std::move(read.envelope.message_id),
                         .from_domain = std::move(read.envelope.from_domain),
                         .subject = std::move(read.envelope.subject),
                         .authentic = authentic.value_or(mime::Authentic::kUnknown),
                         .kind = read.kind,
                         .quarantine = std::move(read.rejected)};
  for (auto& report : read.reports) {
    if (auto rejection = objection(report, acceptance, authentic)) {
      message.quarantine.push_back({report.attachment, std::move(*rejection)});
      continue;
    }
    auto session_totals = parser::session_totals(report.parsed.report, report.report_domain);
    auto failure_totals = parser::failure_totals(report.parsed.report, report.report_domain);
    message.reports.push_back({.parsed = std::move(report.parsed),
                               .report_domain = std::move(report.report_domain),
                               .session_totals = std::move(session_totals),
                               .failure_totals = std::move(failure_totals),
                               .submitter_domain = std::move(report.submitter_domain),
                               .filename = std::move(report.filename),
                               .attachment = std::move(report.attachment)});
  }
  return message;
}

}  // namespace tlsrpt::collector
