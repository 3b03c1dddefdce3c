# Formatting, clang-tidy and the git hook. Sourced by ./dev.
# shellcheck shell=bash

source_files() { git ls-files --cached --others --exclude-standard -- '*.h' '*.cc' '*.proto' | sort; }

dev_fmt() {
  local files
  install_packages "${lint_packages[@]}"
  mapfile -t files < <(source_files)
  if [[ ${1:-} == --check ]]; then
    check_format "${files[@]}"
  else
    clang-format -i "${files[@]}"
  fi
}

# Names each file that the formatter would change.
check_format() {
  local file wrong=0
  for file in "$@"; do
    [[ -f $file ]] || continue
    clang-format --dry-run -Werror "$file" 2>/dev/null && continue
    bad "$file"
    wrong=$((wrong + 1))
  done
  ((wrong == 0)) || fail "$wrong files are not formatted; ./dev fmt does it"
  good "formatting"
}

# Tests are half of the files: clang-tidy takes their turn with --all, and when they change.
dev_lint() {
  local files
  dev_setup
  install_packages "${lint_packages[@]}"
  mapfile -t files < <(source_files)
  check_format "${files[@]}"
  # A folder of its own, because clang-tidy cannot read the compiler's precompiled headers.
  [[ build/tidy/build.ninja -nt CMakePresets.json ]] ||
    quietly "Configuring tidy" cmake --preset dev -B build/tidy -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON
  # clang-tidy reads the generated headers.
  quietly "Generating messages" cmake --build build/tidy --target daybook_schemas
  case ${1:-} in
    --changed) mapfile -t files < <(changed_sources) ;;
    --all) mapfile -t files < <(printf '%s\n' "${files[@]}" | grep '\.cc$') ;;
    *) mapfile -t files < <(printf '%s\n' "${files[@]}" | grep '\.cc$' | grep -v '^tests/') ;;
  esac
  tidy "${files[@]}"
}

# Files that differ from the last commit, and those that include a header that differs.
changed_sources() {
  local changed file
  mapfile -t changed < <(git status --porcelain --untracked-files=all | sed 's/^...//; s/.* -> //' | grep -E '\.(h|cc)$')
  for file in "${changed[@]}"; do
    case $file in
      *.cc) [[ ! -f $file ]] || printf '%s\n' "$file" ;;
      *.h) git grep -l --untracked "#include \"$file\"" -- '*.cc' || true ;;
    esac
  done | sort -u
}

# Two at a time are as many as the smallest machine that we build on has cores.
tidy() {
  (($# > 0)) || return 0
  printf '%s\0' "$@" >build/tidy.list
  quietly "clang-tidy over $# files" \
    xargs -0 -a build/tidy.list -n 1 -P "$(nproc)" sh -c 'echo "$1"; exec clang-tidy --quiet -p build/tidy "$1"' sh
}

dev_hooks() {
  local hooks
  hooks=$(git rev-parse --git-path hooks)
  mkdir -p "$hooks"
  cat >"$hooks/pre-commit" <<'HOOK'
#!/bin/sh
# Made by ./dev hooks.
exec ./dev fmt --check
HOOK
  chmod +x "$hooks/pre-commit"
  say "Installed $hooks/pre-commit: it checks the formatting."
}
