#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "parser/address.hpp"
#include "parser/count.hpp"
#include "parser/domain.hpp"
#include "parser/report_builder.hpp"
#include "parser/text.hpp"
#include "parser/time.hpp"

// How each kind of value is read.
namespace tlsrpt::parser {
namespace {

constexpr std::chrono::seconds kUntilDaysEnd{86399};  // from midnight to the last second before the next

constexpr std::size_t kMostSent = 1024;  // bytes kept of a date, for what may be said of it

bool is_known_policy_type(std::string_view type) {
  return type == "sts" || type == "tlsa" || type == "no-policy-found";  // RFC 8460 §4.2
}

}  // namespace

std::optional<std::string> ReportBuilder::text(const Scalar& scalar) {
  return std::optional<std::string>(sound(scalar));
}

std::optional<std::string_view> ReportBuilder::sound(const Scalar& scalar) {
  if (scalar.text.empty() || scalar.null()) return std::nullopt;
  if (scalar.kind != ScalarKind::kString) deviate(DeviationCode::kWrongType, scalar.text);
  if (scalar.kind == ScalarKind::kBool) return std::nullopt;
  if (scalar.raw_control_character) deviate(DeviationCode::kControlCharacter, scalar.text);
  if (is_sound(scalar.text)) return paid(scalar.text);
  TextFaults faults;
  mended_ = mend(scalar.text, faults);
  if (faults.nul) deviate(DeviationCode::kNulCharacter, scalar.text);
  if (faults.lone_surrogate) deviate(DeviationCode::kLoneSurrogate, scalar.text);
  if (faults.invalid_utf8) deviate(DeviationCode::kInvalidUtf8, scalar.text);
  return paid(mended_);
}

std::optional<std::string> ReportBuilder::organization_name(const Scalar& scalar) {
  const auto name = sound(scalar);
  if (!name || trim(*name).empty()) return std::nullopt;
  if (name->size() > kLongestOrganizationName) deviate(DeviationCode::kOverlongName, *name);
  return excerpt(*name, kLongestOrganizationName);
}

std::optional<std::string> ReportBuilder::lower_case(const Scalar& scalar) {
  const auto sent = sound(scalar);
  if (!sent || trim(*sent).empty()) return std::nullopt;
  std::string lower = ascii_lower(trim(*sent));
  if (lower != trim(*sent)) deviate(DeviationCode::kNotLowerCase, *sent);
  return short_enough(std::move(lower), *sent);
}

void ReportBuilder::read_policy_type(const Scalar& scalar) {
  policy().policy_type = lower_case(scalar);
  if (policy().policy_type && !is_known_policy_type(*policy().policy_type)) {
    deviate(DeviationCode::kUnknownPolicyType, scalar.text);
  }
}

std::optional<std::string> ReportBuilder::domain(const Scalar& scalar) {
  const auto sent = sound(scalar);
  if (!sent) return std::nullopt;
  std::string name = normalized(*sent);
  if (name.empty()) return std::nullopt;
  return short_enough(std::move(name), *sent);
}

std::optional<std::string> ReportBuilder::short_enough(std::string name, std::string_view sent) {
  if (name.size() <= kLongestName) return name;
  deviate(DeviationCode::kOverlongName, sent);
  return std::nullopt;
}

std::string ReportBuilder::normalized(std::string_view domain) {
  if (!is_ascii(domain)) {
    if (allowance_.name_conversions.left() == 0) return ascii_lower(domain);
    allowance_.name_conversions.take(1);
  }
  return normalize_domain(domain);
}

std::optional<std::string> ReportBuilder::address(const Scalar& scalar) {
  const auto sent = sound(scalar);
  if (!sent || trim(*sent).empty()) return std::nullopt;
  std::optional<ReadAddress> read = read_address(*sent);
  if (!read) {
    deviate(DeviationCode::kInvalidAddress, *sent);
    return std::nullopt;
  }
  if (read->decorated) deviate(DeviationCode::kAddressDecoration, *sent);
  if (read->padded) deviate(DeviationCode::kPaddedAddress, *sent);
  return std::move(read->text);
}

std::optional<std::int64_t> ReportBuilder::count(const Scalar& scalar) {
  if (scalar.null()) return std::nullopt;
  const bool is_text = scalar.kind == ScalarKind::kString;
  const std::optional<ReadCount> read = read_count(is_text ? trim(scalar.text) : scalar.text);
  if (!read) {
    deviate(DeviationCode::kWrongType, scalar.text);
    return std::nullopt;
  }
  if (is_text) deviate(DeviationCode::kCountAsText, scalar.text);
  if (read->fraction) deviate(DeviationCode::kCountNotInteger, scalar.text);
  if (read->negative) deviate(DeviationCode::kNegativeCount, scalar.text);
  if (read->clamped) deviate(DeviationCode::kClampedCount, scalar.text);
  return read->value;
}

void ReportBuilder::read_date(DateEnd& end, const Scalar& scalar, bool is_end) {
  end = {};
  if (scalar.null() || (scalar.kind == ScalarKind::kString && trim(scalar.text).empty())) return;
  end.sent = scalar.text.substr(0, kMostSent);
  const std::optional<ReadTime> read = read_time(scalar.text);
  if (!read || scalar.kind != ScalarKind::kString) {  // json-6: a number is no date
    return;
  }
  if (read->without_zone) deviate(DeviationCode::kDateWithoutZone, scalar.text);
  if (read->odd_format) deviate(DeviationCode::kDateFormat, scalar.text);
  if (read->fraction) deviate(DeviationCode::kFractionalSeconds, scalar.text);
  end.time = read->time;
  if (read->date_only && is_end) *end.time += kUntilDaysEnd;
}

void ReportBuilder::finish_date_range() {
  for (const DateEnd* end : {&start_, &end_}) {
    if (end->time || end->sent.empty()) continue;
    reject(Reason::kBadDateRange, fmt::format("the date-range cannot be read: {}", excerpt(end->sent)));
    return;
  }
  if (!start_.time && !end_.time) {
    reject(Reason::kBadDateRange, "the report has no date-range");
    return;
  }
  if (!start_.time) deviate_below(DeviationCode::kMissingDate, "/date-range/start-datetime");
  if (!end_.time) deviate_below(DeviationCode::kMissingDate, "/date-range/end-datetime");
  Time start = start_.time ? *start_.time : std::max(*end_.time - kUntilDaysEnd, kFirstTime);
  Time end = end_.time ? *end_.time : std::min(*start_.time + kUntilDaysEnd, kLastTime);
  if (end < start) {
    deviate_below(DeviationCode::kReversedDateRange, "/date-range", fmt::format("{} to {}", start_.sent, end_.sent));
    std::swap(start, end);
  }
  constexpr Time kFirstReports = std::chrono::sys_days{std::chrono::year{2016} / 1 / 1};
  if (start < kFirstReports) {
    deviate_below(DeviationCode::kImplausibleDate, "/date-range", fmt::format("{} to {}", start_.sent, end_.sent));
  }
  parsed_.report.start_datetime = start;
  parsed_.report.end_datetime = end;
}

}  // namespace tlsrpt::parser
