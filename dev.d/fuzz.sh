# Fuzzing: commands in both encodings, records of the log, the reader rule. Sourced by ./dev.
# shellcheck shell=bash

fuzz_targets=(command_json command_protobuf log_record reader_rule)

# dev_fuzz [TARGET...]: FUZZ_SECONDS (60) for each, from FUZZ_SEED (another one each time, which is printed). What was found
# interesting is kept in build/fuzz/corpus and gone on from; input that breaks something stays in build/fuzz/broken, and
# belongs into a test.
dev_fuzz() {
  local targets=("$@") target seconds=${FUZZ_SECONDS:-60} status=0 folder=build/fuzz
  local seed=${FUZZ_SEED:-$((RANDOM << 15 | RANDOM | 1))}  # libFuzzer takes 0 for one of its own
  ((${#targets[@]} > 0)) || targets=("${fuzz_targets[@]}")
  for target in "${targets[@]}"; do
    if [[ " ${fuzz_targets[*]} " != *" $target "* ]]; then
      printf './dev fuzz: there is no "%s"; there are: %s\n' "$target" "${fuzz_targets[*]}" >&2
      exit 2
    fi
  done
  dev_setup
  install_packages "${fuzz_packages[@]}"
  build_preset fuzz fuzz_seeds "${targets[@]/#/fuzz_}"
  mkdir -p "$folder/corpus" "$folder/broken"
  "$folder/tests/fuzz/fuzz_seeds" "$folder/corpus"
  say "seed $seed (FUZZ_SEED)"
  export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} bash -c "$(declare -f fuzz_one)"'; fuzz_one "$@"' - {} \
    "$seconds" "$folder" "$seed" || status=$?
  for target in "${targets[@]}"; do
    printf '  %-17s %s\n' "$target" "$(grep '^Done' "$folder/$target.log" || true)"
  done
  ((status == 0)) || fail "fuzzing broke something: see the logs and inputs in $folder/broken and $folder/*.log; again: FUZZ_SEED=$seed ./dev fuzz"
  good "nothing broke in ${#targets[@]} targets, $seconds s each"
}

# fuzz_one TARGET SECONDS FOLDER SEED
fuzz_one() {
  local log=$3/$1.log
  "$3/tests/fuzz/fuzz_$1" -seed="$4" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="$3/broken/$1-" "$3/corpus/$1" >"$log" 2>&1 || { tail -n 40 "$log" >&2; return 1; }
}
