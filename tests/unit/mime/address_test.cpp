#include "mime/address.hpp"

#include <vector>

#include <doctest/doctest.h>

using tlsrpt::mime::first_address_domain;

TEST_CASE("The first address's domain is found among all that may stand in a From field") {
  struct Row {
    std::string text;
    const char* domain;
  };
  const std::vector<Row> rows = {
      {"a@sender.example", "sender.example"},
      {"<a@sender.example>", "sender.example"},
      {" A Name <a@Sender.Example>\r\n", "Sender.Example"},
      {"\"x@other.example\" <a@sender.example>", "sender.example"},
      {"x@other.example <a@sender.example>", "sender.example"},
      {"(x@other.example) a@sender.example (y@other.example)", "sender.example"},
      {"<(x@other.example)a@sender.example>", "sender.example"},
      {"A (<x@other.example>) <a@sender.example>", "sender.example"},
      {"\"<x@other.example>\" <a@sender.example>", "sender.example"},
      {"a@sender.example, b@other.example", "sender.example"},
      {"Nobody, a@sender.example", "sender.example"},
      {"<>, a@sender.example", "sender.example"},
      {"group: a@sender.example, b@other.example;", "sender.example"},
      {"empty:;, a@sender.example", "sender.example"},
      {"\"quoted@other.example\"@sender.example", "sender.example"},
      {"\"a \\\" b\"@sender.example", "sender.example"},
      {"a @ sender . example", "sender.example"},
      {"a\r\n @sender\r\n .example", "sender.example"},
      {"<@relay.example,@other.example:a@sender.example>", "sender.example"},
      {"=?utf-8?q?x=40other.example?= <a@sender.example>", "sender.example"},
      {"<a@sender.example", "sender.example"},
      {"a@b@sender.example", "sender.example"},
      {"a@b\xC3\xBC\x63her.example", "b\xC3\xBC\x63her.example"},
      {"a@sender.example.", "sender.example."},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(first_address_domain(row.text) == row.domain);
  }
}

TEST_CASE("Without an address there is no domain") {
  for (const std::string_view text :
       {"", " ", "nobody", "<>", "<nobody>", "@sender.example", "a@", "<a@>", "a@[192.0.2.1]", "\"a@sender.example\"",
        "(a@sender.example)", "a@\"sender.example\"", "group:;", "a@sender!example", "\"unclosed a@sender.example",
        "(unclosed a@sender.example"}) {
    CAPTURE(text);
    CHECK_FALSE(first_address_domain(text));
  }
}
