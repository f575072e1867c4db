#include "collector/print/remedy.hpp"

#include "db/text.hpp"
#include "tests/integration/db/support.hpp"

namespace tlsrpt::db::test {

TEST_CASE("the views fill the names into a remedy as the program does") {
  const std::vector<std::optional<std::string>> names = {std::nullopt,
                                                         "mx1.example.com",
                                                         "_25._tcp.mx",
                                                         "xn--bcher-kva.example",
                                                         "MX.DOMAIN",
                                                         "",
                                                         "-oProxyCommand",
                                                         "$(reboot).a",
                                                         "a;b",
                                                         "a\nb",
                                                         "b\u00FCcher.example",
                                                         "a b",
                                                         "\\\\1"};
  Database database;
  pqxx::nontransaction transaction{database.other};
  for (const parser::ResultType& type : parser::result_types()) {
    for (const auto& mx : names) {
      for (const auto& domain : names) {
        CAPTURE(type.code);
        CAPTURE(mx.value_or("(none)"));
        CAPTURE(domain.value_or("(none)"));
        const auto row = transaction.exec_params1("SELECT remedy_for(remedy, $2, $3) FROM result_type WHERE code = $1",
                                                  std::string{type.code}, mx, domain);
        CHECK(row[0].as<std::string>() == collector::remedy_for(type, mx, domain));
      }
    }
  }
}

}  // namespace tlsrpt::db::test
