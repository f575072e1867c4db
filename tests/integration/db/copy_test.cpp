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
      stream.row().text(std::string_view{}).integer(i).text(std::string_view{text});
      i % 2 == 0 ? stream.row().null() : stream.row().text(std::string_view{"\t"});
      stream.end_row();
    }
    stream.row().text(std::string_view{lines}).integer(kRows).null().null();
    stream.end_row();
    stream.finish();
  });
  CHECK(database.value("SELECT count(*) FROM copied") == "3001");
  CHECK(database.value("SELECT count(*) FROM copied WHERE a = '' AND b = repeat('x', (n % 300)::int) || '\\' AND "
                       "c IS NOT DISTINCT FROM CASE WHEN n % 2 = 1 THEN E'\t' END") == "3000");
  CHECK(database.value("SELECT a = repeat(E'\n', 200000) AND b IS NULL AND c IS NULL FROM copied WHERE n = 3000") ==
        "t");
}

TEST_CASE("bytes of any number arrive as they were, and the fields beside them") {
  Database database;
  database.execute("CREATE TABLE copied (n bigint, b bytea, t text)");
  constexpr std::size_t kPiece = 64u << 10;  // as long ones are sent
  in_transaction(database.connection, [&](auto& transaction) {
    CopyStream stream{transaction, "copied", "n, b, t"};
    for (const std::size_t size : {std::size_t{0}, kPiece - 1, kPiece, kPiece + 1, 3 * kPiece}) {
      std::string bytes(size, '\0');
      for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i % 251);
      stream.row().integer(static_cast<std::int64_t>(size));
      stream.bytes(bytes);
      stream.row().text(std::string_view{"after"});
      stream.end_row();
    }
    stream.finish();
  });
  CHECK(database.value("SELECT string_agg(length(b)::text, ' ' ORDER BY n) FROM copied WHERE t = 'after'") ==
        "0 65535 65536 65537 196608");
  CHECK(database.value("SELECT bool_and(encode(b, 'hex') = coalesce((SELECT string_agg(lpad(to_hex(i % 251), 2, '0'), "
                       "'' ORDER BY i) FROM generate_series(0, n::int - 1) i), '')) FROM copied") == "t");
}

TEST_CASE("a stream without rows copies nothing") {
  Database database;
  database.execute("CREATE TABLE copied (n bigint)");
  in_transaction(database.connection, [&](auto& transaction) { CopyStream{transaction, "copied", "n"}.finish(); });
  CHECK(database.value("SELECT count(*) FROM copied") == "0");
}
