// The engine put together: log, handlers, projectors, PostgreSQL and the HTTP door, for one data
// folder.
//
// Only wiring. The parts depend on each other in the order of the members; they are stopped in the
// opposite order.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/daybook/backend.h"
#include "apps/daybook/settings.h"
#include "apps/daybook/sides.h"
#include "apps/daybook/wiring.h"
#include "infra/http/server.h"
#include "infra/metrics/metrics.h"
#include "infra/postgres/cluster.h"

namespace daybook::app {

using Progress = std::function<void(const std::string&)>;

// What a process does.
struct Roles {
  bool commands = true;
  bool projections = true;
};

// For a whole stop. Five seconds are promised; the rest is for what comes after it.
inline constexpr std::chrono::seconds kStopLimit{4};

// Everything, as `daybook up` runs it, or a part of it.
class Engine {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Engine>> start(
      const Settings& settings, Roles roles, std::optional<std::uint32_t> partitions,
      const Progress& progress, Wiring wiring = {});
  ~Engine();  // stops, if that was not done

  [[nodiscard]] std::string address() const { return server_->address(); }
  // Commands are decided and the read tables follow.
  [[nodiscard]] bool caught_up() const;
  // What keeps it from that, if anything does.
  [[nodiscard]] std::string trouble() const;
  // To be called every second or so, by one thread: begins what could not be begun, and starts the
  // private PostgreSQL again when it has ended. May take as long as PostgreSQL takes to start.
  void tend(const Progress& progress);
  // Takes nothing more, answers what was taken, stops. The limit is for all of it: clients that do
  // not listen, somebody's lock in the tables and a private PostgreSQL that has much to write are
  // waited for only as long. Nothing bounds a disk, or a database of somebody else's, that hangs.
  void stop(std::chrono::milliseconds limit);

 private:
  Engine(Settings settings, Roles roles, Wiring wiring)
      : settings_(std::move(settings)), roles_(roles), wiring_(std::move(wiring)) {}
  [[nodiscard]] Result<void> open_projections(const Progress& progress);
  [[nodiscard]] Result<std::string> prepare_database(const Progress& progress);
  [[nodiscard]] Result<void> renew_database_url();
  void note_database_trouble(const Error& error);
  // Null until the database has been reached for the first time.
  [[nodiscard]] ProjectionSide* projections() const;
  [[nodiscard]] std::vector<projections::ProjectorStatus> projector_status() const;
  [[nodiscard]] std::vector<commands::HandlerStatus> handler_status() const;
  [[nodiscard]] bool settled() const;
  void note_progress();
  [[nodiscard]] Result<void> serve();
  [[nodiscard]] http::Pages pages();
  void stop_tables(std::chrono::steady_clock::time_point deadline);
  void publish_metrics();

  const Settings settings_;
  const Roles roles_;
  const Wiring wiring_;
  std::optional<postgres::Cluster> cluster_;
  metrics::Registry registry_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<CommandSide> commands_;  // null without that role
  mutable std::mutex mutex_;               // of the next three
  std::string database_trouble_;
  std::string database_url_;
  std::unique_ptr<ProjectionSide>
      projections_;  // set once; asks for the URL for as long as it lives
  std::unique_ptr<commands::CommandDoor> door_;  // null if it is the command side's engine
  std::unique_ptr<http::Server> server_;
};

// The owner's URL: DATABASE_URL, or that of the private cluster, which must have been created.
[[nodiscard]] Result<std::string> owner_url(const Settings& settings);

}  // namespace daybook::app
