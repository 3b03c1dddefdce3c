# The Debian packages that the project needs, and their installation. Sourced by ./dev.
# shellcheck shell=bash

build_packages=(g++ cmake ninja-build pkg-config ccache mold libpqxx-dev libpq-dev libprotobuf-dev protobuf-compiler
  librocksdb-dev prometheus-cpp-dev libgtest-dev libgmock-dev libbenchmark-dev libcli11-dev libspdlog-dev libfmt-dev
  libexpected-dev libboost-dev nlohmann-json3-dev libssl-dev libxxhash-dev libjemalloc-dev librdkafka-dev postgresql-15
  postgresql-contrib curl)
lint_packages=(clang-tidy clang-format git)
fuzz_packages=(clang libclang-rt-14-dev)
# For ./dev kafka and tests against a broker, each only where there is none of it yet.
java_packages=(openjdk-17-jre-headless)
java_compiler_packages=(openjdk-17-jdk-headless)
maven_packages=(maven)
kcat_packages=(kafkacat)

dev_setup() { install_packages "${build_packages[@]}"; }

missing_packages() {
  local package installed
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null) || true
  for package in "$@"; do
    [[ $'\n'$installed$'\n' == *$'\n'"installed $package"$'\n'* ]] || printf '%s\n' "$package"
  done
}

# Runs a command as root, without asking for a password.
as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo -n "$@"
  fi
}

can_be_root() { ((EUID == 0)) || { have sudo && sudo -n true 2>/dev/null; }; }

install_packages() {
  local missing status=0
  have dpkg-query || fail "this is not Debian: install what dev.d/packages.sh lists in your system's own way"
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} > 0)) || return 0
  if ! can_be_root; then
    printf './dev: these packages are missing, and this user may not install them: %s\n' "${missing[*]}" >&2
    printf 'Have somebody run:  sudo apt-get install %s\n' "${missing[*]}" >&2
    exit 3
  fi
  say "${#missing[@]} Debian packages are missing: ${missing[*]}"
  quietly "Reading the package lists" as_root apt-get -q update
  keep_default_cluster_away
  quietly "Installing ${#missing[@]} packages" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y --no-install-recommends -o Dpkg::Use-Pty=0 install "${missing[@]}" || status=$?
  let_default_clusters_be
  ((status == 0)) || exit 1
}

# Debian's postgresql-15 makes and starts a cluster of its own when it is first installed. Daybook has no use for it, so
# the wish not to have it stands in a file for as long as the installation takes. An installed server is left alone.
cluster_wish=/etc/postgresql-common/createcluster.d/daybook.conf

keep_default_cluster_away() {
  [[ -n $(missing_packages postgresql-15) ]] || return 0
  as_root mkdir -p "${cluster_wish%/*}"
  printf 'create_main_cluster = false\n' | as_root tee "$cluster_wish" >/dev/null
}

let_default_clusters_be() {
  [[ ! -e $cluster_wish ]] || as_root rm -f "$cluster_wish"
}
