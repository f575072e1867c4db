#include "parser/result_type.hpp"

#include <algorithm>
#include <array>

namespace tlsrpt::parser {
namespace {

constexpr auto kResultTypes = std::to_array<ResultType>({
    // RFC 8460 §4.3.1
    {"starttls-not-supported", "starttls",
     "The MX did not offer STARTTLS, or refused it, so the sender could not encrypt the session.",
     "Enable STARTTLS on every MX and look for a firewall or proxy that strips it: "
     "openssl s_client -starttls smtp -connect MX:25 -servername MX </dev/null",
     "RFC 8460 §4.3.1, RFC 3207"},
    {"certificate-host-mismatch", "certificate",
     "The certificate that the MX presented does not carry the name by which the sender looked for it.",
     "Issue the MX a certificate whose subjectAltName holds its host name: "
     "openssl s_client -starttls smtp -connect MX:25 -servername MX -verify_hostname MX </dev/null",
     "RFC 8460 §4.3.1, RFC 8461 §4.1, RFC 7672 §3.2.3"},
    {"certificate-expired", "certificate", "The certificate that the MX presented has expired.",
     "Renew the certificate and reload the mail server, on every address of the MX: "
     "openssl s_client -starttls smtp -connect MX:25 -servername MX </dev/null | openssl x509 -noout -dates",
     "RFC 8460 §4.3.1"},
    {"certificate-not-trusted", "certificate",
     "The sender does not trust the MX's certificate: an unknown issuer, a self-signed certificate, or a missing "
     "intermediate.",
     "Install a certificate of a public authority together with its whole chain: "
     "openssl s_client -starttls smtp -connect MX:25 -servername MX -showcerts </dev/null",
     "RFC 8460 §4.3.1, RFC 8461 §4.2"},
    // RFC 8460 §4.3.3
    {"validation-failure", "other",
     "The session failed for a reason that no other result type names; the failure-reason-code may say more.",
     "Read the failure-reason-code and the MX's log for that day, and try a session: "
     "openssl s_client -starttls smtp -connect MX:25 -servername MX </dev/null",
     "RFC 8460 §4.3.3"},
    // RFC 8460 §4.3.2.1
    {"tlsa-invalid", "dane",
     "A TLSA record of the MX is malformed, or none of its records matches the certificate that the MX presented.",
     "Publish TLSA records for the certificate in use, the next one beforehand, before changing it: "
     // Prints what a record 3 1 1 must hold; s_client's own DANE options want the records typed in.
     "dig +dnssec TLSA _25._tcp.MX; openssl s_client -starttls smtp -connect MX:25 -servername MX </dev/null | "
     "openssl x509 -noout -pubkey | openssl pkey -pubin -outform DER | openssl sha256",
     "RFC 8460 §4.3.2.1, RFC 7672 §3.1"},
    {"dnssec-invalid", "dane", "The sender's resolver got no DNSSEC-valid answer for the MX or its TLSA records.",
     "Repair the zone's signatures or its DS record at the parent: delv TLSA _25._tcp.MX; dig +dnssec mx DOMAIN",
     "RFC 8460 §4.3.2.1, RFC 7672 §2.1"},
    {"dane-required", "dane",
     "The sender is set to deliver with DANE only, and found no usable TLSA records for the MX.",
     "Sign the zone and publish TLSA records, or ask the sender why it insists on DANE: "
     "dig +dnssec TLSA _25._tcp.MX",
     "RFC 8460 §4.3.2.1, RFC 7672 §6"},
    // RFC 8460 §4.3.2.2
    {"sts-policy-fetch-error", "sts", "The sender could not fetch the MTA-STS policy over HTTPS.",
     "Serve the policy with status 200, without a redirect: "
     "curl -v https://mta-sts.DOMAIN/.well-known/mta-sts.txt; dig TXT _mta-sts.DOMAIN",
     "RFC 8460 §4.3.2.2, RFC 8461 §3.3"},
    {"sts-policy-invalid", "sts", "The MTA-STS policy was fetched but could not be understood.",
     "Correct version, mode, mx and max_age in the policy: "
     "curl https://mta-sts.DOMAIN/.well-known/mta-sts.txt",
     "RFC 8460 §4.3.2.2, RFC 8461 §3.2"},
    {"sts-webpki-invalid", "sts",
     "The certificate of the web server that serves the MTA-STS policy could not be verified.",
     "Renew or correct the certificate of mta-sts.DOMAIN: "
     "openssl s_client -connect mta-sts.DOMAIN:443 -servername mta-sts.DOMAIN -verify_hostname mta-sts.DOMAIN "
     "</dev/null",
     "RFC 8460 §4.3.2.2, RFC 8461 §3.3"},
    // Not in the standard.
    {"unspecified", "other", "The sender counted failed sessions and gave no details of them.",
     "Try every MX, and ask the report's contact-info for details: "
     "dig +short mx DOMAIN; openssl s_client -starttls smtp -connect MX:25 -servername MX </dev/null",
     "RFC 8460 §4.4"},
    {"unknown", "other", "The sender gave no result type, or one that the standard does not know.",
     "Read the failure-reason-code and additional-information, and ask the report's contact-info: "
     "openssl s_client -starttls smtp -connect MX:25 -servername MX </dev/null",
     "RFC 8460 §4.3"},
});

}  // namespace

std::span<const ResultType> result_types() noexcept {
  return kResultTypes;
}

const ResultType& explain(std::string_view code) noexcept {
  const auto* const row =
      std::find_if(kResultTypes.begin(), kResultTypes.end(), [&](const ResultType& type) { return type.code == code; });
  return row != kResultTypes.end() ? *row : kResultTypes.back();
}

}  // namespace tlsrpt::parser
