#include "parser/domain.hpp"
#include "parser/hints.hpp"
#include "parser/text.hpp"

namespace tlsrpt::parser {

std::optional<ReportSubject> parse_report_subject(std::string_view subject) {
  constexpr std::string_view kDomain = "report domain:";
  constexpr std::string_view kSubmitter = "submitter:";
  const std::string lower = ascii_lower(subject);
  const std::size_t domain = lower.find(kDomain);
  const std::size_t submitter = domain == std::string::npos ? domain : lower.find(kSubmitter, domain);
  if (submitter == std::string::npos) return std::nullopt;

  const std::size_t domain_begin = domain + kDomain.size();
  const std::size_t submitter_begin = submitter + kSubmitter.size();
  const std::size_t end = lower.find("report-id:", submitter_begin);
  ReportSubject read{std::string(trim(subject.substr(submitter_begin, end - submitter_begin))),
                     normalize_domain(subject.substr(domain_begin, submitter - domain_begin))};
  if (read.submitter.empty() || read.policy_domain.empty()) return std::nullopt;
  if (read.policy_domain.find(' ') != std::string::npos) return std::nullopt;
  return read;
}

}  // namespace tlsrpt::parser
