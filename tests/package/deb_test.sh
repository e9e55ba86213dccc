#!/usr/bin/env bash
# deb_test.sh FOLDER: the Debian packages in FOLDER, in a fresh Debian 13 with GIMP: lintian finds
# nothing; installed over an older version whose service runs they sharpen; removed they leave nothing.
set -euo pipefail
suite=trixie packages=$1
checkout=$(cd -- "$(dirname -- "$(readlink -f -- "$0")")/../.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=bare.sh
. "$checkout/tests/package/bare.sh"

if [ "$(id -u)" -ne 0 ]; then
  echo 'skipped: a root that is installed into needs the rights of root'
  exit 77
fi

mkdir -p "$folder/new" "$folder/old"
cp "$packages"/gimp-plugin-remote-sharpen_*_amd64.deb "$packages"/sharpen-service_*_amd64.deb "$folder/new"
# It is not meant for Debian itself, so no bug asks for it; the project has neither an address for
# mail nor a page yet.
allowed=initial-upload-closes-no-bugs,bogus-mail-host,bogus-mail-host-in-debian-changelog,appstream-metadata-validation-failed
builder lintian --allow-root --fail-on error,warning --suppress-tags $allowed "$folder"/new/*.deb \
  >"$folder/lintian.log" 2>&1 || failed 'lintian complains'
builder bash -ec 'cd "$1"
  for package in new/gimp-*.deb new/sharpen-service_*.deb; do
    name=${package#new/}
    dpkg-deb -R "$package" "old/${name%%_*}"
    sed -i "s/^Version: .*/Version: 0.0.1-1/; s/(= [0-9.-]*)/(= 0.0.1-1)/" "old/${name%%_*}/DEBIAN/control"
    dpkg-deb --root-owner-group -b "old/${name%%_*}" "old/${name%%_*}.deb" >/dev/null
  done' bash "$folder" >"$folder/repack.log" 2>&1 || failed 'the older version cannot be made'

# A copy of the bare root, which is thrown away.
"$checkout/tools/gimp3" --suite trixie --bare true
cache=${XDG_CACHE_HOME:-$HOME/.cache}/remote-sharpen
mkdir -p "$folder/cache/remote-sharpen"
cp -a --reflink=auto "$cache/debian-13-bare" "$folder/cache/remote-sharpen/debian-13-bare"
bare_as_root() { XDG_CACHE_HOME=$folder/cache "$checkout/tools/gimp3" --suite trixie --bare -- "$@"; }
apt() { bare_as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends "$@" >"$folder/apt.log" 2>&1 || failed "apt-get $*"; }

find_profile
make_pictures
apt update
apt install "$folder"/old/*.deb
sharpen old.png this-computer
is_sharper old.png
mapfile -t running < <(pgrep -u 1000 -f "sharpen-service.*$home")
[ ${#running[@]} -gt 0 ] || failed 'the older service does not run'
apt install "$folder"/new/*_amd64.deb
bare_as_root dpkg-query -W -f '${Version}\n' sharpen-service | grep -qv 0.0.1 || failed 'it was not upgraded'
sharpen new.png this-computer
is_sharper new.png
apt purge gimp-plugin-remote-sharpen sharpen-service
left=$(bare_as_root find /usr /etc /var/lib -xdev \( -name '*remote-sharpen*' -o -name 'sharpen-service*' \) -not -path '*/apt/*')
[ -z "$left" ] || failed "these are left: $left"
mapfile -t -O ${#running[@]} running < <(pgrep -u 1000 -f "sharpen-service.*$home")
kill "${running[@]}" 2>/dev/null || true
echo 'passed in Debian 13'
