# shellcheck shell=bash
# Completion of the command remote-sharpen for bash.
_remote_sharpen() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  case $before in
    --model)
      local IFS=$'\n'
      mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" --models | sed 's/   *.*//')" -- "$word" | sed 's/ /\\ /g')
      return
      ;;
    --service) mapfile -t COMPREPLY < <(compgen -W 'automatic this-computer topaz aimlapi own-server' -- "$word"); return ;;
    --format) mapfile -t COMPREPLY < <(compgen -W 'original png tiff jpeg xcf' -- "$word"); return ;;
    --blur) mapfile -t COMPREPLY < <(compgen -W 'auto defocus motion softness shake' -- "$word"); return ;;
    --if-exists) mapfile -t COMPREPLY < <(compgen -W 'skip overwrite number' -- "$word"); return ;;
  esac
  case $word in
    -*)
      # The options are those that the command itself knows.
      mapfile -t COMPREPLY < <(compgen -W "$(LANGUAGE=C "${COMP_WORDS[0]}" --help | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+')" -- "$word")
      ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
  esac
}
complete -o filenames -F _remote_sharpen remote-sharpen
