#include "parser/payload_reader.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "parser/findings.hpp"
#include "parser/text.hpp"

namespace tlsrpt::parser {
namespace {

// As much memory as one report at all its bounds takes.
Allowance allowance_for(const Limits& limits) {
  constexpr std::size_t kBoundless = std::size_t{1} << 40;
  constexpr std::size_t kNameConversions = 10'000;
  return {Budget(std::min(limits.decompressed, kBoundless) + std::min(limits.policies, kBoundless) * sizeof(Policy) +
                 std::min(limits.failure_details, kBoundless) * sizeof(FailureDetail)),
          Budget(kNameConversions)};
}

[[noreturn]] void refuse_unknown() {
  throw Refused(Reason::kUnknownFormat, "it is neither gzip, zip nor JSON");
}

NotAReport xml(std::string_view head) {
  // RFC 7489 appendix C
  if (head.find("<feedback") != std::string_view::npos) return {NotAReport::Kind::kDmarc, "a DMARC aggregate report"};
  return {NotAReport::Kind::kOther, "XML or HTML"};
}

bool ends_too_large(const std::vector<Finding>& findings) {
  const auto* const rejection = findings.empty() ? nullptr : std::get_if<Rejection>(&findings.back().what);
  return rejection != nullptr && rejection->reason == Reason::kDecompressedTooLarge;
}

// A configuration or a note may begin with a bracket, and then is no JSON.
bool is_side_file(const Finding& finding, std::string_view name) {
  const auto* const rejection = std::get_if<Rejection>(&finding.what);
  if (rejection == nullptr || rejection->reason != Reason::kBadJson || finding.recognised) return false;
  const std::string lower = ascii_lower(name);
  return !lower.ends_with(".json") && !lower.ends_with(".gz");
}

}  // namespace

PayloadReader::PayloadReader(const Limits& limits, Raw raw)
    : limits_(limits),
      raw_(raw),
      decompressed_(limits.decompressed),
      allowance_(allowance_for(limits)),
      documents_(limits_, allowance_) {}

void PayloadReader::start_message() noexcept {
  decompressed_ = Budget(limits_.decompressed);
  allowance_ = allowance_for(limits_);
}

std::vector<Finding> PayloadReader::read(std::string_view payload) {
  saw_array_ = false;
  payload_.open(payload);
  text_.open(payload_);
  switch (text_.content()) {
    case Content::kGzip:
      return read_gzip(payload);
    case Content::kZip:
      return read_zip(payload);
    case Content::kZlib: {
      payload_.rewind();
      std::vector<Finding> findings = read_compressed(payload_, Inflater::Wrapping::kZlib, true);
      note_packing(findings, DeviationCode::kZlibWrapping);  // mail-5
      return findings;
    }
    default:
      return read_unpacked();
  }
}

std::vector<Finding> PayloadReader::read_unpacked() {
  const Content content = text_.content();
  if (content == Content::kOther) return read_raw_deflate();
  std::vector<Finding> findings = read_content(true);
  // A text may begin like a number or a word of JSON and be anything.
  if (content == Content::kScalar && !documents_.was_one_document()) return read_raw_deflate();
  return findings;
}

std::vector<Finding> PayloadReader::read_gzip(std::string_view payload) {
  const Budget decompressed = decompressed_;
  const Allowance allowance = allowance_;
  payload_.rewind();
  std::vector<Finding> findings = read_compressed(payload_, Inflater::Wrapping::kGzip, false);
  if (raw_ == Raw::kDrop || std::none_of(findings.begin(), findings.end(), is_report)) return findings;

  // The usual case: what was sent is what is kept, without compressing it again.
  const bool is_whole_payload = findings.size() == 1 && !saw_array_ && !doubly_compressed_ && outer_.members() == 1;
  if (is_whole_payload) {
    std::get<ParsedReport>(findings.front().what).raw = payload.substr(0, outer_.consumed());
    return findings;
  }
  decompressed_ = decompressed;
  allowance_ = allowance;
  payload_.rewind();
  return read_compressed(payload_, Inflater::Wrapping::kGzip, true);
}

// mail-5: deflate data without any header. Nothing but JSON in it shows that it is that.
std::vector<Finding> PayloadReader::read_raw_deflate() {
  const Budget before = decompressed_;
  try {
    payload_.rewind();
    outer_.open(payload_, Inflater::Wrapping::kRaw, decompressed_);
    text_.open(outer_);
    if (text_.content() == Content::kJson) {
      std::vector<Finding> findings = read_documents(true);
      if (!outer_.trailing().empty()) refuse_unknown();
      note_packing(findings, DeviationCode::kRawDeflate);
      return findings;
    }
  } catch (const Refused& refused) {
    if (refused.rejection().reason != Reason::kBadGzip) throw;
  }
  decompressed_ = before;
  refuse_unknown();
}

std::vector<Finding> PayloadReader::read_compressed(ByteSource& source, Inflater::Wrapping wrapping, bool keep_text) {
  outer_.open(source, wrapping, decompressed_);
  text_.open(outer_);
  doubly_compressed_ = text_.content() == Content::kGzip;
  if (doubly_compressed_) {  // mail-16
    outer_.rewind();
    inner_.open(outer_, Inflater::Wrapping::kGzip, decompressed_);
    text_.open(inner_);
    if (text_.content() == Content::kGzip) {
      throw Refused(Reason::kBadGzip, "the report is compressed more than twice");
    }
  }
  std::vector<Finding> findings = read_content(keep_text);
  if (doubly_compressed_) {
    note_packing(findings, DeviationCode::kDoubleGzip);
    if (!inner_.trailing().empty()) note_packing(findings, DeviationCode::kGzipTrailingData, inner_.trailing());
  }
  if (!outer_.trailing().empty()) note_packing(findings, DeviationCode::kGzipTrailingData, outer_.trailing());
  return findings;
}

std::vector<Finding> PayloadReader::read_content(bool keep_text) {
  switch (text_.content()) {
    case Content::kJson:
    case Content::kScalar:
    case Content::kUtf16Le:
    case Content::kUtf16Be:
      return read_documents(keep_text);
    case Content::kXml:
      return single_finding(xml(text_.head()));
    case Content::kUnused:  // mail-20
      return single_finding(NotAReport{NotAReport::Kind::kUnused, "the word \"unused\""});
    case Content::kUtf32:
      throw Refused(Reason::kBadEncoding, "the text is in UTF-32");
    case Content::kNothing:
      throw Refused(Reason::kUnknownFormat, "it is empty");
    default:
      throw Refused(Reason::kUnknownFormat, "what it unpacks to is neither JSON nor XML");
  }
}

std::vector<Finding> PayloadReader::read_documents(bool keep_text) {
  std::vector<Finding> findings = documents_.read(text_, keep_text && raw_ == Raw::kKeep);
  saw_array_ |= documents_.was_array();
  return findings;
}

// mail-15: a report for each entry that holds one; whatever else is in the archive does not matter.
std::vector<Finding> PayloadReader::read_zip(std::string_view payload) {
  const ZipArchive archive(payload);
  std::vector<Finding> all;
  NotAReport nothing{NotAReport::Kind::kOther, "a zip archive without a TLS report"};
  for (std::size_t index = 0; index < archive.size(); ++index) {
    if (archive.is_directory(index)) continue;
    const std::size_t known = all.size();
    const bool saw_array = saw_array_;
    for (Finding& finding : read_zip_entry(archive, index)) {
      if (auto* const other = std::get_if<NotAReport>(&finding.what)) {
        if (other->kind != NotAReport::Kind::kOther) nothing = std::move(*other);
        continue;
      }
      if (is_side_file(finding, archive.name(index))) continue;
      if (auto* const rejection = std::get_if<Rejection>(&finding.what)) {
        rejection->detail = fmt::format("{}: {}", excerpt(archive.name(index)), rejection->detail);
      }
      all.push_back(std::move(finding));
    }
    if (all.size() == known) saw_array_ = saw_array;
    if (decompressed_.left() == 0 && ends_too_large(all)) break;  // and so would every other entry
  }
  if (archive.has_more()) {
    if (nothing.kind != NotAReport::Kind::kOther) all.push_back({"", nothing});
    all.push_back({"", Rejection{Reason::kBadZip, fmt::format("only the first {} entries of the zip archive were read",
                                                              archive.size())}});
  }
  if (all.empty()) return single_finding(std::move(nothing));
  note_packing(all, DeviationCode::kZipArchive);
  return all;
}

std::vector<Finding> PayloadReader::read_zip_entry(const ZipArchive& archive, std::size_t index) {
  try {
    ZipEntry entry(archive, index, decompressed_);
    text_.open(entry);
    switch (text_.content()) {
      case Content::kGzip:
        entry.rewind();
        return read_compressed(entry, Inflater::Wrapping::kGzip, true);
      case Content::kJson:
      case Content::kUtf16Le:
      case Content::kUtf16Be:
      case Content::kXml:
      case Content::kUnused:
        return read_content(true);
      default:
        return {};
    }
  } catch (const Refused& refused) {
    return rejected(refused);
  }
}

}  // namespace tlsrpt::parser
