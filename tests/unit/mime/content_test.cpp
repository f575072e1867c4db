#include "mime/content.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace tlsrpt::mime;

TEST_CASE("A media type is freed of what stands around it") {
  CHECK(parse_content(" Application/TLSRPT+gzip ; x=y").value == "Application/TLSRPT+gzip");
  CHECK(parse_content("(c) text/plain (d)").value == "text/plain");
  CHECK(parse_content("attachment").value == "attachment");
  CHECK(parse_content("").value.empty());
  CHECK(parse_content("; name=x").value.empty());
}

TEST_CASE("Parameters are found by name, the first of several") {
  const Content content = parse_content(
      "x; A=1; a=2; ; b; c=; =d; e = \"5\" ;f=\"a;b\"g; h=x (c; h=z) y; g=\"a\\\"b;c\\\\\"; "
      "i=\"un\\closed");
  CHECK(content.parameters.find("a") == "1");
  CHECK_FALSE(content.parameters.find("b"));
  CHECK(content.parameters.find("c") == "");
  CHECK(content.parameters.find("E") == "5");
  CHECK(content.parameters.find("f") == "a;bg");
  CHECK(content.parameters.find("g") == "a\"b;c\\");
  CHECK(content.parameters.find("h") == "x");
  CHECK(content.parameters.find("i") == "unclosed");
}

TEST_CASE("Text parameters are read in every form that file names come in (mail-22)") {
  struct Row {
    std::string field;
    std::string text;
  };
  const std::vector<Row> rows = {
      {"x; filename=a!b.json", "a!b.json"},
      {"x; filename=\"a!b.json\"", "a!b.json"},
      {"x; filename*=UTF-8''a%21b", "a!b"},
      {"x; filename*=UTF-8'en'%C3%BC", "\xC3\xBC"},
      {"x; filename*=iso-8859-1''%FC", "\xC3\xBC"},
      {"x; filename*=''a%21b", "a!b"},
      {"x; filename*=no-quotes%21", "no-quotes!"},
      {"x; filename=plain; filename*=utf-8''extended", "extended"},
      {"x; filename*0=\"rep\"; filename*1=\"ort.xm\"; filename*2=l.gz", "report.xml.gz"},
      {"x; filename*1=b; filename*0=a; filename*10=k", "ab"},  // any order, up to the first gap
      {"x; filename*0*=utf-8''%C3; filename*1*=%BC; filename*2=%41", "\xC3\xBC%41"},
      {"x; filename*0=a; filename*0=b; filename*1=c", "ac"},
      {"x; filename*1=b; filename=a", "a"},
      {"x; filename*0=\"\"; filename=a", ""},
      {"x; filename*x=b; filename*=''a", "a"},
      {"x; filename=\"=?UTF-8?Q?a=21b?=\"", "a!b"},
      {"x; filename=\"=?UTF-8?B?YSFi?=\r\n =?UTF-8?Q?=2Ejson?=\"", "a!b.json"},
      {"x; filename=\"a\r\n b\"", "a b"},
      {"x; filename=\"../../etc/passwd\"", "../../etc/passwd"},
      {"x; filename=\"\xFF\"", "\xEF\xBF\xBD"},
      {"x; filename*=utf-8''%zz%4", "%zz%4"},
      {"x; name=a", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.field);
    CHECK(parse_content(row.field).parameters.find_text("filename", 100) == row.text);
  }
}

TEST_CASE("Text parameters are cut between characters") {
  const Content content = parse_content("x; filename=abc\xC3\xBC");
  CHECK(content.parameters.find_text("filename", 5) == "abc\xC3\xBC");
  CHECK(content.parameters.find_text("filename", 4) == "abc");
}
