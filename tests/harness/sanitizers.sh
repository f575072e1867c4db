# The build under AddressSanitizer and UndefinedBehaviorSanitizer, one for the tests and the fuzz targets, and how what
# they find ends a program; for scripts at the project's root to source.
# shellcheck shell=bash disable=SC2034

sanitize_options=(-Dfuzzers=true "-Db_sanitize=address,undefined" -Db_lundef=false -Doptimization=1 -Dcpp_args=-g1)
suppressions=$PWD/tests/harness
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1}
export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$suppressions/lsan-suppressions.txt:print_suppressions=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1:suppressions=$suppressions/ubsan-suppressions.txt}
