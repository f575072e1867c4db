#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <pqxx/connection>
#include <pqxx/nontransaction>

#include "db/migrator.hpp"
#include "db/store.hpp"

// A database with a fresh schema, and values to store in it.
namespace tlsrpt::db::test {

[[nodiscard]] std::string database_url();

// Seconds since 2024-02-22T00:00:00Z.
[[nodiscard]] parser::Time at(int second);

[[nodiscard]] parser::Digest digest(std::string_view text);

// Of one identity per `name`, one content per (`name`, `content`).
[[nodiscard]] NewReport report(const std::string& name, const std::string& content = "first");

// Mail from sender.example, received at(uid).
[[nodiscard]] NewMessage mail(std::uint64_t uid, std::vector<NewReport> reports = {});
[[nodiscard]] NewMessage mail_from(const std::string& domain, std::uint64_t uid, std::vector<NewReport> reports);

// A file that the operator imported: bare JSON.
[[nodiscard]] NewMessage loose_file(const std::string& path, std::vector<NewReport> reports);

// As a batch takes them.
[[nodiscard]] std::vector<RenderedMessage> rendered(std::vector<NewMessage> messages);

[[nodiscard]] NewQuarantine rejected(parser::Reason reason, const std::string& detail = "why",
                                     const std::string& attachment = "");

struct Database {
  Database();

  // A query's rows, each as "a|b|c", NULL as "-".
  std::vector<std::string> rows(const std::string& query);
  std::string value(const std::string& query);
  void execute(const std::string& statement);

  // A mailbox of this name with UIDVALIDITY 7, at UID 0.
  MailboxKey mailbox(const std::string& name = "box");
  // The next messages of a mailbox, from its watermark to the last UID.
  BatchResult write(MailboxKey key, std::vector<NewMessage> messages, const BatchOptions& options = {});
  BatchResult import(std::vector<NewMessage> messages, const BatchOptions& options = {});
  // Forgets how far a mailbox was read.
  void rewind(MailboxKey key);

  Connection connection{database_url()};
  pqxx::connection other{database_url()};  // the test's own, to look and to interfere
};

// Noise, so that no compression brings it below what an index takes.
[[nodiscard]] std::string incompressible(std::size_t size);

// A session of the program's waits for another one.
[[nodiscard]] bool somebody_waits(Database& database);

// The kind of the Error that `act` throws; none if it throws none.
template <typename Act>
std::optional<Error::Kind> failure(Act&& act) {
  try {
    std::forward<Act>(act)();
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(std::string{error.what()}.find('\n') == std::string::npos);
    return error.kind();
  }
  return std::nullopt;
}

using Outcomes = std::vector<Outcome>;
using Rows = std::vector<std::string>;

// messages seen = stored + updated + duplicate + ignored + quarantined + partial, as the counts say too.
void check_every_message_is_counted(Database& database, const PollRun& counts);

}  // namespace tlsrpt::db::test

namespace doctest {

template <>
struct StringMaker<std::optional<tlsrpt::db::Error::Kind>> {
  static String convert(const std::optional<tlsrpt::db::Error::Kind>& kind) {
    return kind ? toString(static_cast<int>(*kind)) : "no failure";
  }
};

template <>
struct StringMaker<std::vector<std::string>> {
  static String convert(const std::vector<std::string>& rows) {
    std::string text;
    for (const std::string& row : rows) text += "\n  " + row;
    return {text.c_str(), static_cast<unsigned>(text.size())};
  }
};

template <>
struct StringMaker<std::vector<tlsrpt::db::Outcome>> {
  static String convert(const std::vector<tlsrpt::db::Outcome>& outcomes) {
    std::string text;
    for (const auto outcome : outcomes) text += std::string{tlsrpt::db::to_string(outcome)} + " ";
    return {text.c_str(), static_cast<unsigned>(text.size())};
  }
};

}  // namespace doctest
