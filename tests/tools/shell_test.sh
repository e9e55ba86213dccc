#!/usr/bin/env bash
# shell_test.sh CHECKOUT: every shell script passes shellcheck, every tool has --help.
set -euo pipefail
cd "$1"
mapfile -t scripts < <(git -c safe.directory='*' grep -lE '^#!.*(ba)?sh$|^# shellcheck shell' -- ':!*.md')
shellcheck "${scripts[@]}"
for tool in tools/*; do
  case $tool in *.sh | *.py) continue ;; esac
  [ -x "$tool" ] || continue
  help=$("$tool" --help)
  [[ $help == "Usage: $tool"* ]] || { echo "$tool --help does not begin with its usage"; exit 1; }
done
