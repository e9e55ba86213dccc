#!/usr/bin/env bash
# format_test.sh CHECKOUT: every source is as clang-format writes it.
set -euo pipefail
cd "$1"
git -c safe.directory='*' ls-files -z '*.cpp' '*.h' |
  xargs -0 --no-run-if-empty -n 20 -P "$(nproc)" clang-format --dry-run -Werror
