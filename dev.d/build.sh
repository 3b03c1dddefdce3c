# Configuring and building. Sourced by ./dev.
# shellcheck shell=bash

presets=(release dev asan tsan)

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

dev_bench() {
  [[ -f bench/CMakeLists.txt ]] || fail "there are no benchmarks yet (bench/README.md)"
  dev_setup
  build_preset release bench
}

dev_clean() {
  rm -rf build
  say "Removed build/. Data folders stay: ${DAYBOOK_DATA:-.daybook} is removed by hand."
}
