# The demo: start Daybook, load the demo data through commands, show the result; and stop it again. Sourced by ./dev.
# shellcheck shell=bash

daybook=build/release/daybook
demo_files=apps/daybook/demo
on_kafka=

# use_folder FOLDER: the data folder that everything below is about.
use_folder() {
  data_folder=$1
  pid_file=$data_folder/up.pid
  up_log=$data_folder/up.log
}

dev_demo() {
  case ${1:-} in
    '') [[ ${DAYBOOK_LOG:-} != kafka ]] || on_kafka=yes ;;
    --kafka) on_kafka=yes ;;
    *)
      printf './dev demo: "%s" is not understood; ./dev help shows what is\n' "$1" >&2
      exit 2
      ;;
  esac
  use_folder "${DAYBOOK_DATA:-.daybook}"
  dev_setup
  build_preset release
  # shellcheck source=/dev/null
  source "$demo_files/demo.env"
  [[ -z $on_kafka ]] || prepare_kafka_demo
  title "Starting Daybook"
  start_daybook
  load_demo
  show_tables
  show_checks
  show_outcomes
  show_query_times
  if [[ -n $on_kafka ]]; then show_what_next_on_kafka; else show_what_next; fi
}

# ---- the process ----------------------------------------------------------------------------------------------------

# The process that an earlier demo started, if it is still that one.
running_pid() {
  local pid
  [[ -f $pid_file ]] || return 1
  pid=$(<"$pid_file")
  process_is "$pid" 'daybook up' && printf '%s' "$pid"
}

start_daybook() {
  local pid
  if pid=$(running_pid); then
    await_ready "$pid"
    return
  fi
  mkdir -p "$data_folder"
  : >"$up_log" # here and now: what an earlier run has said is not this one's word
  # A session of its own, so that it outlives this terminal.
  setsid "$daybook" up >"$up_log" 2>&1 </dev/null &
  pid=$!
  printf '%s\n' "$pid" >"$pid_file"
  await_ready "$pid"
}

# `daybook up` says in one line when all of it works; until then the last line of its log shows what it is doing.
await_ready() {
  local pid=$1 started=$SECONDS shown=-1
  until http_url=$(sed -n 's/^daybook is ready: //p' "$up_log" | tail -n 1) && [[ -n $http_url ]]; do
    if ! kill -0 "$pid" 2>/dev/null; then
      clear_progress
      tail -n 30 "$up_log" >&2
      rm -f "$pid_file"
      fail "daybook up ended; its log is $up_log"
    fi
    ((SECONDS - started < 300)) || fail "daybook up is not ready after five minutes; its log is $up_log"
    if ((shown != SECONDS)); then
      shown=$SECONDS
      show_progress "  waiting" $((SECONDS - started)) "$(tail -n 1 "$up_log")"
    fi
    sleep 0.1
  done
  clear_progress
  curl -fsS --max-time 30 "$http_url/readyz" >/dev/null || fail "$http_url/readyz does not answer; its log is $up_log"
  good "ready at $http_url (process $pid, data in $data_folder, log in $up_log)"
}

# Both demos have a data folder of their own; with DAYBOOK_DATA it is about that one alone.
dev_down() {
  local folder pid stopped=0 folders=(.daybook .daybook-kafka)
  [[ -z ${DAYBOOK_DATA:-} ]] || folders=("$DAYBOOK_DATA")
  for folder in "${folders[@]}"; do
    use_folder "$folder"
    if pid=$(running_pid); then
      stop_daybook "$pid"
      stopped=$((stopped + 1))
    elif stop_orphaned_postgres; then
      stopped=$((stopped + 1))
    fi
    rm -f "$pid_file"
  done
  ((stopped > 0)) || say "Nothing that ./dev demo started is running for ${folders[*]}."
  [[ -z $(running_folders) ]] || say "  Kafka goes on: ./dev kafka down stops it."
}

# The private PostgreSQL of a Daybook that was killed; the next start would have taken it over.
stop_orphaned_postgres() {
  local data pid
  data=$(realpath -m "$data_folder")/postgres/data
  [[ -f $data/postmaster.pid ]] || return 1
  pid=$(head -n 1 "$data/postmaster.pid")
  process_is "$pid" "-D $data " || return 1
  kill -INT "$pid"
  await_end "$pid"
  good "stopped the PostgreSQL of a Daybook that was killed; the data stays in $data_folder"
}

stop_daybook() {
  local pid=$1
  kill -TERM "$pid"
  await_end "$pid"
  good "stopped; the data stays in $data_folder"
}

await_end() {
  local pid=$1 started=$SECONDS shown=-1
  while kill -0 "$pid" 2>/dev/null; do
    ((SECONDS - started < 120)) || fail "process $pid has not ended after two minutes; its log is $up_log"
    if ((shown != SECONDS)); then
      shown=$SECONDS
      show_progress "Stopping Daybook" $((SECONDS - started)) "$(tail -n 1 "$up_log")"
    fi
    sleep 0.1
  done
  clear_progress
}

# ---- loading --------------------------------------------------------------------------------------------------------

# ask URL PSQL-OPTIONS...
ask() {
  local url=$1
  shift
  LC_ALL=C psql -X -q -v ON_ERROR_STOP=1 "$url" "$@" </dev/null
}

load_demo() {
  local before after token
  owner_url=$("$daybook" url --owner)
  before=$(ask "$owner_url" -At -f "$demo_files/fingerprint.sql")
  if [[ -n $on_kafka ]]; then publish_demo; else send_demo; fi
  token=$(receipt_of "$(refused_id)" | sed -n 's/.*"token": *"\([^"]*\)".*/\1/p')
  ask "$owner_url" -At -c "SELECT daybook.wait_for('$token', '60 s')" >/dev/null
  reader_url=$("$daybook" url --organization "$demo_organization")
  after=$(ask "$owner_url" -At -f "$demo_files/fingerprint.sql")
  if [[ $before == "$after" ]]; then
    good "all of it was there already: nothing was written to the log, and no row has changed"
  elif [[ -n $on_kafka && ${before#* } == "${after#* }" ]]; then
    good "all of it was there already: the log has noted the repeats, and no row has changed"
  else
    good "log position $(log_position "$before") before, $(log_position "$after") after"
  fi
}

send_demo() {
  local refused=0
  title "Loading the demo data through commands"
  seeded=$("$daybook" seed demo </dev/null)
  say "$seeded"
  refused_answer=$("$daybook" send "$demo_files/refused.json" 2>&1 </dev/null) || refused=$?
  ((refused == 2)) || fail "the command of $demo_files/refused.json was to be refused: exit code $refused: $refused_answer"
}

refused_id() { sed 's/.*"commandId":"\([^"]*\)".*/\1/' "$demo_files/refused.json"; }

# is_fresh_load ANSWER: whether `daybook seed demo`, which said this, has loaded anything.
is_fresh_load() {
  [[ $1 =~ ^([0-9]+)\ commands:\ .*,\ ([0-9]+)\ of\ them\ known\ already ]] && ((BASH_REMATCH[2] < BASH_REMATCH[1]))
}

# The fingerprint's first word, or what to say when there is none.
log_position() {
  local first=${1%% *}
  printf '%s' "${first:-none}"
}

receipt_of() { "$daybook" receipt "$demo_organization" "$1" --json </dev/null; }

indented() { sed '/^ *$/d; s/^/  /'; }

# ---- showing --------------------------------------------------------------------------------------------------------

show_tables() {
  title "Rows per read table"
  ask "$reader_url" -P footer=off -P border=0 -f "$demo_files/rows.sql" | indented
  title "The pipeline"
  ask "$reader_url" -P footer=off -P border=0 -f "$demo_files/pipeline.sql" | indented
}

# Wrong is only what this run has loaded: whoever has worked with the data since has changed some of it.
show_checks() {
  local checked expected actual wrong=0
  title "The demo data's known values"
  while IFS='|' read -r checked expected actual; do
    if [[ $expected == "$actual" ]]; then
      good "$checked: $actual"
    elif ! is_fresh_load "$seeded"; then
      say "  ~ $checked: $actual, changed since it was loaded (then $expected)"
    else
      bad "$checked: $actual, expected $expected"
      wrong=$((wrong + 1))
    fi
  done < <(ask "$reader_url" -At -F '|' -f "$demo_files/checks.sql")
  ((wrong == 0)) || fail "$wrong values are not as they should be"
}

show_outcomes() {
  title "The outcome of a command: the deal that came in as won"
  "$daybook" receipt "$demo_organization" "$demo_shown_command" </dev/null | indented
  title "A command that is refused, and why"
  indented <"$demo_files/refused.json"
  say ""
  indented <<<"$refused_answer"
}

# The middle one of five runs of each query, as the reporting login.
show_query_times() {
  local file class target about time
  title "One query of each class, as the reporting login"
  for file in "$demo_files"/queries/*.sql; do
    IFS='|' read -r class target about < <(sed -n '1s/^-- //p' "$file" | sed 's/ *| */|/g')
    time=$(ask "$reader_url" -o /dev/null -f "$file" -f "$file" -f "$file" -f "$file" -f "$file" |
      sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | sort -g | sed -n 3p)
    if [[ -n $time ]] && ((${time%.*} < target)); then
      good "$(printf '%-10s %8s ms (target %s ms): %s' "$class" "$time" "$target" "$about")"
    else
      bad "$(printf '%-10s %8s ms (target %s ms): %s' "$class" "${time:-?}" "$target" "$about")"
    fi
  done
}

show_what_next() {
  title "To go on with"
  [[ -z ${DAYBOOK_DATA:-} ]] || say "  export DAYBOOK_DATA=$DAYBOOK_DATA"
  [[ -z ${DAYBOOK_HTTP:-} ]] || say "  export DAYBOOK_HTTP=$DAYBOOK_HTTP"
  cat <<NEXT
  psql "\$($daybook url --organization $demo_organization)" -c 'select name, status from crm.companies'
  curl -s $http_url/v1/organizations/$demo_organization/commands/$demo_shown_command
  $daybook send '{"commandId":"$(</proc/sys/kernel/random/uuid)","organizationId":"$demo_organization","actor":"demo/U1","action":{"patchCompany":{"id":"demo/C1","set":{"phone":"+1-555-0199"}}}}'
  $daybook status
  ./dev down
NEXT
}
