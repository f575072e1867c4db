#include <string>

#include "check.hpp"
#include "parser/hints.hpp"

// The grammars of the file name (RFC 8460 §5.1) and of the subject (§5.3).
namespace {

using tlsrpt::fuzz::require;

std::string seconds(tlsrpt::parser::Time time) {
  return std::to_string(time.time_since_epoch().count());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = tlsrpt::fuzz::text_of(data, size);
  static_cast<void>(tlsrpt::parser::parse_report_subject(text));
  const auto read = tlsrpt::parser::parse_report_filename(text);
  if (!read) return 0;
  for (const std::string& domain : {read->submitter, read->policy_domain}) {
    require(!domain.empty() && domain.find_first_of("!/\\") == std::string::npos, "a name's parts are domains");
  }
  const std::string name =
      read->submitter + '!' + read->policy_domain + '!' + seconds(read->begin) + '!' + seconds(read->end) + ".json.gz";
  const auto again = tlsrpt::parser::parse_report_filename(name);
  require(again && again->submitter == read->submitter && again->policy_domain == read->policy_domain &&
              again->begin == read->begin && again->end == read->end,
          "a name that was read can be written, and reads the same");
  return 0;
}
