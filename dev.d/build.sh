# Configuring and building. Sourced by ./dev.
# shellcheck shell=bash

presets=(release dev asan tsan fuzz)

dev_build() {
  local preset=${1:-release}
  if [[ " ${presets[*]} " != *" $preset "* ]]; then
    printf './dev build: there is no preset "%s"; there are: %s\n' "$preset" "${presets[*]}" >&2
    exit 2
  fi
  dev_setup
  build_preset "$preset"
  [[ $preset != release ]] || say "build/release/daybook"
}

# build_preset PRESET [TARGET...]: brings the preset, or the targets, up to date; a second call takes a moment.
build_preset() {
  local preset=$1
  shift
  configure "$preset"
  export NINJA_STATUS='[%f/%t] '
  local command=(cmake --build --preset "$preset" --parallel "$(nproc)")
  (($# == 0)) || command+=(--target "$@")
  if [[ -t 1 ]]; then
    "${command[@]}"
  else
    quietly "Building $preset" "${command[@]}"
  fi
}

configure() {
  local preset=$1
  [[ build/$preset/build.ninja -nt CMakePresets.json ]] || quietly "Configuring $preset" cmake --preset "$preset"
}

benches=(commands latency projection size kafka)

# dev_bench [NAME] [--quick]: what it prints is kept in bench/results/ when it is not a quick run.
dev_bench() {
  local argument name='' quick='' program status=0
  for argument in "$@"; do
    if [[ $argument == --quick ]]; then
      quick=yes
    elif [[ -z $name && $argument != *' '* && " ${benches[*]} " == *" $argument "* ]]; then
      name=$argument
    else
      printf './dev bench: "%s" is not understood; there are --quick and one of: %s\n' "$argument" "${benches[*]}" >&2
      exit 2
    fi
  done
  name=${name:-${benches[0]}}
  dev_setup
  build_preset release "bench_$name"
  program=build/release/bench/bench_$name
  [[ $name != kafka || -n ${DAYBOOK_BROKERS:-} ]] || kafka_up
  if [[ -n $quick ]]; then
    "$program" --quick
    return
  fi
  mkdir -p bench/results
  # Not local: it is removed when all of this has ended.
  new_result=bench/results/$name.txt.new
  trap 'rm -f "$new_result"' EXIT
  "$program" | tee "$new_result" || status=$?
  # The last result stays until there is another: one whose goals fail is one, a run that was given up is not.
  ! grep -q '^{"figure"' "$new_result" || mv "$new_result" "bench/results/$name.txt"
  return "$status"
}

dev_clean() {
  rm -rf build
  say "Removed build/. Data folders stay: ${DAYBOOK_DATA:-.daybook, .daybook-kafka}."
}
