// The engine put together: log, handlers, projectors, PostgreSQL and the HTTP door, for one data
// folder.
//
// Only wiring. The parts depend on each other in the order of the members; they are stopped in the
// opposite order.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/daybook/settings.h"
#include "commands/engine.h"
#include "infra/http/server.h"
#include "infra/log/embedded/embedded_log.h"
#include "infra/log/valid_reader.h"
#include "infra/metrics/metrics.h"
#include "infra/postgres/cluster.h"
#include "infra/read_tables/postgres_read_tables.h"
#include "infra/state/rocksdb_state_store.h"
#include "projections/projector.h"

namespace daybook::app {

using Progress = std::function<void(const std::string&)>;

// The command side alone: log, state, handlers. `partitions` of a new log, 1 if not given; an
// existing log must have as many if it is given: kInvalid "log.other_partition_count".
class CommandSide {
 public:
  [[nodiscard]] static Result<std::unique_ptr<CommandSide>> open(
      const Settings& settings, std::optional<std::uint32_t> partitions);
  ~CommandSide();

  [[nodiscard]] commands::CommandEngine& engine() { return *engine_; }
  // Returns when every handler has folded its partition and decides, or says why one does not.
  [[nodiscard]] Result<void> await_owned() const;
  [[nodiscard]] log::EmbeddedLog& log() { return *log_; }
  void stop();

 private:
  CommandSide() = default;

  std::unique_ptr<commands::Clock> clock_;
  std::unique_ptr<log::EmbeddedLog> log_;
  std::vector<std::unique_ptr<StateStore>> stores_;
  std::vector<std::unique_ptr<commands::Journal>> journals_;
  std::unique_ptr<commands::CommandEngine> engine_;
};

// The projection side: one projector per partition of an open log.
class ProjectionSide {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ProjectionSide>> open(
      const Settings& settings, log::EventLog& log,
      const read_tables::PostgresReadTables::Url& database_url);
  ~ProjectionSide();

  [[nodiscard]] std::vector<projections::ProjectorStatus> status() const;
  void retry_parked();
  void stop();

 private:
  ProjectionSide() = default;

  std::vector<std::unique_ptr<StateStore>> stores_;
  std::vector<std::unique_ptr<log::ValidReader>> sources_;
  std::vector<std::unique_ptr<projections::ReadTables>> tables_;
  std::vector<std::unique_ptr<projections::Projector>> projectors_;
};

// Everything, as `daybook up` runs it.
class Engine {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Engine>> start(
      const Settings& settings, std::optional<std::uint32_t> partitions, const Progress& progress);
  ~Engine();

  [[nodiscard]] std::string address() const { return server_->address(); }
  // Commands are decided and the read tables follow.
  [[nodiscard]] bool caught_up() const;
  // What keeps it from that, if anything does.
  [[nodiscard]] std::string trouble() const;
  // To be called every second or so, by one thread: begins what could not be begun, and starts the
  // private PostgreSQL again when it has ended. May take as long as PostgreSQL takes to start.
  void tend(const Progress& progress);
  // Takes nothing more, answers what was taken, stops; at the deadline at the latest for clients
  // that do not listen.
  void stop(std::chrono::milliseconds deadline);

 private:
  explicit Engine(Settings settings) : settings_(std::move(settings)) {}
  [[nodiscard]] Result<void> open_projections(const Progress& progress);
  [[nodiscard]] Result<std::string> prepare_database(const Progress& progress);
  [[nodiscard]] Result<void> renew_database_url();
  void note_database_trouble(const Error& error);
  // Null until the database has been reached for the first time.
  [[nodiscard]] ProjectionSide* projections() const;
  [[nodiscard]] std::vector<projections::ProjectorStatus> projector_status() const;
  [[nodiscard]] Result<void> serve();
  [[nodiscard]] http::Pages pages();
  void publish_metrics();

  Settings settings_;
  std::optional<postgres::Cluster> cluster_;
  metrics::Registry registry_;
  std::unique_ptr<CommandSide> commands_;
  mutable std::mutex mutex_;                     // of the next three
  std::unique_ptr<ProjectionSide> projections_;  // set once
  std::string database_trouble_;
  std::string database_url_;
  std::unique_ptr<http::Server> server_;
};

// The owner's URL: DATABASE_URL, or that of the private cluster, which must have been created.
[[nodiscard]] Result<std::string> owner_url(const Settings& settings);

}  // namespace daybook::app
