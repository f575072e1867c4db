#!/usr/bin/env bash
# Fuzzes each target for a while, and ends with one line: N passed, N failed.
#
#   tests/fuzz/run.sh [--seconds N] [--seed N] [TARGET…]
#
#   --seconds    for each target; default 60
#   --seed       what a run mutates by; default 1, so that a run with nothing learnt before can be repeated. 0: another each time
#
# What a target learns stays in build-sanitize/corpus/TARGET. An input that breaks it is written to build-sanitize/found/TARGET:
# mend the cause, and keep the input in tests/fixtures/fuzz/TARGET, where every run of the tests replays it.
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/harness/packages.sh
source tests/harness/packages.sh
# shellcheck source=tests/harness/sanitizers.sh
source tests/harness/sanitizers.sh

seconds=60
seed=1
targets=()
while (($# > 0)); do
  case $1 in
    --seconds) seconds=$2 && shift ;;
    --seed) seed=$2 && shift ;;
    -*)
      sed -n '4,7s/^# \{0,1\}//p' tests/fuzz/run.sh >&2
      exit 64
      ;;
    *) targets+=("$1") ;;
  esac
  shift
done
if ((${#targets[@]} == 0)); then
  targets=(authentication_results configuration gunzip imap_response message report report_filename)
fi

trap 'echo "0 passed, 1 failed"' ERR
install_packages "${build_packages[@]}" "${fuzz_packages[@]}" ccache
build="build-sanitize"
use_ccache clang++
if [[ ! -f $build/build.ninja ]]; then
  meson setup $build "${sanitize_options[@]}"
fi
ninja -C $build "${targets[@]/#/tests/fuzz/fuzz-}"

# The project's own inputs that a target begins with, beside tests/fixtures/fuzz.
seeds_of() {
  case $1 in
    configuration) echo examples ;;
    gunzip | message | report) echo tests/fixtures/golden ;;
  esac
}

fuzz() {
  local target=$1 corpus=$build/corpus/$1 found=$build/found/$1 seeds
  read -ra seeds <<<"$(seeds_of "$target")"
  mkdir -p "$corpus" "$found"
  $build/tests/fuzz/fuzz-"$target" -seed="$seed" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=1024 \
    -print_final_stats=1 -artifact_prefix="$found/" "$corpus" "tests/fixtures/fuzz/$target" "${seeds[@]}" \
    >"$build/$target.log" 2>&1
}

# One a core at a time.
export -f fuzz seeds_of
export build seconds seed
trap - ERR
passed=0
failed=0
while read -r target result; do
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$target.log")
  echo "  $target: $result, ${executions:-0} executions"
  if [[ $result == failed ]]; then
    tail -n 40 "$build/$target.log"
    failed=$((failed + 1))
  else
    passed=$((passed + 1))
  fi
done < <(printf '%s\n' "${targets[@]}" |
  xargs -P "$(nproc)" -I{} bash -c 'fuzz {} && echo {} passed || echo {} failed')
echo "$passed passed, $failed failed"
((failed == 0 && passed == ${#targets[@]}))
