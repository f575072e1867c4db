#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "parser/count.hpp"
#include "parser/limits.hpp"
#include "parser/reader.hpp"
#include "parser/report_members.hpp"
#include "parser/source.hpp"
#include "parser/text.hpp"

namespace tlsrpt::parser {

enum class ScalarKind { kNull, kBool, kNumber, kString };

struct Scalar {
  ScalarKind kind = ScalarKind::kNull;
  std::string_view text;               // as sent; of a string, decoded
  bool raw_control_character = false;  // the string held one that JSON wants escaped (RFC 8259 §7)

  [[nodiscard]] bool null() const noexcept { return kind == ScalarKind::kNull; }
};

// Builds one report from its JSON values: normalises each, and records every liberty that it takes.
class ReportBuilder {
 public:
  // What is built is spent from the allowance.
  ReportBuilder(const Limits& limits, const JsonPath& path, Allowance& allowance) noexcept
      : limits_(limits), path_(path), allowance_(allowance) {}

  void begin();
  void enter(Context context, Member via);
  void leave(Context context);
  void value(Member member, const Scalar& scalar);
  // A whole object or array where none belongs.
  void misplaced(Member member, std::string_view what);
  void deviate(DeviationCode code, std::string_view detail = {});

  void reject(Reason reason, std::string detail);
  [[nodiscard]] bool rejected() const noexcept { return rejection_.has_value(); }

  // It was no report after all.
  void discard() noexcept { rejection_.reset(); }
  // Checks the whole, which is then gone from the builder.
  [[nodiscard]] std::variant<ParsedReport, Rejection> finish();

 private:
  struct DateEnd {
    std::optional<Time> time;  // absent though something was sent: unreadable
    std::string sent;
  };

  Policy& policy() noexcept { return parsed_.report.policies.back(); }
  FailureDetail& detail() noexcept { return policy().failure_details.back(); }

  void no_container(Member member, const Scalar& scalar);
  void add_policy(Member via);
  void add_failure_detail(Member via);
  void add_policy_string(std::string_view line);
  void add_mx_host(const Scalar& scalar);
  bool has_room_in_policy(std::string_view line);
  void begin_policy();
  void begin_summary(bool present);
  void split_policy_string(std::string_view text);
  void unpack_policy_string(bool is_array);
  void finish_policy();
  void finish_failure_detail();
  void finish_date_range();

  void read_date(DateEnd& end, const Scalar& scalar, bool is_end);
  void read_policy_type(const Scalar& scalar);
  // A value as its field wants it, its deviations recorded; nothing where it has no sensible reading.
  std::optional<std::int64_t> count(const Scalar& scalar);
  std::optional<std::string> text(const Scalar& scalar);
  std::optional<std::string_view> sound(const Scalar& scalar);  // the same for those that look at it first
  std::optional<std::string> organization_name(const Scalar& scalar);
  std::optional<std::string> lower_case(const Scalar& scalar);
  std::optional<std::string> domain(const Scalar& scalar);
  std::optional<std::string> address(const Scalar& scalar);
  std::optional<std::string> short_enough(std::string name, std::string_view sent);

  void deviate_below(DeviationCode code, std::string_view members, std::string_view detail = {});
  bool has_room_for_deviation();
  void add_deviation(DeviationCode code, std::string pointer, std::string_view detail);
  std::string_view paid(std::string_view text);
  std::string normalized(std::string_view domain);
  void spend(std::size_t bytes) { allowance_.spend_memory(bytes); }

  const Limits& limits_;
  const JsonPath& path_;
  Allowance& allowance_;
  ParsedReport parsed_;
  std::string mended_;  // what sound() had to mend last
  std::optional<Rejection> rejection_;
  DateEnd start_;
  DateEnd end_;
  bool has_policies_ = false;
  bool has_summary_ = false;
  bool has_successful_count_ = false;
  bool has_failure_count_ = false;
  bool has_failed_session_count_ = false;
  std::size_t policy_bytes_ = 0;  // of the lines and hosts of the policy in hand
  std::size_t failure_details_ = 0;
  std::size_t more_deviations_ = 0;
};

}  // namespace tlsrpt::parser
