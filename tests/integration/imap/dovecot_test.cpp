#include "dovecot.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "failure.hpp"
#include "fetched.hpp"

TEST_SUITE_BEGIN("Dovecot");
TEST_CASE("placeholder") {}
TEST_SUITE_END();
