# Running the tests. Sourced by ./dev.
# shellcheck shell=bash

# What the sanitizers are meant for. Rules of the project, golden and end-to-end tests add nothing there; only code with
# threads can race.
asan_labels=(unit contract integration)
tsan_labels=(contract integration threads)

dev_test() {
  dev_setup
  install_kafka_for_tests "$@"
  build_preset dev
  run_tests dev "$@"
}

dev_asan() {
  local labels=("$@")
  ((${#labels[@]} > 0)) || labels=("${asan_labels[@]}")
  export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
  export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  run_sanitizer asan "${labels[@]}"
}

dev_tsan() {
  local labels=("$@")
  ((${#labels[@]} > 0)) || labels=("${tsan_labels[@]}")
  export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
  run_sanitizer tsan "${labels[@]}"
}

# Builds only the test programs that will run: a test's name is its program's target.
run_sanitizer() {
  local preset=$1 pattern tests
  shift
  dev_setup
  install_kafka_for_tests "$@"
  configure "$preset"
  pattern=$(label_pattern "$@")
  mapfile -t tests < <(ctest --test-dir "build/$preset" -N -L "$pattern" | sed -n 's/^ *Test *#[0-9]*: //p')
  ((${#tests[@]} > 0)) || fail "no test has the label $*"
  build_preset "$preset" "${tests[@]}"
  # One more than there are cores: these tests wait for servers a third of their time.
  CTEST_PARALLEL_LEVEL=$(($(nproc) + 1)) run_tests "$preset" "$@"
}

label_pattern() {
  local IFS='|'
  printf '^(%s)$' "$*"
}

# run_tests PRESET [LABEL...]: ctest's own closing lines stay the last ones; skipped tests are named with their reason.
run_tests() {
  local preset=$1 status=0 options
  shift
  options=(--test-dir "build/$preset" --output-on-failure --no-tests=error --parallel "${CTEST_PARALLEL_LEVEL:-$(nproc)}")
  (($# == 0)) || options+=(-L "$(label_pattern "$@")")
  show_skips "build/$preset/Testing/Temporary/LastTest.log" remove
  ctest "${options[@]}" </dev/null || status=$?
  show_skips "build/$preset/Testing/Temporary/LastTest.log"
  return "$status"
}

# GoogleTest says why a test was skipped only inside a passing program's output; nobody should have to look there.
show_skips() {
  local log=$1
  if [[ ${2:-} == remove ]]; then
    rm -f "$log"
  elif [[ -f $log ]] && grep -q '^\[  SKIPPED \]' "$log"; then
    title "Skipped, and why"
    grep -B 3 '^\[  SKIPPED \]' "$log" | grep -v -e '^\[ RUN' -e '^--$' -e '^\[       OK' | sed 's/^/  /'
  fi
}
