#include "tests/integration/db/support.hpp"

#include <cstdlib>
#include <functional>
#include <stdexcept>

#include <fmt/format.h>
#include <pqxx/result>

namespace tlsrpt::db::test {

std::string database_url() {
  const char* const url = std::getenv("TLSRPT_TEST_DATABASE");
  if (url == nullptr) throw std::runtime_error("TLSRPT_TEST_DATABASE is not set");
  return url;
}

parser::Time at(int second) {
  return parser::Time{std::chrono::seconds{1'708'560'000 + second}};
}

parser::Digest digest(std::string_view text) {
  parser::Digest digest{};
  const std::size_t hash = std::hash<std::string_view>{}(text);
  for (std::size_t i = 0; i < sizeof hash; ++i) digest[i] = static_cast<std::uint8_t>(hash >> (8 * i));
  return digest;
}

NewReport report(const std::string& name, const std::string& content) {
  NewReport result;
  parser::Report& body = result.parsed.report;
  body.organization_name = "Sender Inc.";
  body.start_datetime = at(0);
  body.end_datetime = at(86'399);
  body.contact_info = "mailto:tls@sender.example";
  body.report_id = name;
  parser::Policy policy;
  policy.policy_type = "sts";
  policy.policy_domain = "example.com";
  policy.policy_string = {"version: STSv1", "mode: enforce"};
  policy.mx_host = {"mx.example.com"};
  policy.total_successful_session_count = 10;
  policy.total_failure_session_count = 1;
  policy.failure_details.push_back({.result_type = "certificate-expired",
                                    .sending_mta_ip = "192.0.2.1",
                                    .receiving_mx_hostname = "mx.example.com",
                                    .receiving_mx_helo = std::nullopt,
                                    .receiving_ip = "2001:db8::1",
                                    .failed_session_count = 1,
                                    .additional_information = content,
                                    .failure_reason_code = std::nullopt});
  body.policies.push_back(policy);
  result.parsed.deviations.push_back({parser::DeviationCode::kMissingOrganizationName, "", content});
  result.parsed.identity = digest(name);
  result.parsed.content = digest(name + "/" + content);
  result.parsed.raw = "\x1F\x8B" + content;
  result.report_domain = "example.com";
  result.session_totals = {{.recipient_domain = "example.com", .sessions = 11, .failures = 1}};
  result.failure_totals = {{.recipient_domain = "example.com",
                            .result_type = "certificate-expired",
                            .host = "mx.example.com",
                            .failed_sessions = 1,
                            .sessions = 11,
                            .failures = 1}};
  result.submitter_domain = "sender.example";
  result.filename = "sender.example!example.com!0!86399.json.gz";
  result.attachment = "2";
  return result;
}

NewMessage mail(std::uint64_t uid, std::vector<NewReport> reports) {
  return mail_from("sender.example", uid, std::move(reports));
}

NewMessage mail_from(const std::string& domain, std::uint64_t uid, std::vector<NewReport> reports) {
  return {.uid = uid,
          .sha256 = std::nullopt,
          .source = fmt::format("imaps://user@host/INBOX;UID={}", uid),
          .rfc822_message_id = fmt::format("{}@{}", uid, domain),
          .from_domain = domain,
          .subject = "Report Domain: example.com",
          .received_at = at(static_cast<int>(uid)),
          .authentic = Authentic::kUnknown,
          .kind = reports.empty() ? MessageKind::kOther : MessageKind::kTls,
          .operators_own = false,
          .reports = std::move(reports),
          .quarantine = {},
          .raw = {}};
}

NewMessage loose_file(const std::string& path, std::vector<NewReport> reports) {
  return {.uid = std::nullopt,
          .sha256 = digest(path),
          .source = path,
          .rfc822_message_id = std::nullopt,
          .from_domain = std::nullopt,
          .subject = std::nullopt,
          .received_at = std::nullopt,
          .authentic = Authentic::kUnknown,
          .kind = MessageKind::kTls,
          .operators_own = true,
          .reports = std::move(reports),
          .quarantine = {},
          .raw = {}};
}

std::vector<RenderedMessage> rendered(std::vector<NewMessage> messages) {
  Renderer renderer;
  std::vector<RenderedMessage> batch;
  batch.reserve(messages.size());
  for (NewMessage& message : messages) batch.push_back(renderer.render(std::move(message)));
  return batch;
}

NewQuarantine rejected(parser::Reason reason, const std::string& detail, const std::string& attachment) {
  return {attachment, {reason, detail}};
}

Database::Database() {
  execute("SET client_min_messages = warning");
  execute("DROP SCHEMA IF EXISTS tlsrpt CASCADE");
  execute("SET search_path = tlsrpt; SET timezone = UTC");
  migrate(connection);
}

std::vector<std::string> Database::rows(const std::string& query) {
  pqxx::nontransaction transaction{other};
  std::vector<std::string> lines;
  for (const auto& row : transaction.exec(query)) {
    std::string line;
    for (const auto& field : row) {
      line += field.is_null() ? "-" : field.c_str();
      line += '|';
    }
    line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

std::string Database::value(const std::string& query) {
  const auto lines = rows(query);
  REQUIRE(lines.size() == 1);
  return lines.front();
}

void Database::execute(const std::string& statement) {
  pqxx::nontransaction transaction{other};
  transaction.exec(statement);
}

MailboxKey Database::mailbox(const std::string& name) {
  const MailboxKey key =
      enter_mailbox(connection,
                    {.name = name, .server = "imaps://host", .username = name, .folder = "INBOX", .domains = {}})
          .key;
  reset_watermark(connection, key, 7);
  return key;
}

BatchResult Database::write(MailboxKey key, std::vector<NewMessage> messages, const BatchOptions& options) {
  const auto from = std::stoull(value(fmt::format("SELECT last_uid FROM mailbox WHERE id = {}", key)));
  const Watermark watermark{
      .mailbox = key, .uid_validity = 7, .from = from, .to = messages.empty() ? from : *messages.back().uid};
  return write_batch(connection, watermark, rendered(std::move(messages)), options);
}

BatchResult Database::import(std::vector<NewMessage> messages, const BatchOptions& options) {
  return write_batch(connection, std::nullopt, rendered(std::move(messages)), options);
}

void Database::rewind(MailboxKey key) {
  reset_watermark(connection, key, 7);
}

std::string incompressible(std::size_t size) {
  std::string text;
  for (std::uint32_t state = 1; text.size() < size;) {
    state = state * 1'664'525 + 1'013'904'223;
    text += static_cast<char>('a' + (state >> 24) % 26);
  }
  return text;
}

bool somebody_waits(Database& database) {
  return database.value(
             "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tlsrpt-collector'"
             " AND datname = current_database() AND wait_event_type = 'Lock'") != "0";
}

void check_every_message_is_counted(Database& database, const PollRun& counts) {
  const auto sum =
      counts.stored + counts.updated + counts.duplicate + counts.ignored + counts.quarantined + counts.partial;
  CHECK(sum == counts.fetched);
  const auto of = [&](std::string_view outcome) {
    return std::stoll(database.value(fmt::format("SELECT count(*) FROM message WHERE outcome = '{}'", outcome)));
  };
  CHECK(of("stored") == counts.stored);
  CHECK(of("updated") == counts.updated);
  CHECK(of("duplicate") == counts.duplicate);
  CHECK(of("ignored") == counts.ignored);
  CHECK(of("quarantined") == counts.quarantined);
  CHECK(of("partial") == counts.partial);
}

}  // namespace tlsrpt::db::test
