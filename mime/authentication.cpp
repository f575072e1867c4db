#include "mime/authentication.hpp"

#include <algorithm>
#include <vector>

#include <libpsl.h>

#include "mime/authentication_results.hpp"
#include "mime/text.hpp"
#include "parser/domain.hpp"

namespace tlsrpt::mime {

namespace {

// RFC 7489 §3.2; a public suffix, and what is no domain, stands for itself.
std::string organizational_domain(const std::string& domain) {
  const char* registrable = psl_registrable_domain(psl_builtin(), domain.c_str());
  return registrable == nullptr ? domain : registrable;
}

// The domain that signed: header.d, else that of the agent in header.i (RFC 8601 §2.7.1).
std::optional<std::string> signing_domain(const MethodResult& dkim) {
  if (const auto domain = dkim.property("header.d")) return parser::normalize_domain(*domain);
  const auto agent = dkim.property("header.i");
  if (!agent) return std::nullopt;
  return parser::normalize_domain(agent->substr(agent->rfind('@') + 1));  // all of it without a sign
}

// Most reporters sign with the very domain: that needs no list of public suffixes.
bool are_of_one_organization(const std::string& a, const std::string& b) {
  return a == b || organizational_domain(a) == organizational_domain(b);
}

// A domain whose signature, or whose organization's, counts as the reporter's.
std::vector<std::string> reporter_domains(const Envelope& envelope) {
  std::vector<std::string> domains;
  if (envelope.from_domain) domains.push_back(*envelope.from_domain);
  // RFC 8460 §5.3: a domain by the standard; many write their organization's name (mail-25).
  if (envelope.tls_report_submitter) domains.push_back(parser::normalize_domain(*envelope.tls_report_submitter));
  return domains;
}

bool is_aligned(const MethodResult& dkim, const std::vector<std::string>& reporters) {
  const auto domain = signing_domain(dkim);
  return domain && !domain->empty() &&
         std::any_of(reporters.begin(), reporters.end(),
                     [&](const std::string& reporter) { return are_of_one_organization(*domain, reporter); });
}

// RFC 8601 §2.7.1. A good signature of somebody else is none of the reporter's; so is "neutral", which says that the
// signature could not be looked at.
Authentic verdict(const MethodResult& dkim, const std::vector<std::string>& reporters) {
  if (dkim.result == "pass") return is_aligned(dkim, reporters) ? Authentic::kPass : Authentic::kNone;
  if (dkim.result == "none" || dkim.result == "neutral") return Authentic::kNone;
  return Authentic::kFail;
}

}  // namespace

std::string_view to_string(Authentic authentic) noexcept {
  switch (authentic) {
    case Authentic::kPass:
      return "pass";
    case Authentic::kFail:
      return "fail";
    case Authentic::kNone:
      return "none";
    case Authentic::kUnknown:
      break;
  }
  return "unknown";
}

Authentic authenticate(const Envelope& envelope, const std::optional<std::string>& authserv_id) {
  if (!authserv_id) return Authentic::kUnknown;
  const std::vector<std::string> reporters = reporter_domains(envelope);
  for (const std::string& value : envelope.authentication_results) {
    const auto parsed = parse_authentication_results(value);
    if (!parsed || !iequals(parsed->authserv_id, *authserv_id)) continue;
    std::vector<Authentic> verdicts;  // one a signature
    for (const MethodResult& result : parsed->results) {
      if (result.method == "dkim") verdicts.push_back(verdict(result, reporters));
    }
    if (verdicts.empty()) continue;
    const auto is_among = [&verdicts](Authentic authentic) {
      return std::find(verdicts.begin(), verdicts.end(), authentic) != verdicts.end();
    };
    if (is_among(Authentic::kPass)) return Authentic::kPass;
    return is_among(Authentic::kFail) ? Authentic::kFail : Authentic::kNone;
  }
  return Authentic::kUnknown;
}

}  // namespace tlsrpt::mime
