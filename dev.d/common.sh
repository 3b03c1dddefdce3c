# What the other parts share: messages, progress, folders. Sourced by ./dev.
# shellcheck shell=bash

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
  bold='' dim='' red='' green='' plain=''
fi

title() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
say() { printf '%s\n' "$*"; }
good() { printf '  %s✓%s %s\n' "$green" "$plain" "$*"; }
bad() { printf '  %s✗%s %s\n' "$red" "$plain" "$*"; }
fail() {
  printf '%s./dev: %s%s\n' "$red" "$*" "$plain" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# Clears the line on which a terminal shows progress.
clear_progress() { [[ ! -t 1 ]] || printf '\r\e[K'; }

# show_progress LABEL SECONDS DETAIL: one line that is written over on a terminal; elsewhere a line every ten seconds.
show_progress() {
  local label=$1 seconds=$2 detail=$3
  if [[ -t 1 ]]; then
    printf '\r\e[K%s %s(%ss)%s %.70s' "$label" "$dim" "$seconds" "$plain" "$detail"
  elif ((seconds > 0 && seconds % 10 == 0)); then
    printf '%s (%ss) %.100s\n' "$label" "$seconds" "$detail"
  fi
}

# quietly LABEL COMMAND...: runs a command with its output kept aside; shows how it gets on, and all of it if it fails.
quietly() {
  local label=$1 log started=$SECONDS shown=$SECONDS pid status=0
  shift
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    if ((shown != SECONDS)); then
      shown=$SECONDS
      show_progress "$label" $((SECONDS - started)) "$(tail -n 1 "$log" | tr -cd '[:print:]')"
    fi
    sleep 0.1
  done
  wait "$pid" || status=$?
  clear_progress
  if ((status != 0)); then
    show_failure "$log"
    rm -f "$log"
    bad "$label: exit code $status after $((SECONDS - started)) s" >&2
    return "$status"
  fi
  rm -f "$log"
  good "$label ($((SECONDS - started)) s)"
}

# The part of a log that says why: from the first failed build step on, the findings, otherwise its end.
show_failure() {
  if grep -q '^FAILED:' "$1"; then
    sed -n '/^FAILED:/,$p' "$1" | head -n 200 >&2
  elif grep -q ': error: ' "$1"; then
    grep -A 3 ': error: ' "$1" | head -n 200 >&2
  else
    tail -n 60 "$1" >&2
  fi
}

# process_is PID TEXT: whether it runs and was called with that, its arguments separated (and ended) by spaces.
process_is() {
  [[ -r /proc/$1/cmdline ]] && tr '\0' ' ' <"/proc/$1/cmdline" | grep -qF -- "$2"
}
