#!/usr/bin/env bash
# Measures a release build against what the wire and the disk allow; prints tables for docs/performance.md.
#
#   tests/bench/run.sh [SECTION…] [--count N] [--large N] [--rounds N] [--reports N] [--plans DIRECTORY]
#
#   --help     the sections; all are measured where none is named, which takes about an hour
#
# A first look: tests/bench/run.sh backfill idle --large 0 --rounds 3
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/harness/packages.sh
source tests/harness/packages.sh

if [[ " $* " == *" --help "* || " $* " == *" -h "* ]]; then
  exec python3 -m tests.bench --help
fi

install_packages "${build_packages[@]}" "${server_packages[@]}" ccache curl python3-venv
use_ccache g++
if [[ ! -f build-bench/build.ninja ]]; then
  meson setup build-bench --buildtype=release -Dtests=false
fi
ninja -C build-bench
export TLSRPT_COLLECTOR="$PWD/build-bench/collector/tlsrpt-collector"
exec python3 -m tests.bench "$@"
