#!/usr/bin/env bash
# source_test.sh TARBALL: what is in it builds, without a repository around it, and passes its unit tests.
set -euo pipefail
tarball=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tar -C "$folder" -xf "$tarball"
cd "$folder"/remote-sharpen-*
export CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$PWD
if ! { meson setup build --buildtype=debug -Dplugin=false && ninja -C build --quiet; } >build.log 2>&1; then
  tail -n 30 build.log
  exit 1
fi
meson test -C build --no-rebuild --suite unit --print-errorlogs --num-processes "$(nproc)"
