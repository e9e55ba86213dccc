#!/usr/bin/env bash
# release_test.sh CHECKOUT: tools/release makes nothing of a commit that is no release.
set -euo pipefail
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
export GIT_AUTHOR_NAME=nobody GIT_AUTHOR_EMAIL=nobody@localhost GIT_COMMITTER_NAME=nobody GIT_COMMITTER_EMAIL=nobody@localhost
git -C "$1" rev-parse HEAD >/dev/null 2>&1 || {
  echo 'skipped: this is no checkout of a repository'
  exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
git clone --quiet "$1" "$folder/clone"
cd "$folder/clone"
# What is tested may not be committed yet.
cp "$1/tools/release" "$1/tools/lib.sh" tools/
git add tools
git commit --quiet --allow-empty -m 'as it is'

# refused WORDS: tools/release ends with a message that has these words, and made nothing.
refused() {
  local said
  if said=$(tools/release 2>&1); then
    echo "not refused: $1"
    exit 1
  fi
  [[ $said == *"$1"* ]] || {
    printf 'refused, but not with “%s”: %s\n' "$1" "$said"
    exit 1
  }
  [ ! -e dist ] || { echo "made, though: $1"; exit 1; }
}

date_it() {
  sed -i "s/^## \([0-9.]*\) — .*/## \1 — $1/;t;" NEWS.md
  sed -i "s/\(<release version=\"[0-9.]*\" date=\"\)[^\"]*/\1$1/" data/*.metainfo.xml
  git commit --quiet -a --allow-empty -m "dated $1"
}

date_it 2020-02-02
refused 'does not give today'
date_it "$(date -u +%F)"

echo >>README.md
refused 'has changes'
git checkout --quiet README.md

version=$(sed -n "s/^  version: '\(.*\)',/\1/p" meson.build)
git tag "v$version"
refused 'is tagged already'
git tag --delete "v$version" >/dev/null

sed -i "s/^  version: '.*',/  version: '99.0',/" meson.build
git commit --quiet -a -m 'only here'
refused 'not the same everywhere'
echo passed
