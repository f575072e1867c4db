#include "db/failure.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <pqxx/except>

#include "db/connection_state.hpp"

namespace tlsrpt::db {
namespace {

using Kind = Error::Kind;

// "ERROR:  primary message", or a failure of libpq's over several lines: one line, without the severity.
std::string one_line(std::string_view text) {
  constexpr std::string_view kSeverity = "ERROR:  ";
  if (text.starts_with(kSeverity)) text = text.substr(kSeverity.size(), text.find('\n') - kSeverity.size());
  std::string line;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::size_t begin = std::min(text.find_first_not_of(" \t\n"), end);
    if (begin != end && !line.empty()) line += "; ";
    line += text.substr(begin, end - begin);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return line;
}

// PostgreSQL, "Error Codes".
Kind kind_of(std::string_view sqlstate) {
  static constexpr std::string_view kTryLater[] = {"08", "40", "53", "55P03", "57014", "57P01", "57P02", "57P03"};
  static constexpr std::string_view kSetUp[] = {"3D000", "28", "42501", "3F000", "25006"};
  static constexpr std::string_view kData[] = {"22", "23", "54"};
  const auto is_one_of = [&](const auto& prefixes) {
    return std::any_of(std::begin(prefixes), std::end(prefixes),
                       [&](std::string_view prefix) { return sqlstate.starts_with(prefix); });
  };
  if (is_one_of(kTryLater)) return Kind::kUnavailable;
  if (is_one_of(kSetUp)) return Kind::kMisconfigured;
  if (is_one_of(kData)) return Kind::kRefusedData;
  if (sqlstate == "42P01") return Kind::kSchemaMissing;
  return Kind::kBug;
}

// libpqxx 6 forgets the SQLSTATE of this one type.
std::string sqlstate_of(const pqxx::sql_error& error) {
  return dynamic_cast<const pqxx::insufficient_privilege*>(&error) != nullptr ? "42501" : error.sqlstate();
}

[[noreturn]] void throw_for(const pqxx::sql_error& error, const std::string& where) {
  const std::string sqlstate = sqlstate_of(error);
  const Kind kind = kind_of(sqlstate);
  const std::string words = fmt::format("{} (SQLSTATE {})", one_line(error.what()), sqlstate);
  const std::string what = fmt::format("database {}: {}", where, words);
  if (kind == Kind::kRefusedData || sqlstate == "57014") throw RefusedData{kind, what, words};
  if (sqlstate == "55P03") throw LockTimeout{what};
  throw Error{kind, what};
}

// libpq has no SQLSTATE for a connection that never was, nor a code of its own (PostgreSQL 15): its words are all there
// is. Its own are English, since this program sets no locale; those of a server may be translated, which only costs the
// better exit code. Whatever else they say may pass.
Kind kind_of_connecting(std::string_view words) {
  static constexpr std::pair<std::string_view, Kind> kLasting[] = {
      // libpq's own
      {"no password supplied", Kind::kMisconfigured},
      {"invalid port number: ", Kind::kMisconfigured},
      {"invalid integer value ", Kind::kMisconfigured},
      {" value: \"", Kind::kMisconfigured},  // "invalid sslmode value: …", and so for every keyword of certain words
      {"definition of service ", Kind::kMisconfigured},
      {"service file ", Kind::kMisconfigured},
      {"certificate file ", Kind::kMisconfigured},
      {"private key file ", Kind::kMisconfigured},
      {"server does not support SSL", Kind::kTls},
      {"SSL error: ", Kind::kTls},
      {"server certificate for ", Kind::kTls},  // "… does not match host name …"
      // the server's
      {"authentication failed for user", Kind::kMisconfigured},            // 28P01, 28000
      {"no pg_hba.conf entry for", Kind::kMisconfigured},                  // 28000
      {"\" does not exist", Kind::kMisconfigured},                         // 28000 role, 3D000 database
      {"is not permitted to log in", Kind::kMisconfigured},                // 28000
      {"permission denied for database", Kind::kMisconfigured},            // 42501
      {"unrecognized configuration parameter", Kind::kMisconfigured},      // 42704
      {"invalid value for parameter", Kind::kMisconfigured},               // 22023
      {"permission denied to set parameter", Kind::kMisconfigured},        // 42501
      {"command-line argument for server process", Kind::kMisconfigured},  // 42601
  };
  const auto* const found =
      std::ranges::find_if(kLasting, [&](const auto& row) { return words.find(row.first) != std::string_view::npos; });
  return found == std::end(kLasting) ? Kind::kUnavailable : found->second;
}

}  // namespace

void rethrow(const Connection& connection) {
  const std::string& where = connection.where();
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    if (!connection.state().link.is_open()) {
      throw Error{Kind::kUnavailable, fmt::format("database {}: connection lost: {}", where, one_line(error.what()))};
    }
    if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error)) throw_for(*sql, where);
    // A deadlock, a serialization failure, and a commit that may or may not have landed: a new pass finds out.
    const bool is_temporary = dynamic_cast<const pqxx::broken_connection*>(&error) != nullptr ||
                              dynamic_cast<const pqxx::transaction_rollback*>(&error) != nullptr ||
                              dynamic_cast<const pqxx::in_doubt_error*>(&error) != nullptr;
    throw Error{is_temporary ? Kind::kUnavailable : Kind::kBug,
                fmt::format("database {}: {}", where, one_line(error.what()))};
  }
}

void rethrow_connecting() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    const std::string words = one_line(error.what());
    throw Error{kind_of_connecting(words), "database: " + words};
  }
}

}  // namespace tlsrpt::db
