# shellcheck shell=bash disable=SC2120,SC2119,SC2154
# Debian packages for tools/gimp3: what is needed, what is missing, how it gets installed. Sourced.

# The packages that the project needs, one a line.
packages() { sed 's/#.*//' "$checkout/tools/packages" | awk NF; }

# missing_packages [ROOT]: those of the packages on stdin that dpkg does not know as installed.
missing_packages() {
  local wanted
  mapfile -t wanted
  comm -23 <(printf '%s\n' "${wanted[@]}" | sort) \
    <(dpkg-query --admindir="${1:-}/var/lib/dpkg" -W -f '${Package} ${db:Status-Status}\n' \
      "${wanted[@]}" 2>/dev/null | sed -n 's/ installed$//p' | sort)
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "This needs root and there is no sudo: run \"$*\" as root, then start this again."
  fi
}

read_package_lists() {
  timed 'Reading the lists of packages' as_root apt-get update -qq ||
    die 'apt-get update failed: check the network (and http_proxy), then start this again.'
}

apt_install() {
  if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; then read_package_lists; fi
  timed "Installing $*" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends "$@" >/dev/null ||
    die "apt-get could not install $*: see above. \"apt-get update\" or a look at the network may help."
}

# need_command CMD PACKAGE
need_command() { command -v "$1" >/dev/null || apt_install "$2"; }

has_gimp3() { command -v pkg-config >/dev/null && pkg-config --exists gimp-3.0; }

apt_offers_gimp3() {
  command -v apt-cache >/dev/null ||
    die 'There is no GIMP 3 here and no apt to get it with: install GIMP 3 and its headers, so that "pkg-config gimp-3.0" answers.'
  if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; then read_package_lists; fi
  apt-cache policy libgimp-3.0-dev | grep -q 'Candidate: [0-9]'
}

install_on_host() {
  command -v dpkg-query >/dev/null || return 0
  local missing
  # A GIMP 3 that does not come from a package is as good as one that does.
  mapfile -t missing < <(packages | missing_packages | { if has_gimp3; then grep -v gimp; else cat; fi })
  [ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}"
}
