# shellcheck shell=bash disable=SC2154
# The Debian roots of tools/gimp3: made, kept up to date, entered. Sourced; uses its $suite, $bare,
# $cache, with[] and user[].

# Sets $root, the folder, $what, its name in messages, $needed_mb and apt_options[] from $suite and $bare.
name_root() {
  apt_options=()
  case ${suite:-trixie} in
    trixie) root=$cache/debian-13 what='Debian 13 root' ;;
    # The index of a suite that is not released yet goes out of date when a mirror rests.
    forky) root=$cache/debian-forky what='Debian forky root' apt_options=(--aptopt='Acquire::Check-Valid-Until "false"') ;;
    *) die "There is no suite $suite; tools/gimp3 --help lists them." ;;
  esac
  needed_mb=3000
  [ "$bare" = no ] || { root+=-bare what="bare $what" needed_mb=1000; }
}

# The packages of $root, one a line.
root_packages() { if [ "$bare" = yes ]; then echo gimp; else packages; fi; }

# The prefix with which a command has the rights of root over the root's files: in a namespace of
# its own, so that whatever it mounts is gone with it, even if it is killed. A user's namespace maps
# the ids of /etc/subuid, so that he owns the root and needs no sudo for it.
privileged=()
find_privileges() {
  privileged=(unshare --mount --propagation private --fork --kill-child)
  if [ "$(id -u)" -eq 0 ]; then
    "${privileged[@]}" true 2>/dev/null || privileged=() # a container that allows no mounts at all
    return 0
  fi
  need_command newuidmap uidmap
  privileged+=(--map-root-user --map-auto)
  "${privileged[@]}" true 2>/dev/null
}

# Starts the tool again as root; it drops back to the user's ids inside.
again_with_sudo() {
  command -v sudo >/dev/null ||
    die 'This machine lets users have no namespace with ids of their own (see "man subuid") and has no sudo: run this as root.'
  local options=(--suite "${suite:-trixie}") path
  [ "$bare" = no ] || options+=(--bare)
  for path in "${with[@]}"; do options+=(--with "$path"); done
  exec sudo --preserve-env "$checkout/tools/gimp3" --as "$(id -u)" "$(id -g)" \
    "$(id -G | tr ' ' ,)" "$HOME" "$cache" "${options[@]}" -- "$@"
}

# Makes the root or installs what it lacks, one run at a time. "$@" is the tool's own command.
prepare_root() {
  need_command bwrap bubblewrap
  [ ! -d "$root" ] || [ -n "$(root_packages | missing_packages "$root")" ] || return 0
  [ ! -d "$root" ] || [ -O "$root" ] || [ "$(id -u)" -eq 0 ] || again_with_sudo "$@"
  find_privileges || again_with_sudo "$@"
  make_cache || die "Cannot make $cache: set XDG_CACHE_HOME to a folder that you may write."
  (
    flock --nonblock 9 || timed 'Waiting for another run that prepares a Debian root' flock 9
    if [ -d "$root" ]; then update_root; else make_root; fi
  ) 9>"$root.lock"
}

# The folder is the user's also when sudo makes it: the plug-in keeps its service's files there.
make_cache() {
  if [ ${#user[@]} -gt 0 ]; then
    setpriv --reuid="${user[0]}" --regid="${user[1]}" --groups="${user[2]}" -- mkdir -p "$cache"
  else
    mkdir -p "$cache"
  fi
}

make_root() {
  local new=$root.new log=$root.log free
  need_command mmdebstrap mmdebstrap
  [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || apt_install debian-archive-keyring
  free=$(df --output=avail -BM "$cache" | tr -dc 0-9)
  [ "$free" -gt "$needed_mb" ] ||
    die "The $what needs $needed_mb MB and $cache has $free MB: free some, or set XDG_CACHE_HOME to a roomier folder."
  discard "$new"
  # shellcheck disable=SC2064 # the name is wanted as it is now
  trap "discard '$new'" EXIT
  trap 'exit 130' HUP INT TERM
  timed "Making a $what with GIMP 3 (about two minutes, up to 2 GB)" \
    logged "$log" "${privileged[@]}" mmdebstrap --mode=root --variant=apt --format=directory \
    "${apt_options[@]}" \
    --include="$(root_packages | paste -sd,)" "${suite:-trixie}" "$new" || explain_failure "$log"
  mv -T "$new" "$root"
  trap - EXIT HUP INT TERM
}

update_root() {
  local missing log=$root.log
  mapfile -t missing < <(root_packages | missing_packages "$root")
  [ ${#missing[@]} -gt 0 ] || return 0
  timed "Adding to the $what: ${missing[*]}" logged "$log" in_root \
    env DEBIAN_FRONTEND=noninteractive bash -c \
    'dpkg --configure -a && apt-get update -q && apt-get install -q -y --no-install-recommends "$@" && apt-get clean' \
    apt "${missing[@]}" || explain_failure "$log"
}

# logged FILE CMD…: output into a file, the lock not inherited by what CMD may leave running.
logged() { "${@:2}" >"$1" 2>&1 </dev/null 9>&-; }

discard() { [ ! -e "$1" ] || "${privileged[@]}" rm -rf --one-file-system "$1"; }

explain_failure() {
  tail -n 5 "$1" >&2
  if grep -qiE 'could not resolve|temporary failure|unable to (fetch|connect)|could not connect' "$1"; then
    die "Debian's packages could not be fetched: check the network (and http_proxy), then start this again. Log: $1"
  elif grep -qi 'no space left' "$1"; then
    die "The disk is full: free $needed_mb MB, or set XDG_CACHE_HOME to a roomier folder. Log: $1"
  fi
  die "The $what could not be prepared; the log says why: $1"
}

# The folders that are the same inside and outside.
find_visible() {
  local path
  visible=(/var/tmp)
  for path in /*; do
    case $path in
      /bin | /boot | /dev | /etc | /lib | /lib32 | /lib64 | /libx32 | /proc | /run | /sbin | /sys | /usr | /var) ;;
      *) [ ! -d "$path" ] || visible+=("$path") ;;
    esac
  done
  for path in "$HOME" "$PWD" "${XDG_RUNTIME_DIR:-}" "${XAUTHORITY:-}"; do
    case $path in
      /run/?* | /var/?*) [ ! -e "$path" ] || visible+=("$path") ;;
    esac
  done
  visible+=("$checkout" "${with[@]}")
}

enter_root() {
  local visible bubblewrap drop=() path
  find_visible
  bubblewrap=(bwrap --bind "$root" / --dev-bind /dev /dev --bind /proc /proc --ro-bind /sys /sys
    --tmpfs /run --ro-bind-try /etc/resolv.conf /etc/resolv.conf --ro-bind-try /etc/hosts /etc/hosts
    --die-with-parent)
  if [ ${#user[@]} -gt 0 ]; then
    drop=(setpriv --reuid="${user[0]}" --regid="${user[1]}" --groups="${user[2]}" --)
  fi
  [ "$(id -u)${user[0]:-}" = 0 ] ||
    bubblewrap+=(--ro-bind /etc/passwd /etc/passwd --ro-bind /etc/group /etc/group)
  for path in "${visible[@]}"; do bubblewrap+=(--bind "$path" "$path"); done

  if "${bubblewrap[@]}" true 2>/dev/null; then
    clean_environment
    exec "${bubblewrap[@]}" --chdir "$PWD" "${drop[@]}" "$@"
  fi
  [ "$(id -u)" -eq 0 ] || again_with_sudo "$@"
  find_privileges
  drop+=(bash -c 'cd -- "$0" && exec "$@"' "$PWD")
  if can_mount; then
    clean_environment
    in_root "${drop[@]}" "$@"
  else
    with_copies in_root "${drop[@]}" "$@"
  fi
  exit
}

can_mount() {
  [ ${#privileged[@]} -gt 0 ] && "${privileged[@]}" mount --rbind /proc "$root/proc" 2>/dev/null
}

# Runs CMD in the root by chroot; with the kernel's folders and $visible mounted, if that is allowed.
in_root() {
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
  if can_mount; then
    "${privileged[@]}" bash -ec '
      root=$0
      while [ "$1" != -- ]; do
        if [ -d "$1" ]; then
          mkdir -p "$root$1"
        else
          mkdir -p "$root$(dirname "$1")"
          touch "$root$1"
        fi
        mount --rbind "$1" "$root$1"
        shift
      done
      shift
      exec chroot "$root" "$@"' "$root" /dev /proc /sys "${visible[@]}" -- "$@"
  else
    chroot "$root" "$@"
  fi
}

# Where nothing can be mounted: CMD works on a copy of the checkout (and of --with), what it
# changed comes back.
with_copies() {
  local path status=0
  need_command rsync rsync
  say 'Nothing can be mounted here: the command works on a copy of the checkout and sees no other folders.'
  for path in "$checkout" "${with[@]}"; do
    rsync --archive --relative --delete "$path" "$root/"
  done
  (clean_environment; "$@") || status=$?
  for path in "$checkout" "${with[@]}"; do
    rsync --archive --relative --update "$root/.$path" /
  done
  return "$status"
}

# What belongs to the programs outside would mislead those inside.
clean_environment() {
  export REMOTE_SHARPEN_INSIDE=${suite:-trixie} PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  unset LD_LIBRARY_PATH LD_PRELOAD LIBRARY_PATH CPATH PKG_CONFIG_PATH PYTHONHOME PYTHONPATH
  case ${LC_ALL:-${LANG:-C}} in
    C | C.* | POSIX) ;;
    *) # the root has no locales, but GIMP has its translations
      export LANGUAGE=${LANGUAGE:-${LC_ALL:-$LANG}} LC_ALL=C.UTF-8
      ;;
  esac
}
