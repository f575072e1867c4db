#!/usr/bin/env bash
# Measures a release build against what the wire and the disk allow, and prints ratios.
#
#   tests/bench/run.sh [--quick]
#
#   --quick    smaller mailboxes and fewer rounds: a first look
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/harness/packages.sh
source tests/harness/packages.sh

install_packages "${build_packages[@]}" "${server_packages[@]}" ccache curl
use_ccache g++
if [[ ! -f build-bench/build.ninja ]]; then
  meson setup build-bench --buildtype=release -Dtests=false
fi
ninja -C build-bench
export TLSRPT_COLLECTOR="$PWD/build-bench/collector/tlsrpt-collector"
exec python3 -m tests.bench "$@"
