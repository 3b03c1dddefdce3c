#include "infra/postgres/cluster.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>

#include "infra/postgres/cluster_files.h"
#include "infra/postgres/connection.h"
#include "infra/postgres/postmaster.h"
#include "infra/postgres/private_file.h"
#include "infra/postgres/process.h"
#include "infra/postgres/stop_server.h"

namespace daybook::postgres {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOwner = "daybook";
constexpr const char* kDatabase = "daybook";
constexpr const char* kMaintenanceDatabase = "postgres";
constexpr const char* kSharedFolder = "/var/lib/daybook";
constexpr std::size_t kPasswordBytes = 24;
constexpr int kPortAttempts = 5;
constexpr std::chrono::seconds kServerTimeout{90};
constexpr std::chrono::seconds kOrphanTimeout{30};
constexpr std::chrono::milliseconds kPollPause{50};

// Whether a server that refuses our connection may take it soon. Libpq gives only the text here.
bool is_passing(const Error& error) {
  for (const char* text :
       {"Connection refused", "starting up", "shutting down", "not yet accepting", "recovery mode",
        "closed the connection unexpectedly", "terminating connection"}) {
    if (error.detail.find(text) != std::string::npos) {
      return true;
    }
  }
  return false;
}

// Somebody removed the data folder while its cluster stood elsewhere and perhaps still runs: nobody
// can reach it any more.
Result<void> stop_abandoned_clusters(const fs::path& data_folder, const ServerUser& user) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(kSharedFolder, error)) {
    DAYBOOK_ASSIGN(origin, read_private_file(entry.path() / "origin"));
    const fs::path data = entry.path() / "data";
    if (origin != data_folder.string() || !find_postmaster(data)) {
      continue;
    }
    DAYBOOK_TRY(stop_server(user, data, Cluster::kStopTimeout));
  }
  return {};
}

}  // namespace

Cluster::Cluster(fs::path data_folder, ServerUser user)
    : data_folder_(std::move(data_folder)), user_(user) {}

Result<Cluster> Cluster::open(const fs::path& data_folder) {
  DAYBOOK_ASSIGN(user, ServerUser::current());
  std::error_code error;
  fs::path absolute = fs::weakly_canonical(fs::absolute(data_folder, error), error);
  if (error) {
    return fail(
        cluster_io_error("cannot use the data folder " + data_folder.string(), error.message()));
  }
  Cluster cluster(std::move(absolute), user);
  DAYBOOK_TRY(cluster.read_record());
  return cluster;
}

Result<void> Cluster::start(const ClusterProgress& progress) {
  DAYBOOK_ASSIGN(lock, FolderLock::take(data_folder_));
  DAYBOOK_TRY(read_record());  // another process may have created it meanwhile
  if (state() == ClusterState::kAbsent) {
    DAYBOOK_TRY(create(progress));
  }
  const auto deadline = std::chrono::steady_clock::now() + kServerTimeout;
  while (true) {
    if (state() == ClusterState::kStopped) {
      DAYBOOK_TRY(launch(progress));
    }
    Result<void> ready = ensure_database();
    if (ready || !is_passing(ready.error()) || std::chrono::steady_clock::now() > deadline) {
      return ready;
    }
    // Found in the middle of dying, or of recovering after somebody else who started it was killed.
    std::this_thread::sleep_for(kPollPause);
  }
}

Result<void> Cluster::stop(std::chrono::milliseconds limit) {
  DAYBOOK_ASSIGN(lock, FolderLock::take(data_folder_));
  DAYBOOK_TRY(read_record());
  if (state() != ClusterState::kRunning) {
    return {};
  }
  return stop_server(user_, data(), limit);
}

ClusterState Cluster::state() const {
  if (record_.folder.empty() || !major_version_of(data())) {
    return ClusterState::kAbsent;
  }
  return postmaster() ? ClusterState::kRunning : ClusterState::kStopped;
}

std::optional<int> Cluster::postmaster() const {
  return record_.folder.empty() ? std::nullopt : find_postmaster(data());
}

Result<std::string> Cluster::owner_url() const {
  if (record_.folder.empty()) {
    return fail(ErrorKind::kNotFound, "cluster.absent",
                "there is no private PostgreSQL cluster in " + data_folder_.string() +
                    " yet: daybook up creates it");
  }
  return url(kDatabase);
}

std::string Cluster::url(const std::string& database) const {
  return std::string("postgresql://") + kOwner + ":" + record_.password +
         "@127.0.0.1:" + std::to_string(record_.port) + "/" + database;
}

Result<void> Cluster::read_record() {
  DAYBOOK_ASSIGN(settings, read_settings(record_path()));
  const std::string port = settings["port"];
  record_ = Record{settings["folder"], 0, settings["password"]};
  std::from_chars(port.data(), port.data() + port.size(), record_.port);
  return {};
}

Result<void> Cluster::write_record() const {
  return write_settings(record_path(), {{"folder", record_.folder.string()},
                                        {"port", std::to_string(record_.port)},
                                        {"password", record_.password}});
}

Result<void> Cluster::choose_folder() {
  const fs::path inside = data_folder_ / "postgres";
  DAYBOOK_TRY(make_folder(inside, &user_));
  if (!user_.is_other() || user_.can_write(inside)) {
    record_.folder = inside;
    return {};
  }
  DAYBOOK_TRY(remove_path(inside));
  DAYBOOK_TRY(stop_abandoned_clusters(data_folder_, user_));
  // The random part keeps a new data folder of the same name from adopting what an old one left
  // behind.
  DAYBOOK_ASSIGN(salt, random_hex(8));
  DAYBOOK_TRY(make_folder(kSharedFolder));
  // The server's user has to pass through, whatever this process's umask says.
  std::error_code error;
  fs::permissions(kSharedFolder, fs::perms::group_exec | fs::perms::others_exec,
                  fs::perm_options::add, error);
  if (error) {
    return fail(cluster_io_error(std::string("cannot open ") + kSharedFolder, error.message()));
  }
  std::array<char, 17> name{};
  std::snprintf(name.data(), name.size(), "%016llx",
                static_cast<unsigned long long>(fnv1a(data_folder_.string() + salt)));
  record_.folder = fs::path(kSharedFolder) / name.data();
  DAYBOOK_TRY(make_folder(record_.folder, &user_));
  return write_private_file(record_.folder / "origin", data_folder_.string());
}

Result<void> Cluster::create(const ClusterProgress& progress) {
  if (progress) {
    progress("creating a private PostgreSQL cluster for " + data_folder_.string());
  }
  if (record_.folder.empty() || record_.password.empty()) {
    DAYBOOK_TRY(choose_folder());
    DAYBOOK_ASSIGN(password, random_hex(kPasswordBytes));
    record_.password = std::move(password);
    record_.port = preferred_port(data_folder_);
    // Noted before the cluster exists, so that its password cannot be lost and a cut-off creation
    // is taken up again.
    DAYBOOK_TRY(write_record());
  }
  DAYBOOK_TRY(make_folder(record_.folder, &user_));
  DAYBOOK_TRY(make_folder(record_.folder / "log", &user_));
  const fs::path fresh = record_.folder / "data.new";
  std::error_code error;
  if (fs::exists(data(), error)) {
    return fail(
        ErrorKind::kCorrupt, "cluster.damaged",
        data().string() +
            " is there but holds no PostgreSQL cluster: restore it, or move it away to begin anew");
  }
  DAYBOOK_TRY(remove_path(fresh));
  DAYBOOK_TRY(run_initdb(fresh));
  DAYBOOK_TRY(write_configuration(fresh));
  fs::rename(fresh, data(), error);
  if (error) {
    return fail(cluster_io_error("cannot put " + data().string() + " in place", error.message()));
  }
  return {};
}

Result<void> Cluster::run_initdb(const fs::path& fresh) const {
  DAYBOOK_ASSIGN(bin, find_server_programs(std::nullopt));
  const fs::path password_file = record_.folder / "password";
  DAYBOOK_TRY(write_private_file(password_file, record_.password + "\n"));
  DAYBOOK_TRY(user_.give(password_file));
  const auto made =
      run_process(user_.command({bin / "initdb", "-D", fresh, "-U", kOwner,
                                 "--pwfile=" + password_file.string(), "--encoding=UTF8",
                                 "--locale=C.UTF-8", "--auth=scram-sha-256", "--data-checksums"}),
                  kServerTimeout);
  DAYBOOK_TRY(remove_path(password_file));
  DAYBOOK_TRY(made);
  if (made->exit_code != 0) {
    return fail(ErrorKind::kUnavailable, "cluster.cannot_create", "initdb failed: " + made->output);
  }
  std::ofstream settings(fresh / "postgresql.conf", std::ios::app);
  settings << "\ninclude 'daybook.conf'\n";
  settings.close();
  if (!settings) {
    return fail(cluster_io_error("cannot write " + (fresh / "postgresql.conf").string(),
                                 std::strerror(errno)));
  }
  return {};
}

Result<void> Cluster::write_configuration(const fs::path& data) const {
  const fs::path path = data / "daybook.conf";
  DAYBOOK_TRY(write_private_file(path, configuration_text(record_.port)));
  return user_.give(path);
}

Result<void> Cluster::launch(const ClusterProgress& progress) {
  if (progress) {
    progress("starting PostgreSQL");
  }
  DAYBOOK_ASSIGN(bin, find_server_programs(major_version_of(data())));
  const fs::path log = record_.folder / "log" / "start.log";
  const auto orphan_deadline = std::chrono::steady_clock::now() + kOrphanTimeout;
  for (int attempt = 0; attempt < kPortAttempts;) {
    DAYBOOK_ASSIGN(port, free_port(record_.port));
    if (port != record_.port) {
      record_.port = port;
      DAYBOOK_TRY(write_record());
    }
    DAYBOOK_TRY(write_configuration(data()));
    DAYBOOK_TRY(disarm_stale_pid_file(data()));
    DAYBOOK_TRY(remove_path(log));
    DAYBOOK_ASSIGN(started, run_process(user_.command({bin / "pg_ctl", "start", "-D", data(), "-l",
                                                       log, "-w", "-t", "60"}),
                                        kServerTimeout));
    if (started.exit_code == 0) {
      return {};
    }
    // By somebody who was killed in the middle of starting it.
    if (postmaster()) {
      return {};
    }
    const std::string reason =
        tail_of(log);  // beyond this PostgreSQL writes to its own files beside it
    // Orphans of a killed postmaster end by themselves as soon as they notice.
    if (reason.find("shared memory block") != std::string::npos &&
        std::chrono::steady_clock::now() < orphan_deadline) {
      std::this_thread::sleep_for(kPollPause);
      continue;
    }
    const bool port_was_taken = !is_port_free(port);
    if (!port_was_taken || ++attempt == kPortAttempts) {
      return fail(ErrorKind::kUnavailable, "cluster.cannot_start",
                  "PostgreSQL does not start in " + data().string() + " (see " +
                      log.parent_path().string() + "): " + started.output + reason);
    }
  }
  return fail(ErrorKind::kUnavailable, "cluster.cannot_start",
              "PostgreSQL does not start in " + data().string());
}

Result<void> Cluster::ensure_database() const {
  if (Connection::open(url(kDatabase))) {
    return {};
  }
  DAYBOOK_ASSIGN(connection, Connection::open(url(kMaintenanceDatabase)));
  DAYBOOK_ASSIGN(found,
                 connection.exec_params("SELECT FROM pg_database WHERE datname = $1", {kDatabase}));
  if (found.rows.empty()) {
    DAYBOOK_TRY(connection.exec(std::string("CREATE DATABASE ") + kDatabase));
  }
  return {};
}

}  // namespace daybook::postgres
