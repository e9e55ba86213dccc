# shellcheck shell=bash disable=SC2034,SC2154
# What the tests of packages share. Sourced; uses $suite. They run outside of any root: pictures are
# made and windows looked at in the build root, GIMP runs in a bare one, as a user without rights.

# shellcheck source-path=SCRIPTDIR source=../../tools/lib.sh
. "$checkout/tools/lib.sh"
here=$checkout/tests/package
folder=$(mktemp -d /tmp/remote-sharpen-package.XXXXXX)
chmod 755 "$folder"
home=$folder/home
mkdir -p "$home" "$folder/run"
chmod 700 "$folder/run"
pids=()

clean_up() {
  kill "${pids[@]}" 2>/dev/null || true
  for file in "$folder"/*.pid; do
    [ ! -s "$file" ] || kill "$(cat "$file")" 2>/dev/null || true
  done
  rm -rf "$folder"
}
trap clean_up EXIT

failed() {
  for log in "$folder"/*.log; do
    [ ! -s "$log" ] || { echo "== ${log##*/}"; tail -n 30 "$log"; }
  done
  echo "FAILED: $*"
  exit 1
}

builder() { "$checkout/tools/gimp3" --suite trixie -- "$@"; }
bare_as_root() { "$checkout/tools/gimp3" --suite "$suite" --bare -- "$@"; }

# bare CMD…: runs CMD where only GIMP is, with a home of its own.
bare() {
  local drop=()
  if [ "$(id -u)" -eq 0 ]; then
    chown -R 1000:1000 "$home" "$folder/run"
    drop=(setpriv --reuid=1000 --regid=1000 --clear-groups --)
  fi
  bare_as_root env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 BABL_LUT=0 HOME="$home" XDG_RUNTIME_DIR="$folder/run" \
    DISPLAY="${DISPLAY:-}" SHARPEN_SERVICE_KEY="${SHARPEN_SERVICE_KEY:-}" "${drop[@]}" "$@"
}

# The profile folder of the GIMP that is there.
find_profile() {
  local version
  version=$(bare gimp-console-3 --version | sed -n 's/.* \([0-9]*\.[0-9]*\)\.[0-9]*$/\1/p')
  [ -n "$version" ] || failed "gimp-console-3 --version has no version"
  profile=$home/.config/GIMP/$version
}

make_pictures() {
  builder bash -ec 'cd "$1"
    convert "$2/data/perched-osprey.jpg" -crop 900x700+1100+250 +repage was.png
    convert was.png -define convolve:scale=! -morphology Convolve Disk:3.5 -depth 8 blurred.png
    chmod 644 was.png blurred.png' bash "$folder" "$checkout"
}

# sharpen RESULT SERVICE [URL]: by script, as the README says.
sharpen() {
  bare timeout 150 gimp-console-3 --quit --batch-interpreter=plug-in-script-fu-eval --batch="(begin
    (script-fu-use-v3)
    (let ((image (gimp-file-load RUN-NONINTERACTIVE \"$folder/blurred.png\")))
      (plug-in-remote-sharpen #:image image #:drawables (gimp-image-get-selected-drawables image)
                              #:service \"$2\" #:service-url \"${3:-}\" #:model \"Lens Blur V2\")
      (gimp-file-save RUN-NONINTERACTIVE image \"$home/$1\")))" >"$folder/gimp.log" 2>&1 ||
    failed "the run with $2 ended with $?"
}

# is_sharper RESULT: it is nearer to what was blurred, by 1 dB.
is_sharper() {
  builder bash -ec 'psnr() { compare -metric PSNR "$1" "$2" null: 2>&1 | sed "s/ .*//" || true; }
    cd "$1"
    before=$(psnr was.png blurred.png) after=$(psnr was.png "$2")
    echo "$before dB before, $after dB after"
    awk "BEGIN { exit !($after > $before + 1) }"' bash "$folder" "home/$1" || failed "$1 is no sharper"
}

# dialog_opens: the plug-in's window under Xvfb, with something in it.
dialog_opens() {
  (builder bash -c 'Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp 3>"$1/display" & echo $! >"$1/xvfb.pid"; wait' \
    bash "$folder" >"$folder/xvfb.log" 2>&1) &
  pids+=($!)
  for _ in {1..200}; do [ ! -s "$folder/display" ] || break; sleep 0.1; done
  [ -s "$folder/display" ] || failed 'Xvfb does not start'
  DISPLAY=:$(<"$folder/display")
  export DISPLAY
  (bare timeout 150 bash -c 'echo $$ >"$0/run/gimp.pid"; exec gimp-3 --no-splash --new-instance \
    --batch-interpreter=plug-in-script-fu-eval --batch="(begin (script-fu-use-v3)
    (let ((image (gimp-file-load RUN-NONINTERACTIVE \"$0/blurred.png\")))
      (plug-in-remote-sharpen #:run-mode RUN-INTERACTIVE #:image image
                              #:drawables (gimp-image-get-selected-drawables image))))"' "$folder" \
    >"$folder/window.log" 2>&1) &
  pids+=($!)
  builder env DISPLAY="$DISPLAY" bash -c 'for _ in {1..120}; do
      window=$(xdotool search --onlyvisible --name "^Remote Sharpen$" 2>/dev/null | head -n 1)
      [ -z "$window" ] || break
      sleep 1
    done
    [ -n "$window" ] || { echo "no window"; exit 1; }
    sleep 3
    import -window "$window" "$1/dialog.png" && colours=$(identify -format "%k" "$1/dialog.png")
    echo "the dialog: $(identify -format %wx%h "$1/dialog.png"), $colours colours"
    [ "$colours" -gt 200 ]' bash "$folder" || failed 'the dialog does not open'
  [ -z "${SHOTS:-}" ] || cp "$folder/dialog.png" "$SHOTS/$suite.png"
  kill "$(cat "$folder/run/gimp.pid")" "$(cat "$folder/xvfb.pid")" 2>/dev/null || true
  unset DISPLAY
}
