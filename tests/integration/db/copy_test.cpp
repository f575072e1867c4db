#include "db/copy.hpp"

#include "db/transaction.hpp"
#include "support.hpp"

using namespace tlsrpt::db;
using namespace tlsrpt::db::test;

TEST_CASE("rows of any length and number arrive in their order, each field in its place") {
  Database database;
  database.execute("CREATE TABLE copied (a text, n bigint, b text, c text)");
  constexpr int kRows = 3'000;  // several hundred kilobytes
  const std::string lines(200'000, '\n');
  in_transaction(database.connection, [&](auto& transaction) {
    CopyStream stream{transaction, "copied", "a, n, b, c"};
    for (int i = 0; i < kRows; ++i) {
      const std::string text = std::string(static_cast<std::size_t>(i % 300), 'x') + '\\';
      stream.text(std::string_view{}).integer(i).text(std::string_view{text});
      i % 2 == 0 ? stream.null() : stream.text(std::string_view{"\t"});
      stream.end_row();
    }
    stream.text(std::string_view{lines}).integer(kRows).null().null().end_row();
    stream.finish();
  });
  CHECK(database.value("SELECT count(*) FROM copied") == "3001");
  CHECK(database.value("SELECT count(*) FROM copied WHERE a = '' AND b = repeat('x', (n % 300)::int) || '\\' AND "
                       "c IS NOT DISTINCT FROM CASE WHEN n % 2 = 1 THEN E'\t' END") == "3000");
  CHECK(database.value("SELECT a = repeat(E'\n', 200000) AND b IS NULL AND c IS NULL FROM copied WHERE n = 3000") ==
        "t");
}

TEST_CASE("a stream without rows copies nothing") {
  Database database;
  database.execute("CREATE TABLE copied (n bigint)");
  in_transaction(database.connection, [&](auto& transaction) { CopyStream{transaction, "copied", "n"}.finish(); });
  CHECK(database.value("SELECT count(*) FROM copied") == "0");
}
