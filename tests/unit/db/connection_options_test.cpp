#include "db/connection_options.hpp"

#include <doctest/doctest.h>

#include "db/error.hpp"

namespace tlsrpt::db {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string refusal(const std::string& url) {
  try {
    (void)connection_options(url);
  } catch (const Error& error) {
    CHECK(error.kind() == Error::Kind::kMisconfigured);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a URI and a keyword string say the same") {
  CHECK(connection_options("postgresql://u:p%40ss@db.example:5433/tlsrpt?sslmode=require") ==
        connection_options("host=db.example port=5433 dbname=tlsrpt user=u password=p@ss sslmode=require"));
}

TEST_CASE("deadlines, name and session settings are set") {
  const std::string options = connection_options("");
  for (const char* part : {"application_name='tlsrpt-collector'", "connect_timeout='10'", "keepalives_idle='30'",
                           "tcp_user_timeout='30000'", "client_encoding='UTF8'", "-c search_path=tlsrpt,pg_temp",
                           "-c timezone=UTC", "-c statement_timeout=60000", "-c standard_conforming_strings=on"}) {
    INFO(std::string{part});
    CHECK(contains(options, part));
  }
}

TEST_CASE("what the user says of deadlines and name stands") {
  const std::string options = connection_options("postgresql:///x?connect_timeout=3&application_name=mine");
  CHECK(contains(options, "connect_timeout='3'"));
  CHECK(contains(options, "application_name='mine'"));
  CHECK_FALSE(contains(options, "connect_timeout='10'"));
}

TEST_CASE("the user's own session settings come before ours") {
  CHECK(contains(connection_options("options='-c work_mem=8MB'"), "options='-c work_mem=8MB -c search_path="));
}

TEST_CASE("quotes and backslashes in a value are escaped") {
  CHECK(contains(connection_options(R"(password='it\'s a \\ ')"), R"(password='it\'s a \\ ')"));
}

TEST_CASE("a connection string that cannot be read is refused without being quoted") {
  const std::string unreadable = refusal("host=db password=my secret word");
  CHECK(contains(unreadable, "neither a postgresql:// URI nor"));
  CHECK_FALSE(contains(unreadable, "secret"));
}

TEST_CASE("a password that splits a URI is not shown as host, port or database") {
  for (const char* url : {"postgresql://user:sec/ret@db/tlsrpt", "postgresql://user:p@sec/ret@db/tlsrpt",
                          "postgresql://user:sec@ret@db/tlsrpt", "postgres://user:12/ret@db/tlsrpt?sslmode=require"}) {
    INFO(std::string{url});
    const std::string text = refusal(url);
    CHECK(contains(text, "must be written as %40"));
    CHECK_FALSE(contains(text, "sec"));
    CHECK_FALSE(contains(text, "ret"));
  }
}

TEST_CASE("an '@' in a query's value, in a keyword string and percent-encoded is no split password") {
  CHECK(contains(connection_options("postgresql://db/tlsrpt?user=a@b"), "user='a@b'"));
  CHECK(contains(connection_options("host=db user=a@b password=p@/s"), "password='p@/s'"));
  CHECK(contains(connection_options("postgresql://a%40b:p%2Fs@db"), "password='p/s'"));
}

}  // namespace tlsrpt::db
