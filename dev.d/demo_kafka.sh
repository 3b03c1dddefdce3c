# What is different about the demo when its log and its commands are topics of Kafka. Sourced by ./dev.
# shellcheck shell=bash

kafka_default_brokers=127.0.0.1:9092
own_broker=

# A broker unless there is one, the topics unless they are fit, and the settings of everything that follows.
prepare_kafka_demo() {
  have kcat || install_packages "${kcat_packages[@]}"
  title "Kafka"
  if [[ -n ${DAYBOOK_BROKERS:-} ]]; then
    good "the cluster of DAYBOOK_BROKERS: $DAYBOOK_BROKERS"
  else
    kafka_up
    own_broker=yes
    DAYBOOK_BROKERS=$(kafka_address)
  fi
  export DAYBOOK_BROKERS DAYBOOK_LOG=kafka
  export DAYBOOK_DATA=${DAYBOOK_DATA:-.daybook-kafka} DAYBOOK_HTTP=${DAYBOOK_HTTP:-127.0.0.1:7421}
  use_folder "$DAYBOOK_DATA"
  topic_prefix=${DAYBOOK_TOPIC_PREFIX:-crm}
  prepare_topics
}

prepare_topics() {
  local said status=0
  said=$("$daybook" topics check 2>&1 </dev/null) || status=$?
  case $status in
    0) good "the topics $topic_prefix.* are there, and fit" ;;
    2)
      # A broker that has just started is not quite ready yet, which is warned of and passes.
      said=$("$daybook" topics create --partitions 3 2>&1 </dev/null) || fail "$said"
      grep -v '\[warning\]' <<<"$said" | indented
      ;;
    *) fail "$(tail -n 1 <<<"$said")" ;;
  esac
}

# kafkacat OPTIONS...: kcat on that cluster, with the same settings of the connection.
kafkacat() { command kcat -b "$DAYBOOK_BROKERS" -q -F <(kafka_settings) "$@"; }

# In no file and on no command line: passwords may be among them.
kafka_settings() {
  local line name
  [[ -z ${DAYBOOK_KAFKA_CONFIG:-} ]] || cat "$DAYBOOK_KAFKA_CONFIG"
  while read -r line; do
    name=${line%%=*}
    name=${name#DAYBOOK_KAFKA_}
    name=${name,,}
    [[ $name == config ]] || printf '%s=%s\n' "${name//_/.}" "${line#*=}"
  done < <(env | grep '^DAYBOOK_KAFKA_')
}

# ---- loading --------------------------------------------------------------------------------------------------------

# Publishes the demo's commands as any sender would, and reads their results from the topic of results.
publish_demo() {
  local lines results
  reply_to=demo-$(</proc/sys/kernel/random/uuid)
  title "Publishing the demo data to the topic $topic_prefix.commands"
  lines=$("$daybook" seed demo --print </dev/null)
  if [[ $lines != *$'\n'* ]]; then
    # All other records are dated by the moment at which the organization was created.
    publish "$lines"
    results=$(await_results 1)
    lines=$("$daybook" seed demo --print </dev/null)
    publish "${lines#*$'\n'}"
  else
    publish "$lines"
  fi
  results=$(await_results "$(wc -l <<<"$lines")")
  seeded="$(wc -l <<<"$results") commands: $(grep -c $'outcome=accepted' <<<"$results") accepted,"
  seeded+=" $(grep -c '"repeated": *true' <<<"$results" || true) of them known already"
  say "$seeded"
  show_forwarding "$results"
  publish_refused
  await_no_lag
}

# One command that is to be refused; its result as it stands in the topic.
publish_refused() {
  local result
  reply_to=demo-$(</proc/sys/kernel/random/uuid)
  publish "$(<"$demo_files/refused.json")"
  result=$(await_results 1)
  [[ $result == *outcome=rejected* ]] || fail "the command of $demo_files/refused.json was to be refused: $result"
  refused_answer="$(cut -f 2 <<<"$result" | tr , '\n')"$'\n\n'"$(receipt_of_people "$(refused_id)")"
}

receipt_of_people() { "$daybook" receipt "$demo_organization" "$1" </dev/null; }

# publish LINES: each is a command; the key is the organization.
publish() {
  kafkacat -P -t "$topic_prefix.commands" -k "$demo_organization" -H content-type=application/json \
    -H "reply-to=$reply_to" <<<"$1"
}

# await_results COUNT: that many results of what was published with this reply-to: partition, headers, receipt. A result
# may come twice, word for word.
await_results() {
  local results count=0 started=$SECONDS since
  since=$((($(date +%s) - 3600) * 1000))
  while ((count < $1)); do
    ((SECONDS - started < 60)) || fail "only $count of $1 results came to $topic_prefix.results within a minute; see $up_log"
    results=$(kafkacat -C -t "$topic_prefix.results" -o "s@$since" -e -f '%p\t%h\t%s\n' </dev/null |
      grep -F "reply-to=$reply_to," | sort -u) || true
    count=$(grep -c . <<<"$results") || true
  done
  printf '%s\n' "$results"
}

# Whatever partition a sender chooses: a record of another one is forwarded, and its result says where it came from.
show_forwarding() {
  local partition headers
  IFS=$'\t' read -r partition headers _ <<<"$1"
  [[ $headers =~ origin=([0-9]+): ]] || return 0
  if [[ ${BASH_REMATCH[1]} == "$partition" ]]; then
    good "kcat had put them where the organization belongs, into partition $partition"
  else
    good "kcat had put them into partition ${BASH_REMATCH[1]}, by a partitioner of its own; they were forwarded to partition $partition"
  fi
}

# Until everything that was published has been decided, and the read tables have it.
await_no_lag() {
  local started=$SECONDS
  while curl -fsS --max-time 10 "$http_url/v1/status" | grep -q '"lagRecords":[1-9]'; do
    ((SECONDS - started < 60)) || fail "the engine has not caught up within a minute; $daybook status says more"
    sleep 0.1
  done
}

# ---- what next ------------------------------------------------------------------------------------------------------

show_what_next_on_kafka() {
  local id
  id=$(</proc/sys/kernel/random/uuid)
  title "To go on with"
  say "  export DAYBOOK_LOG=kafka DAYBOOK_DATA=$DAYBOOK_DATA DAYBOOK_HTTP=$DAYBOOK_HTTP"
  [[ $topic_prefix == crm ]] || say "  export DAYBOOK_TOPIC_PREFIX=$topic_prefix"
  [[ $DAYBOOK_BROKERS == "$kafka_default_brokers" ]] || say "  export DAYBOOK_BROKERS=$DAYBOOK_BROKERS"
  cat <<NEXT
  kcat -b $DAYBOOK_BROKERS -C -t $topic_prefix.results -o end -f '%h\\n%s\\n\\n'     # watch the results, in another terminal
  kcat -b $DAYBOOK_BROKERS -P -t $topic_prefix.commands -k $demo_organization -H reply-to=me <<<'{"commandId":"$id","organizationId":"$demo_organization","actor":"demo/U1","action":{"patchCompany":{"id":"demo/C1","set":{"phone":"+1-555-0199"}}}}'
  $daybook receipt $demo_organization $id
  psql "\$($daybook url --organization $demo_organization)" -c 'select name, phone from crm.companies'
  $daybook status
  $daybook dead-letters list
  ./dev down${own_broker:+; ./dev kafka down}
NEXT
}
