#include "collector/reaction.hpp"

#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <doctest/doctest.h>

#include "collector/error.hpp"
#include "collector/imap/error.hpp"
#include "db/error.hpp"

using namespace tlsrpt;
using namespace tlsrpt::collector;

namespace {

template <typename Error>
std::exception_ptr made(Error error) {
  return std::make_exception_ptr(std::move(error));
}

// `outer` around `inner`, as std::throw_with_nested() makes it.
template <typename Outer>
std::exception_ptr around(Outer outer, const std::exception_ptr& inner) {
  try {
    try {
      std::rethrow_exception(inner);
    } catch (...) {
      std::throw_with_nested(std::move(outer));
    }
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

TEST_CASE("every kind of error has its reaction and exit code") {
  using Imap = imap::Error::Kind;
  using Db = db::Error::Kind;
  const auto errc = [](std::errc code) { return made(std::system_error(std::make_error_code(code), "x")); };
  struct Row {
    std::exception_ptr error;
    Reaction reaction;
    int exit_code;
  };
  const std::vector<Row> rows = {
      {made(imap::Error(Imap::kUnreachable, "x")), Reaction::kTryLater, 75},
      {made(imap::Error(Imap::kTls, "x")), Reaction::kStop, 69},
      {made(imap::Error(Imap::kProtocol, "x")), Reaction::kStop, 69},
      {made(imap::Error(Imap::kLoginRefused, "x")), Reaction::kStop, 77},
      {made(imap::Error(Imap::kFolderMissing, "x")), Reaction::kStop, 78},
      {made(db::Error(Db::kUnavailable, "x")), Reaction::kTryLater, 75},
      {made(db::Error(Db::kMisconfigured, "x")), Reaction::kStop, 78},
      {made(db::Error(Db::kTls, "x")), Reaction::kStop, 69},
      {made(db::Error(Db::kNewer, "x")), Reaction::kStop, 78},
      {made(db::Error(Db::kSchemaMissing, "x")), Reaction::kStop, 78},
      {made(db::Error(Db::kOvertaken, "x")), Reaction::kTryLater, 75},
      {made(db::Error(Db::kRefusedData, "x")), Reaction::kBug, 70},
      {made(db::Error(Db::kBug, "x")), Reaction::kBug, 70},
      {made(ConfigError("x")), Reaction::kStop, 78},
      {made(UsageError("x")), Reaction::kStop, 64},
      {made(InputError("x")), Reaction::kStop, 66},
      {made(OutputError("x")), Reaction::kStop, 74},
      {made(std::bad_alloc()), Reaction::kTryLater, 75},
      {errc(std::errc::resource_unavailable_try_again), Reaction::kTryLater, 75},
      {errc(std::errc::not_enough_memory), Reaction::kTryLater, 75},
      {errc(std::errc::too_many_files_open), Reaction::kTryLater, 75},
      {errc(std::errc::too_many_files_open_in_system), Reaction::kTryLater, 75},
      {errc(std::errc::no_space_on_device), Reaction::kTryLater, 75},
      {errc(std::errc::permission_denied), Reaction::kBug, 70},
      {made(std::runtime_error("x")), Reaction::kBug, 70},
      {made(std::logic_error("x")), Reaction::kBug, 70},
      {made(42), Reaction::kBug, 70},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(i);
    const auto verdict = react(rows[i].error);
    CHECK(verdict.reaction == rows[i].reaction);
    CHECK(static_cast<int>(verdict.exit_code) == rows[i].exit_code);
  }
}

TEST_CASE("a chain of exceptions becomes one line, outermost first") {
  const auto cause = made(imap::Error(imap::Error::Kind::kTls, "imaps://imap.example.com: certificate has expired"));
  const auto verdict = react(around(std::runtime_error("mailbox example.com"), cause));
  CHECK(verdict.text == "mailbox example.com: imaps://imap.example.com: certificate has expired");
  CHECK(verdict.exit_code == ExitCode::kUnavailable);

  CHECK(react(around(std::runtime_error("a"), around(std::runtime_error("b"), made(UsageError("c"))))).text ==
        "a: b: c");
}

TEST_CASE("only the errors of a configuration file are several lines") {
  CHECK(react(made(ConfigError("no mailbox is named a\nb"))).text == "no mailbox is named a\\x0ab");
  CHECK(react(made(ConfigFileError("a\nb"))).text == "a\nb");
}

TEST_CASE("the outermost exception whose type says something decides") {
  const auto inner = made(std::system_error(std::make_error_code(std::errc::permission_denied), "open"));
  CHECK(react(around(InputError("report.json"), inner)).exit_code == ExitCode::kNoInput);
  const auto database = made(db::Error(db::Error::Kind::kUnavailable, "down"));
  CHECK(react(around(ConfigError("x"), database)).exit_code == ExitCode::kConfiguration);
}

TEST_CASE("a bug asks to be reported, anything else does not") {
  CHECK(react(made(std::logic_error("oops"))).text == "oops (this is a bug in tlsrpt-collector: please report it)");
  CHECK(react(made(42)).text == "unknown exception (this is a bug in tlsrpt-collector: please report it)");
  CHECK(react(made(ConfigError("bad"))).text == "bad");
}
