#include "collector/print/table.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "collector/print/wrap.hpp"

using namespace tlsrpt::collector;

TEST_CASE("lines are wrapped at the width where words allow") {
  CHECK(wrap("", "", 10) == "\n");
  CHECK(wrap("", "one two", 7) == "one two\n");
  CHECK(wrap("", "one two", 6) == "one\ntwo\n");
  CHECK(wrap("- ", "one two", 6) == "- one\n  two\n");
  CHECK(wrap("- ", "averylongword b", 6) == "- averylongword\n  b\n");
  CHECK(wrap("", "\xc3\xa4\xc3\xb6\xc3\xbc x", 5) == "\xc3\xa4\xc3\xb6\xc3\xbc x\n");
  CHECK(wrap("label   ", "", 20) == "label\n");
}

TEST_CASE("a cell is broken after a space, a dot or a hyphen, else anywhere, and loses no letter") {
  using Pieces = std::vector<std::string>;
  CHECK(broken("", 5) == Pieces{""});
  CHECK(broken("one", 3) == Pieces{"one"});
  CHECK(broken("one two", 3) == Pieces{"one", "two"});
  CHECK(broken("one two", 5) == Pieces{"one", "two"});
  CHECK(broken("mx1.example.com", 12) == Pieces{"mx1.example.", "com"});
  CHECK(broken("a-very-long", 5) == Pieces{"a-", "very-", "long"});
  CHECK(broken("averylongname", 5) == Pieces{"avery", "longn", "ame"});
  CHECK(broken("\xc3\xa4\xc3\xb6\xc3\xbc", 2) == Pieces{"\xc3\xa4\xc3\xb6", "\xc3\xbc"});
}

TEST_CASE("what floods a cell is cut after some lines") {
  TextTable table({{"name"}});
  table.add({std::string(1000, 'x')});
  const auto line = "  " + std::string(10, 'x') + '\n';
  CHECK(table.lines(12) == "  name\n" + line + line + line + "  " + std::string(9, 'x') + "…\n");
  TextTable dotted({{"name"}});
  dotted.add({"a.bbbbbbbb.a.bbbbbbbb.a.bbbbbbbb."});
  CHECK(dotted.lines(10) == "  name\n  a.\n  bbbbbbbb\n  .a.\n  bbbbbbb…\n");
}
