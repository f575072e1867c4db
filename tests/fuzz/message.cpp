#include "check.hpp"
#include "collector/ingest.hpp"
#include "parser/text.hpp"

// A whole message, from its bytes to what would be stored of it.
namespace {

using tlsrpt::collector::Ingester;
using tlsrpt::collector::ReadMessage;
using tlsrpt::fuzz::require;

constexpr tlsrpt::mime::Limits kMimeLimits{
    .message = 1u << 20, .header = 16u << 10, .headers = 64u << 10, .parts = 50, .nesting = 10, .attachments = 10};
constexpr tlsrpt::parser::Limits kParserLimits{
    .decompressed = 1u << 20, .json_depth = 32, .string = 4096, .policies = 100, .failure_details = 1000};

void check_text(const std::optional<std::string>& text) {
  require(!text || tlsrpt::parser::is_sound(*text), "an envelope's text is valid UTF-8 without NUL");
}

void check_envelope(const tlsrpt::mime::Envelope& envelope) {
  for (const auto* text : {&envelope.message_id, &envelope.from_domain, &envelope.subject, &envelope.tls_report_domain,
                           &envelope.tls_report_submitter}) {
    check_text(*text);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Ingester ingester(kMimeLimits, kParserLimits);
  ReadMessage read = ingester.read_mail(tlsrpt::fuzz::text_of(data, size));
  check_envelope(read.envelope);
  const bool is_nothing = read.reports.empty() && read.rejected.empty();
  require(is_nothing != read.ignored_because.empty(), "a message is taken, refused, or ignored for a reason");
  const std::size_t found = read.reports.size() + read.rejected.size();
  const auto message = tlsrpt::collector::accept(
      std::move(read), {.domains = {}, .authserv_id = "mx.example.com", .require_dkim = false}, true);
  require(message.reports.size() + message.quarantine.size() == found, "what was found is stored or in quarantine");
  for (const auto& report : message.reports) {
    for (const auto& total : report.session_totals) {
      require(total.failures <= total.sessions, "no more failures than sessions");
    }
  }
  return 0;
}
