#!/usr/bin/env bash
# archive_test.sh SUITE ARCHIVE: unpacked into the profile of a GIMP beside which nothing is installed,
# the archive shows itself, sharpens, speaks TLS and opens its dialog.
set -euo pipefail
suite=$1 archive=$2
checkout=$(cd -- "$(dirname -- "$(readlink -f -- "$0")")/../.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=bare.sh
. "$checkout/tests/package/bare.sh"

find_profile
make_pictures
mkdir -p "$profile/plug-ins"
# As the README says, in the folder that it names for this GIMP.
command=$(grep '^tar -xf' "$checkout/README.md")
grep -q "config/GIMP/${profile##*/}/plug-ins" "$checkout/README.md" || failed 'the README has no folder for this GIMP'
command=${command//GIMP\/3.0/GIMP\/${profile##*/}}
builder env HOME="$home" bash -ec 'cd "$1" && eval "$2"' bash "${archive%/*}" "$command"
plug_in=$profile/plug-ins/remote-sharpen

for program in remote-sharpen sharpen-service; do
  bare ldd "$plug_in/$program" >"$folder/ldd.log"
  ! grep 'not found' "$folder/ldd.log" || failed "$program lacks libraries"
  # Of what GIMP brings, GIMP's own is taken.
  while read -r name path; do
    [ "${path#"$home"}" = "$path" ] || ! bare_as_root test -e "/usr/lib/x86_64-linux-gnu/$name" ||
      failed "$program takes $path though GIMP has its own"
  done < <(awk '$2 == "=>" { print $1, $3 }' "$folder/ldd.log")
done

sharpen local.png this-computer
is_sharper local.png
grep -q '"plug-in-remote-sharpen"' "$profile/pluginrc" || failed 'the procedure browser has it not'
grep -q '<Image>/Filters/Enhance' "$profile/pluginrc" || failed 'the menu has it not'

# An own server with https: bare GIMP brings no TLS to GIO.
builder bash -ec 'cd "$1"
  openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
    -days 2 -keyout key.pem -out cert.pem 2>/dev/null
  chmod 644 key.pem cert.pem' bash "$folder"
mkdir -p "$profile/remote-sharpen"
cp "$folder/cert.pem" "$profile/remote-sharpen/certificates.pem"
echo a-key-of-this-test >"$folder/key.txt"
(bare timeout 300 bash -c 'echo $$ >"$1/run/service.pid"
  exec "$2/sharpen-service" --state "$1/home/state" --tls-cert "$1/cert.pem" --tls-key "$1/key.pem" \
    --key-file "$1/key.txt"' bash "$folder" "$plug_in" >"$folder/service.log" 2>&1) &
pids+=($!)
url=
for _ in {1..200}; do
  url=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$folder/service.log")
  [ -z "$url" ] || break
  sleep 0.1
done
[ -n "$url" ] || failed 'the server with TLS does not start'
SHARPEN_SERVICE_KEY=a-key-of-this-test sharpen server.png own-server "$url"
is_sharper server.png
# What a camera blurred and saved as a JPEG is judged by the network, with the ONNX Runtime of the archive.
builder bash -ec 'cd "$1"
  convert was.png -define convolve:scale=! -morphology Convolve Disk:2.3 -quality 85 camera.jpg
  ask() { curl -sS --fail --cacert cert.pem -H "X-API-Key: a-key-of-this-test" "$@"; }
  id=$(ask -F "model=Lens Blur V2" -F image=@camera.jpg "$2/image/v1/sharpen/async" | jq -r .process_id)
  for _ in {1..600}; do
    ask "$2/image/v1/status/$id" >status.json
    [ "$(jq -r .status status.json)" != Completed ] || break
    sleep 0.2
  done
  jq -r .options_json status.json >judged.log
  grep "\"family\":\"mixed\"" judged.log' bash "$folder" "$url" || failed 'the archive has no network'
kill "$(cat "$folder/run/service.pid")"

dialog_opens

# Removed: GIMP starts without a word about it.
rm -r "$plug_in"
bare timeout 100 gimp-console-3 --quit --batch-interpreter=plug-in-script-fu-eval --batch='(display "started")' \
  >"$folder/gimp.log" 2>&1 || failed 'GIMP does not start without it'
! grep -qi sharpen "$folder/gimp.log" || failed 'it is still spoken of'
echo "passed in a bare $suite root"
