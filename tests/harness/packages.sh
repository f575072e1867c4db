# Debian packages by purpose, and their installation; for scripts to source.
# shellcheck shell=bash disable=SC2034

build_packages=(g++ meson ninja-build pkg-config cmake libcurl4-openssl-dev libmimetic-dev zlib1g-dev libdeflate-dev
  rapidjson-dev libyaml-cpp-dev libpqxx-dev doctest-dev libfmt-dev libspdlog-dev libcli11-dev
  libhowardhinnant-date-dev libssl-dev libzip-dev libpsl-dev libidn2-dev libunistring-dev libjs-chart.js)
server_packages=(postgresql dovecot-imapd openssl python3 python3-yaml)
browser_packages=(chromium)
lint_packages=(git clang-format clang-tidy shellcheck)
fuzz_packages=(clang libclang-rt-14-dev)

# pkg-config is a name that pkgconf provides.
is_installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]] ||
    { [[ $1 == pkg-config ]] && is_installed pkgconf; }
}

are_installed() {
  local package
  for package in "$@"; do
    is_installed "$package" || return 1
  done
}

# Installs what is missing of the packages named, and says so.
install_packages() {
  local missing=() as_root=() package
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then
    return
  fi
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "As root, install: ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "Installing: ${missing[*]}" >&2
  "${as_root[@]}" apt-get update -qq >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
    </dev/null >&2
}

# Compiles with the compiler named, and through ccache where that is there.
use_ccache() {
  local compiler=$1
  if [[ -n ${CXX:-} ]]; then
    return
  fi
  if command -v ccache >/dev/null; then
    compiler="ccache $compiler"
    export CCACHE_NOHASHDIR=1 # what one clone has compiled, another finds
  fi
  export CXX=$compiler
}
