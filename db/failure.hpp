#pragma once

#include <string>

#include "db/connection.hpp"

// libpqxx's exceptions → db::Error, by type and SQLSTATE, here alone.
namespace tlsrpt::db {

// What may be the data's fault: kRefusedData; or statement_timeout (57014), which is kUnavailable unless it is found to
// be one message's doing. words() are PostgreSQL's own, SQLSTATE and primary message.
class RefusedData : public Error {
 public:
  RefusedData(Kind kind, const std::string& what, std::string words) : Error(kind, what), words_(std::move(words)) {}
  [[nodiscard]] const std::string& words() const noexcept { return words_; }

 private:
  std::string words_;
};

// A lock that was not free within lock_timeout (55P03).
class LockTimeout : public Error {
 public:
  explicit LockTimeout(const std::string& what) : Error(Kind::kUnavailable, what) {}
};

// Both inside a catch block: the exception in flight leaves as Error; an Error as it is.
[[noreturn]] void rethrow(const Connection& connection);
[[noreturn]] void rethrow_connecting();

}  // namespace tlsrpt::db
