#include "parser/document_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "parser/findings.hpp"
#include "parser/text.hpp"

namespace tlsrpt::parser {
namespace {

// Where one element of a text is a report, those that hold nothing of one are broken; where none is, the text is
// simply something else.
std::vector<Finding> settle(std::vector<Finding> findings) {
  if (std::all_of(findings.begin(), findings.end(), is_nothing)) {
    return single_finding(NotAReport{NotAReport::Kind::kOther, "JSON, but no TLS report"});
  }
  const bool has_report = std::any_of(findings.begin(), findings.end(), is_report);
  for (Finding& finding : findings) {
    if (const auto* const nothing = std::get_if<NotAReport>(&finding.what)) {
      finding.what = Rejection{Reason::kNotAReport, fmt::format("JSON, but no TLS report: {}", nothing->detail)};
    }
    finding.recognised = finding.recognised || (has_report && !is_report(finding));
  }
  return findings;
}

}  // namespace

void note_packing(std::vector<Finding>& findings, DeviationCode code, std::string_view detail) {
  for (Finding& finding : findings) {
    if (auto* const parsed = std::get_if<ParsedReport>(&finding.what)) {
      parsed->deviations.insert(parsed->deviations.begin(), Deviation{code, "", excerpt(detail)});
    }
  }
}

std::vector<Finding> DocumentReader::read(TextSource& text, bool keep_text) {
  try {
    const Allowance before = allowance_;
    if (read_documents(text, keep_text, false) == Outcome::kMendable) {
      allowance_ = before;
      text.rewind();
      mender_.open(text, allowance_);
      read_documents(mender_, keep_text, true);
    }
  } catch (const Refused& refused) {
    if (!saw_report()) throw;
    throw Refused::report(refused.rejection());
  }
  std::vector<Finding> findings = settle(std::move(handler_.findings()));
  if (text.utf16()) {
    note_packing(findings, DeviationCode::kUtf16);
  } else if (text.byte_order_mark()) {
    note_packing(findings, DeviationCode::kByteOrderMark);
  }
  return findings;
}

DocumentReader::Outcome DocumentReader::read_documents(ByteSource& text, bool keep_text, bool mended) {
  TextFeed feed(text, gzipper_);
  JsonStream stream(feed);
  handler_.start(stream, keep_text, mended);
  one_document_ = false;
  if (const std::optional<JsonError> error = parser_.parse(stream, handler_)) {
    if (error->mendable && !mended) return Outcome::kMendable;
    handler_.abandon({Reason::kBadJson, error->what});
  } else if (read_further_documents(stream, mended) == Outcome::kMendable) {
    return Outcome::kMendable;
  }
  feed.drain();
  return Outcome::kDone;
}

// json-26: another report behind the first is taken; anything else there is a deviation of the report before it.
DocumentReader::Outcome DocumentReader::read_further_documents(JsonStream& stream, bool mended) {
  for (bool first = true; !handler_.stopped(); first = false) {
    stream.skip_white_space();
    if (stream.at_end()) {
      one_document_ = first;
      break;
    }
    const std::string rest = excerpt(stream.ahead());
    const std::size_t known = handler_.findings().size();
    const std::optional<JsonError> error = parser_.parse(stream, handler_);
    if (error && error->mendable && !mended) return Outcome::kMendable;
    if (!found_report(known) && !handler_.inside_report()) {
      handler_.findings().resize(known);
      note_trailing_data(rest);
      break;
    }
    if (error) {
      handler_.abandon({Reason::kBadJson, error->what});
      break;
    }
  }
  return Outcome::kDone;
}

void DocumentReader::note_trailing_data(const std::string& rest) {
  std::vector<Finding>& findings = handler_.findings();
  if (findings.empty()) return;
  if (auto* const parsed = std::get_if<ParsedReport>(&findings.back().what)) {
    parsed->deviations.push_back(Deviation{DeviationCode::kTrailingData, "", rest});
  }
}

bool DocumentReader::saw_report() {
  const std::vector<Finding>& findings = handler_.findings();
  return handler_.inside_report() || std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
           return is_report(finding) || finding.recognised;
         });
}

bool DocumentReader::found_report(std::size_t since) {
  const std::vector<Finding>& findings = handler_.findings();
  return !std::all_of(findings.begin() + static_cast<std::ptrdiff_t>(since), findings.end(), is_nothing);
}

}  // namespace tlsrpt::parser
