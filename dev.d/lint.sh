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

# Over all files but tests: several of a library as one, because most of clang-tidy's time goes into the headers of a file.
# Tests, and Clang's analyzer, which takes longest and is misled by neighbours, have their turn with --changed and --all.
dev_lint() {
  local which=${1:-} files
  if [[ -n $which && $which != --changed && $which != --all ]]; then
    printf './dev lint: "%s" is not understood; there are --changed and --all\n' "$which" >&2
    exit 2
  fi
  dev_setup
  install_packages "${lint_packages[@]}"
  mapfile -t files < <(source_files)
  check_format "${files[@]}"
  if [[ -z $which ]]; then
    configure_tidy build/tidy-units -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=12
    mapfile -t files < <(units)
    tidy build/tidy-units '-clang-analyzer-*' "${files[@]}"
    return
  fi
  configure_tidy build/tidy
  case $which in
    --changed) mapfile -t files < <(changed_sources) ;;
    --all) mapfile -t files < <(source_files | grep '\.cc$') ;;
  esac
  tidy build/tidy '' "${files[@]}"
}

# configure_tidy FOLDER [OPTION...]: one of its own, because clang-tidy cannot read the compiler's precompiled headers.
configure_tidy() {
  local folder=$1
  shift
  [[ $folder/build.ninja -nt CMakePresets.json ]] ||
    quietly "Configuring ${folder##*/}" cmake --preset dev -B "$folder" -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON "$@"
  # clang-tidy reads the generated headers.
  quietly "Generating messages" cmake --build "$folder" --target daybook_schemas
}

# The files that the build makes of several of ours.
units() {
  sed -n 's/^ *"file": "\(.*\/Unity\/.*\)",\{0,1\}$/\1/p' build/tidy-units/compile_commands.json | sort -u
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

# tidy FOLDER CHECKS FILE...: with these besides those of .clang-tidy. Two at a time are as many as the smallest machine
# that we build on has cores.
tidy() {
  local folder=$1 checks=$2
  shift 2
  (($# > 0)) || return 0
  printf '%s\0' "$@" >"$folder.list"
  quietly "clang-tidy over $# files" xargs -0 -a "$folder.list" -n 1 -P "$(nproc)" \
    sh -c 'echo "$3"; exec clang-tidy --quiet -p "$1" --checks="$2" "$3"' sh "$folder" "$checks"
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
