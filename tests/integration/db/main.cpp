#include <cstdlib>
#include <iostream>

#include <doctest/doctest.h>

int main(int argc, char** argv) {
  if (std::getenv("TLSRPT_TEST_DATABASE") == nullptr) {
    std::cout << "skipped: TLSRPT_TEST_DATABASE names no database\n";
    return 77;
  }
  return doctest::Context{argc, argv}.run();
}
