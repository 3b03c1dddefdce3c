# Everything that a change has to pass. Sourced by ./dev.
# shellcheck shell=bash

dev_ci() {
  local steps=("$@") step times=() started
  ((${#steps[@]} > 0)) || steps=(lint test asan tsan fuzz)
  for step in "${steps[@]}"; do
    case $step in
      lint | test | asan | tsan | fuzz) ;;
      *)
        printf './dev ci: there is no step "%s"; there are: lint test asan tsan fuzz\n' "$step" >&2
        exit 2
        ;;
    esac
  done
  for step in "${steps[@]}"; do
    started=$SECONDS
    title "$step"
    # A process of its own, so that a failing command ends the step wherever it stands.
    ./dev "$step" || fail "ci: $step failed after $((SECONDS - started)) s"
    times+=("$(printf '%-6s %4d s' "$step" $((SECONDS - started)))")
  done
  title "ci"
  printf '  %s\n' "${times[@]}"
  good "all in $((SECONDS / 60)) min $((SECONDS % 60)) s"
}
