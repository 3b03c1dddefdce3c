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
  local name=${benches[0]} program
  if (($# > 0)) && [[ $1 != --* ]]; then
    name=$1
    shift
  fi
  if [[ " ${benches[*]} " != *" $name "* ]]; then
    printf './dev bench: there is no "%s"; there are: %s\n' "$name" "${benches[*]}" >&2
    exit 2
  fi
  dev_setup
  build_preset release "bench_$name"
  program=build/release/bench/bench_$name
  [[ $name != kafka || -n ${DAYBOOK_BROKERS:-} ]] || kafka_up
  if (($# > 0)); then
    "$program" "$@"
  else
    mkdir -p bench/results
    "$program" | tee "bench/results/$name.txt"
  fi
}

dev_clean() {
  rm -rf build
  say "Removed build/. Data folders stay: ${DAYBOOK_DATA:-.daybook, .daybook-kafka}."
}
