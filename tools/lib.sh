# shellcheck shell=bash
# What the tools share: messages, times, help. Sourced, never run.
set -euo pipefail

tool=${0##*/}
checkout=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)

# Messages go to stderr: stdout belongs to the command's own answer.
say() { printf '%s: %s\n' "$tool" "$*" >&2; }

# Ends the tool with a sentence that says what to do.
die() {
  say "$*"
  exit 1
}

# Prints the comment at the top of the tool.
show_help() { sed -n '2,/^[^#]/{/^#/!q;s/^# \{0,1\}//;p}' "$0"; }

# timed WHAT CMD…: runs CMD and says on stderr what it is and how long it took.
timed() {
  local what=$1 start=$SECONDS status=0
  shift
  say "$what …"
  "$@" || status=$?
  if [ "$status" -eq 0 ]; then
    say "$what: $((SECONDS - start)) s"
  else
    say "$what: failed after $((SECONDS - start)) s"
  fi
  return "$status"
}

# inside_gimp3 [ARG…]: makes sure that the calling tool runs where GIMP 3 and its headers are.
inside_gimp3() {
  [ -z "${REMOTE_SHARPEN_INSIDE:-}" ] || return 0
  exec "$checkout/tools/gimp3" "$@"
}
