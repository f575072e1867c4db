#include "collector/imap/server.hpp"

#include <doctest/doctest.h>

using tlsrpt::imap::parse_server;

TEST_CASE("A server is a scheme, a host, and a port where it is not the scheme's own") {
  const auto plain = parse_server("imaps://imap.example.com");
  REQUIRE(plain);
  CHECK(plain->implicit_tls);
  CHECK(plain->host == "imap.example.com");
  CHECK(plain->port == 993);
  CHECK(plain->url() == "imaps://imap.example.com:993/");
  CHECK(plain->name() == "imap.example.com:993");

  CHECK(parse_server("imap://localhost")->port == 143);
  CHECK_FALSE(parse_server("imap://localhost")->implicit_tls);
  CHECK(parse_server("imap://127.0.0.1:1143")->port == 1143);
  CHECK(parse_server("imap://localhost:65535")->port == 65535);
  CHECK(parse_server("imaps://[::1]")->url() == "imaps://[::1]:993/");
  CHECK(parse_server("imaps://[2001:db8::1]:994")->port == 994);
}

TEST_CASE("Anything else is no server") {
  for (const auto* text : {"",
                           "imap.example.com",
                           "https://imap.example.com",
                           "imaps:imap.example.com",
                           "imaps://",
                           "imaps://:993",
                           "imaps://host:",
                           "imaps://host:0",
                           "imaps://host:65536",
                           "imaps://host:-1",
                           "imaps://host:99x",
                           "imaps://host/",
                           "imaps://host/INBOX",
                           "imaps://user@host",
                           "imaps://user:password@host",
                           "imaps://host?x",
                           "imaps://host#x",
                           "imaps://host;AUTH=*",
                           "imaps://ho st",
                           "imaps://host\r\n",
                           "imaps://%68ost",
                           "imaps://[::1",
                           "imaps://[]",
                           "imaps://[::1]x",
                           "imaps://[host]",
                           " imaps://host"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_server(text));
  }
}
