# Apache Kafka on this machine, without containers: one broker or three, bound to loopback, from the published jars.
# Sourced by ./dev.
# shellcheck shell=bash

kafka_sources=dev.d/kafka
kafka_folder=${KAFKA_FOLDER:-.kafka}
kafka_port=${KAFKA_PORT:-9092}
kafka_serves='Kafka Server started'

dev_kafka() {
  local command=${1:-}
  (($# > 0)) && shift
  case $command in
    up | down | status | install | pin) "kafka_$command" "$@" ;;
    *)
      printf './dev kafka: there is no "%s"; there are: up down status install pin\n' "$command" >&2
      exit 2
      ;;
  esac
}

kafka_usage() {
  printf './dev kafka: "%s" is not understood; ./dev help shows what is\n' "$1" >&2
  exit 2
}

# ---- what it runs from ----------------------------------------------------------------------------------------------

kafka_install() {
  (($# == 0)) || kafka_usage "$1"
  install_kafka
  good "Apache Kafka's jars are in $kafka_folder/lib"
}

# Java, and the jars as dev.d/kafka/jars.sha256 names them. Asks the network only for what is missing.
install_kafka() {
  local packages=()
  java_is_usable || packages+=("${java_packages[@]}")
  jars_are_right "$kafka_folder/lib" || have mvn || packages+=("${maven_packages[@]}")
  ((${#packages[@]} == 0)) || install_packages "${packages[@]}"
  java_is_usable || fail "no \`java\` of version 17 or newer is first on the PATH"
  jars_are_right "$kafka_folder/lib" || fetch_jars
  archive_is_right || make_archive
}

# Tests also run a client from one Java source file, for which they need the compiler, and kcat.
install_kafka_for_tests() {
  local packages=()
  needs_kafka "$@" || return 0
  have javac || packages+=("${java_compiler_packages[@]}")
  have kcat || packages+=("${kcat_packages[@]}")
  ((${#packages[@]} == 0)) || install_packages "${packages[@]}"
  install_kafka
  KAFKA_JARS=$(realpath "$kafka_folder/lib")
  export KAFKA_JARS
}

# needs_kafka [LABEL...]: whether tests of these labels may want a broker.
needs_kafka() {
  local label
  (($# > 0)) || return 0
  for label in "$@"; do
    [[ $label == unit || $label == project || $label == golden ]] || return 0
  done
  return 1
}

java_is_usable() {
  local version
  have java || return 1
  version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
  ((${version:-0} >= 17))
}

# wrong_jars FOLDER: the names of files that differ from the list, are missing, or have no business there.
wrong_jars() {
  LC_ALL=C comm -3 <(LC_ALL=C sort "$kafka_sources/jars.sha256") <(sums_of "$1" | LC_ALL=C sort) |
    sed 's/.*  //' | LC_ALL=C sort -u
}

sums_of() (
  cd "$1" || exit
  find . ! -type d -printf '%P\0' | LC_ALL=C sort -z | xargs -0 -r sha256sum --
)

jars_are_right() { [[ -d $1 && -z $(wrong_jars "$1") ]]; }

fetch_jars() {
  local fresh=$kafka_folder/lib.new wrong
  [[ ! -d $kafka_folder/lib ]] || say "Other jars in $kafka_folder/lib than $kafka_sources/jars.sha256 names: fetching them anew"
  download_jars "$fresh"
  wrong=$(wrong_jars "$fresh")
  if [[ -n $wrong ]]; then
    rm -rf "$fresh"
    fail "these jars are not what $kafka_sources/jars.sha256 names, and are not used: ${wrong//$'\n'/ }"
  fi
  rm -rf "${kafka_folder:?}/lib" "$kafka_folder"/classes.*
  mv "$fresh" "$kafka_folder/lib"
}

download_jars() {
  local folder=$1
  have mvn || install_packages "${maven_packages[@]}"
  rm -rf "$folder"
  mkdir -p "$folder"
  quietly "Fetching Apache Kafka $(sed -n 's/.*<kafka.version>\(.*\)<.*/\1/p' "$kafka_sources/pom.xml")" \
    mvn -B -f "$kafka_sources/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$(realpath "$folder")"
}

# For whoever changes a version in dev.d/kafka/pom.xml: the list anew, to be looked at before it is committed.
kafka_pin() {
  local fresh=$kafka_folder/lib.new
  (($# == 0)) || kafka_usage "$1"
  download_jars "$fresh"
  sums_of "$fresh" >"$kafka_sources/jars.sha256"
  rm -rf "$fresh"
  good "$kafka_sources/jars.sha256 names $(wc -l <"$kafka_sources/jars.sha256") jars"
}

# ---- the class archive ----------------------------------------------------------------------------------------------

# Java reads the classes that a broker needs at its start from one prepared file: one second instead of two. The file is
# of use only to the Java and the jars that it was made with; Java passes over any other by itself.
archive_stamp() {
  java -version 2>&1
  realpath "$kafka_folder"
  cat "$kafka_sources/jars.sha256"
}

archive_is_right() {
  [[ -f $kafka_folder/classes.jsa && $(archive_stamp) == "$(cat "$kafka_folder/classes.stamp" 2>/dev/null)" ]]
}

make_archive() {
  rm -f "$kafka_folder"/classes.*
  quietly "Preparing Kafka's classes for quick starts" write_archive
  archive_stamp >"$kafka_folder/classes.stamp"
}

# Starts a broker of its own, stops it again, and keeps what it has read.
write_archive() {
  local folder pid kafka_brokers=1 kafka_port=14900 kafka_fsync=
  folder=$(absolute warm-up)
  while port_answers "$kafka_port" || port_answers $((kafka_port + 1)); do kafka_port=$((kafka_port - 2)); done
  rm -rf "$folder"
  write_properties "$folder" 1
  format_broker "$folder"
  java "@$kafka_sources/java.options" -Xmx256m -XX:ArchiveClassesAtExit="$kafka_folder/classes.new" \
    -cp "$(absolute lib)/*" kafka.Kafka "$folder/server.properties" >"$folder/log" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null && ! grep -q "$kafka_serves" "$folder/log"; do sleep 0.1; done
  kill -TERM "$pid" 2>/dev/null || true
  wait "$pid" || true
  cat "$folder/log"
  mv "$kafka_folder/classes.new" "$kafka_folder/classes.jsa"
  rm -rf "$folder"
}

# ---- folders and processes ------------------------------------------------------------------------------------------

# One broker has its data in single/, three have theirs in cluster/: broker-N/{data,server.properties,log,pid}.
absolute() { realpath -m "$kafka_folder/$1"; }

broker_folder() {
  if ((kafka_brokers == 1)); then absolute single/broker-1; else absolute "cluster/broker-$1"; fi
}

broker_port() { printf '%s' $((kafka_port + 2 * ($1 - 1))); }

# The process of the broker in a folder, if it is still that one: a killed broker leaves its pid file.
broker_pid() {
  local pid
  [[ -f $1/pid ]] || return 1
  pid=$(<"$1/pid")
  process_is "$pid" "kafka.Kafka $1/server.properties" && printf '%s' "$pid"
}

running_folders() {
  local folder
  for folder in "$(absolute single)"/broker-* "$(absolute cluster)"/broker-*; do
    if broker_pid "$folder" >/dev/null; then printf '%s\n' "$folder"; fi
  done
}

# The port that the broker in a folder was started with.
port_in() { sed -n 's/^advertised.listeners=.*:\([0-9]*\)$/\1/p' "$1/server.properties"; }

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

kafka_address() {
  local id addresses=()
  for ((id = 1; id <= kafka_brokers; id++)); do addresses+=("127.0.0.1:$(broker_port "$id")"); done
  local IFS=,
  printf '%s' "${addresses[*]}"
}

# ---- up -------------------------------------------------------------------------------------------------------------

kafka_up() {
  local brokers='' id
  kafka_fsync=
  while (($# > 0)); do
    case $1 in
      --brokers)
        brokers=${2:-nothing}
        shift
        ;;
      --brokers=*) brokers=${1#*=} ;;
      --fsync) kafka_fsync=yes ;;
      *) kafka_usage "$1" ;;
    esac
    shift || true
  done
  [[ ${brokers:-1} == [13] ]] || kafka_usage "--brokers $brokers"
  kafka_brokers=${brokers:-1}
  agree_with_running "$brokers" || return 0
  install_kafka
  for ((id = 1; id <= kafka_brokers; id++)); do start_broker "$id"; done
  for ((id = 1; id <= kafka_brokers; id++)); do await_broker "$id"; done
  good "Kafka serves at $(kafka_address)"
}

# What runs decides about port and number, and must be what was asked for. Fails when nothing is left to start; of three
# brokers some may have been killed.
agree_with_running() {
  local asked=$1 running
  mapfile -t running < <(running_folders)
  ((${#running[@]} > 0)) || return 0
  kafka_brokers=1
  [[ ${running[0]} != */cluster/* ]] || kafka_brokers=3
  [[ ${asked:-$kafka_brokers} == "$kafka_brokers" ]] ||
    fail "Kafka runs already, with another number of brokers ($kafka_brokers): ./dev kafka down stops it"
  if [[ -n $kafka_fsync ]] && ! is_flushing "${running[0]}"; then
    fail "Kafka runs already, without --fsync: ./dev kafka down stops it"
  fi
  ! is_flushing "${running[0]}" || kafka_fsync=yes
  kafka_port=$(port_in "$(broker_folder 1)")
  ((${#running[@]} < kafka_brokers)) || {
    good "Kafka runs already, at $(kafka_address)"
    return 1
  }
}

is_flushing() { grep -q '^log.flush.interval.messages=1$' "$1/server.properties"; }

start_broker() {
  local id=$1 folder port memory=512m
  folder=$(broker_folder "$id")
  ! broker_pid "$folder" >/dev/null || return 0
  for port in "$(broker_port "$id")" $(($(broker_port "$id") + 1)); do
    ! port_answers "$port" || fail "port $port is taken by something else; KAFKA_PORT=19092 ./dev kafka up takes others"
  done
  ((kafka_brokers == 1)) || memory=384m
  write_properties "$folder" "$id"
  format_broker "$folder" || exit 1
  # A session of its own, so that it outlives this terminal.
  setsid java "@$kafka_sources/java.options" -Xmx"$memory" -XX:SharedArchiveFile="$(absolute classes.jsa)" \
    -cp "$(absolute lib)/*" kafka.Kafka "$folder/server.properties" >"$folder/log" 2>&1 </dev/null &
  printf '%s\n' $! >"$folder/pid"
}

# write_properties FOLDER ID
write_properties() {
  local folder=$1 id=$2 port each voters=()
  port=$(broker_port "$id")
  for ((each = 1; each <= kafka_brokers; each++)); do voters+=("$each@127.0.0.1:$(($(broker_port "$each") + 1))"); done
  mkdir -p "$folder"
  {
    cat "$kafka_sources/server.properties"
    local IFS=,
    cat <<LINES
node.id=$id
log.dirs=$folder/data
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.quorum.voters=${voters[*]}
default.replication.factor=$kafka_brokers
min.insync.replicas=$((kafka_brokers / 2 + 1))
offsets.topic.replication.factor=$kafka_brokers
transaction.state.log.replication.factor=$kafka_brokers
transaction.state.log.min.isr=$((kafka_brokers / 2 + 1))
share.coordinator.state.topic.replication.factor=$kafka_brokers
share.coordinator.state.topic.min.isr=$((kafka_brokers / 2 + 1))
LINES
    if [[ -n ${kafka_fsync:-} ]]; then
      printf 'log.flush.interval.messages=1\n'
    else
      printf '# DAYBOOK: a record is acknowledged in the page cache: it outlives kill -9, not a power cut (--fsync)\n'
    fi
  } >"$folder/server.properties"
}

# Data that is there stays.
format_broker() {
  [[ ! -f $1/data/meta.properties ]] || return 0
  java "@$kafka_sources/java.options" -Xmx64m -XX:SharedArchiveFile="$(absolute classes.jsa)" -cp "$(absolute lib)/*" \
    kafka.tools.StorageTool format --cluster-id daybook-dev--cluster-A --config "$1/server.properties" >"$1/log" 2>&1 || {
    tail -n 30 "$1/log" >&2
    bad "$1/data cannot be prepared" >&2
    return 1
  }
}

await_broker() {
  local id=$1 folder pid started=$SECONDS shown=-1
  folder=$(broker_folder "$id")
  until grep -q "$kafka_serves" "$folder/log" && port_answers "$(broker_port "$id")"; do
    if ! pid=$(<"$folder/pid") || ! kill -0 "$pid" 2>/dev/null; then
      clear_progress
      tail -n 30 "$folder/log" >&2
      rm -f "$folder/pid"
      fail "broker $id ended; its log is $folder/log"
    fi
    ((SECONDS - started < 120)) || fail "broker $id does not serve after two minutes; its log is $folder/log"
    if ((shown != SECONDS)); then
      shown=$SECONDS
      show_progress "Starting broker $id of $kafka_brokers" $((SECONDS - started)) "$(tail -n 1 "$folder/log")"
    fi
    sleep 0.05
  done
  clear_progress
}

# ---- down and status ------------------------------------------------------------------------------------------------

kafka_down() {
  local wipe='' folders
  case ${1:-} in
    '') ;;
    --wipe) wipe=yes ;;
    *) kafka_usage "$1" ;;
  esac
  mapfile -t folders < <(running_folders)
  if ((${#folders[@]} > 0)); then
    stop_brokers "${folders[@]}"
  else
    say "No broker that ./dev kafka up started is running for $kafka_folder."
  fi
  rm -f "$kafka_folder"/{single,cluster}/broker-*/pid
  if [[ -n $wipe ]]; then
    rm -rf "$kafka_folder/single" "$kafka_folder/cluster"
    good "removed the brokers' data"
  elif [[ -d $kafka_folder/single || -d $kafka_folder/cluster ]]; then
    say "The data stays in $kafka_folder."
  fi
}

stop_brokers() {
  local folder started=$SECONDS shown=-1
  signal_brokers TERM "$@"
  while [[ -n $(running_folders) ]]; do
    if ((SECONDS - started >= 30)); then
      bad "not ended after 30 s: killing"
      signal_brokers KILL "$@"
    fi
    if ((shown != SECONDS)); then
      shown=$SECONDS
      show_progress "Stopping Kafka" $((SECONDS - started)) "$(tail -n 1 "$1/log")"
    fi
    sleep 0.1
  done
  clear_progress
  good "stopped"
}

signal_brokers() {
  local signal=$1 folder pid
  shift
  for folder in "$@"; do
    if pid=$(broker_pid "$folder"); then kill "-$signal" "$pid" 2>/dev/null || true; fi
  done
}

kafka_status() {
  local folders folder port memory data wrong=0
  (($# == 0)) || kafka_usage "$1"
  mapfile -t folders < <(running_folders)
  ((${#folders[@]} > 0)) || say "No broker that ./dev kafka up started is running for $kafka_folder."
  for folder in "${folders[@]}"; do
    port=$(port_in "$folder")
    memory=$(awk '/^VmRSS/ {print int($2 / 1024)}' "/proc/$(broker_pid "$folder")/status")
    data=$(du -sh "$folder/data" | cut -f 1)
    if port_answers "$port"; then
      good "127.0.0.1:$port serves (process $(broker_pid "$folder"), $memory MB of memory, $data of data, log in $folder/log)"
    else
      bad "127.0.0.1:$port does not answer; its log is $folder/log"
      wrong=1
    fi
  done
  return "$wrong"
}
