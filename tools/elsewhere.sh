# shellcheck shell=bash disable=SC2154
# The tests of tools/check --packages that need roots of their own, and so run outside of any: packages
# where nothing but GIMP is, and a core of the GIMP tests on GIMP 3.2. Sourced; uses $checkout.

elsewhere=$checkout/build-check/elsewhere

# apart NAME WHAT CMD…: one test, counted like the others; status 77 means skipped, and the last line
# why.
apart() {
  local log=$elsewhere/$1.log status=0 result=OK
  say "$2 …"
  "${@:3}" >"$log" 2>&1 </dev/null || status=$?
  case $status in
    0) ;;
    77) result=SKIP ;;
    *) result=FAIL; tail -n 40 "$log" >&2 ;;
  esac
  say "$2: $result"
  printf '{"name": "%s", "result": "%s", "stdout": "%s"}\n' "$1" $result \
    "$(tail -n 1 "$log" | tr -cd '[:alnum:] :;.,/-')" >>"$elsewhere/counts.json"
  [ $result = OK ]
}

# with_root OPTION… -- CMD…: CMD, if that root of tools/gimp3 can be had.
with_root() {
  local options=()
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  "$checkout/tools/gimp3" "${options[@]}" true || {
    echo "skipped: tools/gimp3 ${options[*]} makes no root here"
    return 77
  }
  "$@"
}

one() { printf '%s\n' "$1"; }
archive_file() { one "$checkout"/dist/remote-sharpen-*-x86_64.tar.xz; }

# A second build, from nothing, has the same bytes.
reproducible() {
  local first second
  first=$(sha256sum <"$(archive_file)")
  rm -rf "$checkout/build-package" "$(archive_file)"
  "$checkout/tools/package" archive || return 1
  second=$(sha256sum <"$(archive_file)")
  [ "$first" = "$second" ] || {
    echo "the first archive is $first, the second $second"
    return 1
  }
}

gimp_3_2() {
  "$checkout/tools/gimp3" --suite forky "$checkout/tools/check" --core || return 1
  cp "$checkout/build-forky/meson-logs/testlog.json" "$elsewhere/gimp-3.2.json"
}

run_elsewhere() {
  local tests=$checkout/tests/package
  rm -rf "$elsewhere" "$checkout/dist"
  mkdir -p "$elsewhere"
  apart gimp-3.2 'A core of the tests on GIMP 3.2' with_root --suite forky -- gimp_3_2 || true
  if apart package-archive 'Making the archive' "$checkout/tools/package" archive; then
    apart archive-trixie 'The archive beside GIMP 3.0 alone' \
      with_root --suite trixie --bare -- "$tests/archive_test.sh" trixie "$(archive_file)" || true
    apart archive-forky 'The archive beside GIMP 3.2 alone' \
      with_root --suite forky --bare -- "$tests/archive_test.sh" forky "$(archive_file)" || true
    apart archive-reproducible 'The archive, built again' reproducible || true
  fi
  if apart package-deb 'Making the Debian packages' "$checkout/tools/package" deb; then
    apart deb 'The Debian packages beside GIMP alone' \
      with_root --suite trixie --bare -- "$tests/deb_test.sh" "$checkout/dist" || true
  fi
  if apart package-source 'Making the tarball' "$checkout/tools/package" source; then
    apart source 'The tarball, built and tested' "$checkout/tools/gimp3" --suite trixie \
      "$tests/source_test.sh" "$(one "$checkout"/dist/remote-sharpen-*[0-9].tar.xz)" || true
  fi
  export REMOTE_SHARPEN_ELSEWHERE=yes
}
