#!/usr/bin/env bash
# Builds with warnings as errors, runs the tests, and ends with one line: N passed, N failed.
#
#   tests/run.sh [--sanitize] [--all] [unit] [integration] [e2e] [lint]
#
#   --sanitize   under AddressSanitizer and UndefinedBehaviorSanitizer, in a build directory of its own
#   --all        clang-tidy over every file, not only over what changed since the last commit on main
set -Eeuo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/harness/packages.sh
source tests/harness/packages.sh
# shellcheck source=tests/harness/sanitizers.sh
source tests/harness/sanitizers.sh

usage() {
  sed -n '2,7s/^# \{0,1\}//p' tests/run.sh >&2
  exit 64
}

build=build
options=(-Dwerror=true -Doptimization=1 -Dcpp_args=-g1) # what takes long is compiling
compiler=g++
packages=("${build_packages[@]}" "${server_packages[@]}" "${lint_packages[@]}" ccache)
suites=()
runner_options=()
for argument in "$@"; do
  case $argument in
    --sanitize)
      build="build-sanitize"
      # A few disturbances look for memory errors as well as fifty do.
      export TLSRPT_TEST_DISTURBANCES=${TLSRPT_TEST_DISTURBANCES:-5}
      runner_options+=(--sanitized)
      options=("${sanitize_options[@]}")
      compiler=clang++
      packages+=("${fuzz_packages[@]}")
      ;;
    --all) runner_options+=(--all) ;;
    unit | integration | e2e | lint) suites+=("$argument") ;;
    *) usage ;;
  esac
done
if ((${#suites[@]} == 0)); then
  suites=(unit integration e2e lint)
fi

# Whatever keeps the tests from running is a failure, and is counted as one.
trap 'echo "0 passed, 1 failed"' ERR

install_packages "${packages[@]}"
install_packages "${browser_packages[@]}" || echo "No Chromium: the tests that look at pages are skipped" >&2

# Only a build directory that is configured differently is configured again.
use_ccache "$compiler"
if [[ ! -f $build/build.ninja ]]; then
  meson setup "$build" "${options[@]}"
elif ! grep -qx -- "${options[*]}" "$build/configured-for-tests" 2>/dev/null; then
  meson configure "$build" "${options[@]}"
fi
echo "${options[*]}" >"$build/configured-for-tests"
ninja -C "$build"

exec python3 -m tests.harness.suites "${runner_options[@]}" "$build" "${suites[@]}"
