// A private PostgreSQL cluster for one data folder: made, started, stopped and found again by
// Daybook alone.
//
// Where: in <data folder>/postgres. As root it belongs to the user "postgres"; where that user
// cannot reach the data folder (root's home) it stands in /var/lib/daybook/<hash>. The file
// <data folder>/postgres.cluster (mode 0600) notes the folder, the port and the owner's password,
// made from the operating system's randomness.
//
// How it is reached: over TCP on 127.0.0.1 only, with a password (SCRAM), so that
// `psql "$(daybook url --owner)"` works for whoever may read that file; there is no Unix socket,
// whose path may be too long or out of reach. The port is derived from the data folder's name,
// below the range that the kernel gives to outgoing connections, and kept; when it is taken at a
// start, the next free one is noted. Several data folders have a cluster each, side by side.
//
// Durability: fsync, full page writes and data checksums are on. The postmaster is a daemon: it
// outlives this process and holds none of its handles. After kill -9 of everything, start() clears
// what stands in the way and PostgreSQL recovers.
//
// Ownership: the object only knows the folder; destroying it stops nothing. Threading: one object
// per thread; processes are kept apart by a lock file, so that two may start the same cluster at
// once. Errors carry the end of PostgreSQL's own log.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "domain/core/result.h"
#include "infra/postgres/server_programs.h"

namespace daybook::postgres {

enum class ClusterState { kAbsent, kStopped, kRunning };

// Told what is being done whenever that may take longer than a second.
using ClusterProgress = std::function<void(const std::string& message)>;

class Cluster {
 public:
  // Of who is in no hurry.
  static constexpr std::chrono::seconds kStopTimeout{60};

  // Looks at the data folder, which need not exist; creates and starts nothing.
  [[nodiscard]] static Result<Cluster> open(const std::filesystem::path& data_folder);

  // Creates the cluster and its database when absent, starts it when stopped; nothing to do when it
  // runs.
  [[nodiscard]] Result<void> start(const ClusterProgress& progress = {});

  // Ends all sessions, then the server: in order if it can in that time, otherwise at once, and the
  // next start recovers. Returns after `limit`, or after a moment if that is longer. Nothing to do
  // when it does not run; kUnavailable "cluster.cannot_stop" when it has not ended even then.
  [[nodiscard]] Result<void> stop(std::chrono::milliseconds limit = kStopTimeout);

  [[nodiscard]] ClusterState state() const;
  // The owner's URL: of the database "daybook", as its superuser "daybook". Only after the cluster
  // was created.
  [[nodiscard]] Result<std::string> owner_url() const;
  // The cluster's own folder: below it "data" and "log". Empty before it was created.
  [[nodiscard]] const std::filesystem::path& folder() const { return record_.folder; }
  [[nodiscard]] int port() const { return record_.port; }
  // The postmaster's process, while it runs.
  [[nodiscard]] std::optional<int> postmaster() const;

 private:
  struct Record {  // what <data folder>/postgres.cluster holds
    std::filesystem::path folder;
    int port = 0;
    std::string password;
  };

  Cluster(std::filesystem::path data_folder, ServerUser user);

  [[nodiscard]] std::filesystem::path record_path() const {
    return data_folder_ / "postgres.cluster";
  }
  [[nodiscard]] std::filesystem::path data() const { return record_.folder / "data"; }
  [[nodiscard]] Result<void> read_record();
  [[nodiscard]] Result<void> write_record() const;
  [[nodiscard]] Result<void> choose_folder();
  [[nodiscard]] Result<void> create(const ClusterProgress& progress);
  [[nodiscard]] Result<void> run_initdb(const std::filesystem::path& fresh) const;
  [[nodiscard]] Result<void> write_configuration(const std::filesystem::path& data) const;
  [[nodiscard]] Result<void> launch(const ClusterProgress& progress);
  [[nodiscard]] Result<void> ensure_database() const;
  [[nodiscard]] std::string url(const std::string& database) const;

  std::filesystem::path data_folder_;
  ServerUser user_;
  Record record_;
};

}  // namespace daybook::postgres
