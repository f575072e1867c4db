#include <cstdio>

#include <doctest/doctest.h>

#include "dovecot.hpp"

// Most tests bring a scripted server of their own; those in the suite "Dovecot" need a real one.
int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  if (!tlsrpt::imap::test::dovecot_given()) {
    std::puts("Tests against Dovecot are skipped: TLSRPT_TEST_IMAP_PORT and its like are not set");
    context.addFilter("test-suite-exclude", "Dovecot");
  }
  return context.run();
}
