#!/usr/bin/env bash
# TLS reports from an IMAP mailbox into PostgreSQL, tried out: everything private, on loopback, under build/quickstart/.
#
#   examples/quickstart.sh                  collect a sample inbox: four weeks of reports, incidents among them
#   examples/quickstart.sh --config FILE    read your own mailbox instead; `database:` in FILE is not used, and
#                                           `after:` must be `keep`, so that the mailbox stays as it is
#   examples/quickstart.sh stop             end the two servers; their data stays in build/quickstart/
set -euo pipefail
from=$PWD
cd "$(dirname "$0")/.."
root=$PWD
# shellcheck source=tests/harness/packages.sh
source tests/harness/packages.sh

usage() {
  sed -n '2,7s/^# \{0,1\}//p' examples/quickstart.sh >&2
  exit 64
}

servers() {
  PYTHONPATH=$root /usr/bin/python3 examples/quickstart_servers.py "$@"
}

build_program() {
  use_ccache g++
  if [[ ! -f build/build.ninja ]]; then
    echo "Building in build/ …"
    meson setup build >/dev/null
  fi
  ninja -C build collector/tlsrpt-collector
}

say() {
  printf '\n== %s\n\n' "$*"
}

own_config=
case ${1:-} in
  "") ;;
  stop)
    servers stop
    exit
    ;;
  --config)
    (($# == 2)) || usage
    own_config=$(cd "$from" && realpath --canonicalize-missing -- "$2")
    if [[ ! -r $own_config ]]; then
      echo "$own_config: cannot be read: missing, or not yours to read" >&2
      exit 66
    fi
    ;;
  *) usage ;;
esac

packages=("${build_packages[@]}" "${server_packages[@]}")
if ! are_installed "${packages[@]}"; then
  echo "Debian starts a PostgreSQL and a Dovecot of its own with these packages. They are not used here;"
  echo "'systemctl disable --now postgresql dovecot' turns them off."
  install_packages "${packages[@]}"
fi
build_program

say "Starting a private PostgreSQL and a private Dovecot"
if [[ -n $own_config ]]; then
  servers start --config "$own_config"
  config=$root/build/quickstart/own-config.yaml
else
  servers start
  config=$root/build/quickstart/config.yaml
fi
cd "$from" # a password_command of yours may depend on it
collector() {
  "$root/build/collector/tlsrpt-collector" -c "$config" "$@"
}

say "tlsrpt-collector -c $config collect"
code=0
collector collect || code=$?
if ((code == 0)); then
  say "tlsrpt-collector -c $config report --days 30"
  collector report --days 30
  page=$root/build/quickstart/report.html
  say "tlsrpt-collector -c $config report --days 30 --format html -o $page"
  collector report --days 30 --format html -o "$page"
  echo "Open it in a browser: file://$page"
  say "tlsrpt-collector -c $config quarantine list"
  collector quarantine list
else
  say "collect failed, with $code: see above"
  if [[ -n $own_config ]]; then
    echo "$config is made from $own_config: correct it there, and run this again."
  fi
fi

say "The servers stay up"
echo "Look further:  psql '$(cat "$root/build/quickstart/database")'"
echo "               for instance: SELECT day, recipient_domain, sessions, failures, severity FROM tlsrpt.v_daily;"
echo "Collect again: $root/build/collector/tlsrpt-collector -c $config collect"
echo "               and so every command named above: with this program and this configuration."
echo "End them:      $root/examples/quickstart.sh stop"
exit "$code"
