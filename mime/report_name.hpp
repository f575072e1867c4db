#pragma once

#include <string>
#include <string_view>

#include "mime/walker.hpp"

// The names by which mail says that it carries a report.
namespace tlsrpt::mime {

// Of Content-Disposition, else of Content-Type, else a Content-Description that is a report's file name (mail-2).
// Decoded, at most 1 KiB; "" without one.
[[nodiscard]] std::string report_filename(const Entity& part);

// RFC 8460 §5.1: sender!policy-domain!begin!end[!unique].json[.gz]
[[nodiscard]] bool is_tls_report_filename(std::string_view filename);

// RFC 7489 §7.2.1.1: receiver!policy-domain!begin!end[!unique].xml[.gz], and .zip
[[nodiscard]] bool is_dmarc_report_filename(std::string_view filename);

// "Report Domain: … Submitter: … Report-ID: …": a DMARC or a TLS report's subject.
[[nodiscard]] bool is_report_subject(std::string_view subject);

}  // namespace tlsrpt::mime
