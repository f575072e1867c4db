#include "parser/json.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <iterator>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <unistr.h>

#include "parser/text.hpp"
#include "parser/time.hpp"

namespace tlsrpt::parser {
namespace {

// What a terminal or a log viewer might obey instead of show: C1 controls, line separators, and the marks that turn the
// direction of writing.
bool is_hidden(ucs4_t c) {
  return (c >= 0x7F && c <= 0x9F) || c == 0x061C || (c >= 0x200E && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

void append_escaped(std::string& out, ucs4_t character) {
  switch (character) {
    case '"':
    case '\\':
      out += '\\';
      out += static_cast<char>(character);
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::array<char, 6> escape = {'\\',
                                      'u',
                                      kDigits[character >> 12 & 0xF],
                                      kDigits[character >> 8 & 0xF],
                                      kDigits[character >> 4 & 0xF],
                                      kDigits[character & 0xF]};
  out.append(escape.data(), escape.size());
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::string_view plain(
        text.begin(), static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_plain) - text.begin()));
    out += plain;
    text.remove_prefix(plain.size());
    if (text.empty()) break;
    ucs4_t character = 0;
    const auto length = static_cast<std::size_t>(
        u8_mbtouc(&character, reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    if (character < 0x80 || is_hidden(character)) {
      append_escaped(out, character);
    } else if (character == 0xFFFD) {  // also what u8_mbtouc makes of bytes that are no character
      out += "\xEF\xBF\xBD";
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out += '"';
}

// A time is printed several times for each report: fmt takes five times as long.
void put_digits(std::span<char> to, std::int64_t number) {
  for (auto place = to.rbegin(); place != to.rend(); ++place, number /= 10) {
    *place = static_cast<char>('0' + number % 10);
  }
}

void write_member(JsonWriter& json, std::string_view name, const std::optional<std::string>& text) {
  if (text) json.key(name).value(std::string_view(*text));
}

void write_member(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.key(name).begin_array();
  for (const std::string& text : texts) json.value(std::string_view(text));
  json.end_array();
}

void write(JsonWriter& json, const FailureDetail& detail) {
  json.begin_object();
  json.key("result-type").value(std::string_view(detail.result_type));
  write_member(json, "sending-mta-ip", detail.sending_mta_ip);
  write_member(json, "receiving-mx-hostname", detail.receiving_mx_hostname);
  write_member(json, "receiving-mx-helo", detail.receiving_mx_helo);
  write_member(json, "receiving-ip", detail.receiving_ip);
  json.key("failed-session-count").value(detail.failed_session_count);
  write_member(json, "additional-information", detail.additional_information);
  write_member(json, "failure-reason-code", detail.failure_reason_code);
  json.end_object();
}

void write(JsonWriter& json, const Policy& policy) {
  json.begin_object().key("policy").begin_object();
  write_member(json, "policy-type", policy.policy_type);
  write_member(json, "policy-string", policy.policy_string);
  write_member(json, "policy-domain", policy.policy_domain);
  write_member(json, "mx-host", policy.mx_host);
  json.end_object().key("summary").begin_object();
  json.key("total-successful-session-count").value(policy.total_successful_session_count);
  json.key("total-failure-session-count").value(policy.total_failure_session_count);
  json.end_object().key("failure-details").begin_array();
  for (const FailureDetail& detail : policy.failure_details) write(json, detail);
  json.end_array().end_object();
}

}  // namespace

JsonWriter& JsonWriter::begin_object() {
  return open('{');
}
JsonWriter& JsonWriter::begin_array() {
  return open('[');
}
JsonWriter& JsonWriter::end_object() {
  return close('}');
}
JsonWriter& JsonWriter::end_array() {
  return close(']');
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_quoted(text_, name);
  text_ += ':';
  after_value_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_quoted(text_, text);
  return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number) {
  return plain(fmt::format_int(number).c_str());
}

JsonWriter& JsonWriter::value(double number) {
  return std::isfinite(number) ? plain(fmt::format("{}", number)) : null();  // RFC 8259 §6 has no infinity
}

JsonWriter& JsonWriter::value(bool truth) {
  return plain(truth ? "true" : "false");
}
JsonWriter& JsonWriter::null() {
  return plain("null");
}

JsonWriter& JsonWriter::value(const Report& report) {
  begin_object();
  write_member(*this, "organization-name", report.organization_name);
  key("date-range").begin_object();
  key("start-datetime").value(std::string_view(format_time(report.start_datetime)));
  key("end-datetime").value(std::string_view(format_time(report.end_datetime)));
  end_object();
  write_member(*this, "contact-info", report.contact_info);
  write_member(*this, "report-id", report.report_id);
  key("policies").begin_array();
  for (const Policy& policy : report.policies) write(*this, policy);
  return end_array().end_object();
}

JsonWriter& JsonWriter::value(const Deviation& deviation) {
  begin_object();
  key("code").value(to_string(deviation.code));
  key("pointer").value(std::string_view(deviation.pointer));
  key("detail").value(std::string_view(deviation.detail));
  return end_object();
}

std::string JsonWriter::take() {
  after_value_ = false;
  return std::exchange(text_, {});
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  after_value_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  text_ += bracket;
  after_value_ = true;
  return *this;
}

JsonWriter& JsonWriter::plain(std::string_view literal) {
  separate();
  text_ += literal;
  return *this;
}

void JsonWriter::separate() {
  constexpr std::size_t kPiece = 64u << 10;
  if (sink_ && text_.size() >= kPiece) {
    sink_(text_);
    text_.clear();
  }
  if (after_value_) text_ += ',';
  after_value_ = true;
}

std::string format_time(Time time) {
  std::string text;
  append_time(text, time);
  return text;
}

void append_time(std::string& to, Time time) {
  constexpr Time kFirstOfFourDigits = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
  time = std::clamp(time, kFirstOfFourDigits, kLastTime);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  char text[] = "0000-00-00T00:00:00Z";
  put_digits({text, 4}, static_cast<int>(date.year()));
  put_digits({text + 5, 2}, static_cast<unsigned>(date.month()));
  put_digits({text + 8, 2}, static_cast<unsigned>(date.day()));
  put_digits({text + 11, 2}, clock.hours().count());
  put_digits({text + 14, 2}, clock.minutes().count());
  put_digits({text + 17, 2}, clock.seconds().count());
  to.append(text, sizeof text - 1);
}

}  // namespace tlsrpt::parser
