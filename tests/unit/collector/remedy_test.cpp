#include "collector/print/remedy.hpp"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace tlsrpt;
using namespace tlsrpt::collector;

TEST_CASE("a remedy names the MX and the domain at hand, in its command") {
  const parser::ResultType type{.code = "c",
                                .category = "other",
                                .cause = "cause",
                                .remedy = "Look at the MX of DOMAIN: probe MX:25 mta-sts.DOMAIN MXX",
                                .reference = "r"};
  CHECK(remedy_for(type, "mx1.example.com", "example.com") ==
        "Look at the MX of example.com: probe mx1.example.com:25 mta-sts.example.com MXX");
}

TEST_CASE("a name that a shell could take for more than a name stays out of the command") {
  const parser::ResultType type{
      .code = "c", .category = "other", .cause = "cause", .remedy = "Try: probe MX DOMAIN", .reference = "r"};
  for (const auto* name : {"$(reboot)", "a;b", "a b", "-oProxyCommand", "", "a`b", "a\nb"}) {
    CHECK(remedy_for(type, name, name) == "Try: probe MX DOMAIN");
  }
  CHECK(remedy_for(type, std::nullopt, std::nullopt) == "Try: probe MX DOMAIN");
}

TEST_CASE("a remedy is an advice and commands") {
  CHECK(steps_of("Look: dig mx a; delv b").advice == "Look");
  CHECK(steps_of("Look: dig mx a; delv b").commands == std::vector<std::string>{"dig mx a", "delv b"});
  CHECK(steps_of("Ask them").advice == "Ask them");
  CHECK(steps_of("Ask them").commands.empty());
  CHECK(steps_of("").advice.empty());
}

TEST_CASE("every known remedy has a command to paste") {
  for (const auto& type : parser::result_types()) {
    CAPTURE(type.code);
    const auto steps = steps_of(remedy_for(type, "mx1.example.com", "example.com"));
    CHECK_FALSE(steps.advice.empty());
    REQUIRE_FALSE(steps.commands.empty());
    for (const auto& command : steps.commands) CHECK(command.find("DOMAIN") == std::string::npos);
  }
}
