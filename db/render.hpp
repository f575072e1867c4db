#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "db/copy_text.hpp"
#include "db/new_message.hpp"
#include "db/policy_renderer.hpp"

// What is stored of a message and its reports, as COPY takes it: rendered where it was read and is at hand, so that who
// writes has only keys to add and bytes to pass on.
namespace tlsrpt::db {

enum class Table { kReport, kPolicy, kFailureDetail, kSessionTotal, kFailureTotal, kDeviation };
inline constexpr std::size_t kTables = 6;

// The columns that a report's rows of this table have.
[[nodiscard]] std::string_view rendered_columns(Table table) noexcept;

struct RenderedReport {
  parser::Time start_datetime;
  parser::Digest identity{};
  parser::Digest content{};
  std::string organization_name;  // "" for none
  std::string recipient_domains;  // of its session totals, a NUL behind each
  std::size_t pair = 0;           // a hash of these two
  std::string attachment;
  std::string raw;
  // A line for each row: a letter for its table, its fields, LF. The report's own row first; failure details after
  // their policy. In several parts where they are long, so that they never need twice their memory.
  std::string rows;
  std::vector<std::string> more_rows;
};

[[nodiscard]] constexpr char letter_of(Table table) noexcept {
  return static_cast<char>('a' + static_cast<int>(table));
}
[[nodiscard]] constexpr Table table_of(char letter) noexcept {
  return static_cast<Table>(letter - 'a');
}

// Calls `use(table, fields)` for each row, in order.
template <typename Use>
void for_each_row(const RenderedReport& report, Use use) {
  const auto read = [&](std::string_view rows) {
    for (std::size_t begin = 0; begin < rows.size();) {
      const std::size_t end = rows.find('\n', begin);
      use(table_of(rows[begin]), rows.substr(begin + 1, end - begin - 1));
      begin = end + 1;
    }
  };
  read(report.rows);
  for (const std::string& rows : report.more_rows) read(rows);
}

struct RenderedMessage {
  NewMessage message;  // without its reports; what only its row has may be gone, too
  std::string fields;  // of its row: kRenderedMessageColumns
  std::vector<RenderedReport> reports;
};

inline constexpr std::string_view kRenderedMessageColumns =
    "source, sha256, rfc822_message_id, from_domain, subject, received_at, authentic, kind";

// Reuses its buffers from call to call; one per thread.
class Renderer {
 public:
  [[nodiscard]] RenderedMessage render(NewMessage message);

 private:
  // Many rows have the same two, and so have many reports.
  struct RenderedTime {
    void put(parser::Time value);

    parser::Time time{};
    std::string text;
  };

  [[nodiscard]] RenderedReport render(NewReport report);
  void put_report(const NewReport& report);
  void put_policies(NewReport& report);
  void put_failure_details(parser::Policy& policy);
  void put_totals(const NewReport& report);
  void put_deviations(const NewReport& report);
  CopyText& begin_row(Table table);
  CopyText& begin_total(Table table, const parser::Report& report, std::string_view recipient_domain);
  void end_row();
  void end_part();

  CopyText text_;
  RenderedTime start_;  // of the report
  RenderedTime end_;
  RenderedReport report_;  // the one being rendered
  PolicyRenderer policy_;
};

}  // namespace tlsrpt::db
