#include "apps/daybook/engine.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <future>

#include "apps/daybook/running.h"
#include "apps/daybook/status_page.h"
#include "infra/postgres/migrations.h"

namespace daybook::app {
namespace {

using Clock = std::chrono::steady_clock;

// Of the time to stop, what is left for a private PostgreSQL at least.
constexpr std::chrono::seconds kDatabaseTime{1};

Result<http::HttpConfig> http_config(const Settings& settings) {
  http::HttpConfig config;
  DAYBOOK_TRY(http::set_listen_address(config, settings.http));
  config.token_file = settings.token_file;
  DAYBOOK_TRY(config.validate());
  return config;
}

// One that is made here is for this user alone; one that was there keeps what its owner has
// allowed. As root the private PostgreSQL belongs to another user, who has to pass through.
Result<void> prepare_folder(const Settings& settings) {
  using std::filesystem::perms;
  const auto& folder = settings.data_folder;
  std::error_code error;
  const bool was_there = std::filesystem::exists(folder, error);
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail(ErrorKind::kUnavailable, "data.folder", folder.string() + ": " + error.message());
  }
  // Where this cannot be done, the cluster finds another place.
  if (!was_there) std::filesystem::permissions(folder, perms::owner_all, error);
  if (settings.database_url.empty() && ::geteuid() == 0) {
    std::filesystem::permissions(folder, perms::others_exec, std::filesystem::perm_options::add,
                                 error);
  }
  return {};
}

}  // namespace

Result<std::string> owner_url(const Settings& settings) {
  if (!settings.database_url.empty()) return settings.database_url;
  DAYBOOK_ASSIGN(cluster, postgres::Cluster::open(settings.data_folder));
  return cluster.owner_url();
}

Result<std::unique_ptr<Engine>> Engine::start(const Settings& settings, Roles roles,
                                              std::optional<std::uint32_t> partitions,
                                              const Progress& progress, Wiring wiring) {
  // First: a wrong setting is to leave nothing behind.
  DAYBOOK_TRY(http_config(settings));
  DAYBOOK_TRY(prepare_folder(settings));
  if (settings.state_memory) wiring.state_memory = settings.state_memory;
  std::unique_ptr<Engine> engine(new Engine(settings, roles, std::move(wiring)));
  // The log first: it holds the lock of the data folder.
  progress("opening the log");
  DAYBOOK_ASSIGN(backend, Backend::open(settings, partitions));
  engine->backend_ = engine->wiring_.around_backend(std::move(backend));
  if (!engine->backend_->is_shared() && !(roles.commands && roles.projections)) {
    return fail(ErrorKind::kInvalid, "roles.not_shared",
                "the embedded log belongs to one process, which does everything: run `daybook up`, "
                "or keep the log on Kafka (DAYBOOK_LOG=kafka)");
  }
  if (roles.commands) {
    DAYBOOK_ASSIGN(commands, CommandSide::open(*engine->backend_, engine->wiring_));
    engine->commands_ = std::move(commands);
  }
  auto opened = roles.projections ? engine->open_projections(progress) : Result<void>();
  if (!opened) {
    // Commands need no tables: a database of somebody else's that is away for now is waited for.
    const bool passing =
        !settings.database_url.empty() && opened.error().kind == ErrorKind::kUnavailable;
    if (!passing) return fail(std::move(opened).error());
    engine->note_database_trouble(opened.error());
  }
  DAYBOOK_TRY(engine->serve());
  return engine;
}

Result<void> Engine::open_projections(const Progress& progress) {
  DAYBOOK_TRY(prepare_database(progress));
  DAYBOOK_TRY(renew_database_url());
  const auto current_url = [this] {
    const std::lock_guard lock(mutex_);
    return database_url_;
  };
  const auto tidying =
      cluster_ ? read_tables::Tidying::kAfterOthers : read_tables::Tidying::kAsAnybody;
  DAYBOOK_ASSIGN(projections, ProjectionSide::open(*backend_, current_url, tidying, wiring_));
  const std::lock_guard lock(mutex_);
  projections_ = std::move(projections);
  database_trouble_.clear();
  return {};
}

// A private cluster that finds its port taken comes back on another one.
Result<void> Engine::renew_database_url() {
  DAYBOOK_ASSIGN(url, owner_url(settings_));
  const std::lock_guard lock(mutex_);
  database_url_ = std::move(url);
  return {};
}

void Engine::note_database_trouble(const Error& error) {
  const std::lock_guard lock(mutex_);
  database_trouble_ = error.code + ": " + error.detail;
}

void Engine::tend(const Progress& progress) {
  note_progress();
  if (!roles_.projections) return;
  if (projections() == nullptr) {
    if (auto opened = open_projections(progress); !opened) note_database_trouble(opened.error());
    return;
  }
  if (!cluster_) return;
  if (cluster_->state() != postgres::ClusterState::kRunning) {
    progress("the private PostgreSQL has ended; starting it again");
    auto started = cluster_->start(progress);
    if (started) started = renew_database_url();
    if (!started) return note_database_trouble(started.error());
  }
  const std::lock_guard lock(mutex_);
  database_trouble_.clear();
}

ProjectionSide* Engine::projections() const {
  const std::lock_guard lock(mutex_);
  return projections_.get();
}

std::vector<projections::ProjectorStatus> Engine::projector_status() const {
  if (!roles_.projections) return {};
  ProjectionSide* side = projections();
  return side == nullptr
             ? std::vector<projections::ProjectorStatus>(backend_->log().partition_count())
             : side->status();
}

std::vector<commands::HandlerStatus> Engine::handler_status() const {
  return commands_ ? commands_->engine().status() : std::vector<commands::HandlerStatus>{};
}

// Whether this process knows which partitions are its own.
bool Engine::settled() const {
  const auto is_settled = [](const Membership* membership) {
    return membership == nullptr || membership->settled();
  };
  ProjectionSide* side = projections();
  return (!commands_ || is_settled(commands_->membership())) &&
         (side == nullptr || is_settled(side->membership()));
}

// Only for status pages and tools that show how far a consumer group is: where to go on is written
// in the log, and in the checkpoints of the read tables.
void Engine::note_progress() {
  const auto note = [](Membership* membership, const PartitionOffsets& offsets) {
    for (std::uint32_t i = 0; membership != nullptr && i < offsets.size(); ++i) {
      if (offsets[i]) membership->note_progress(i, *offsets[i]);
    }
  };
  if (commands_) note(commands_->membership(), next_commands(handler_status()));
  if (ProjectionSide* side = projections())
    note(side->membership(), next_outcomes(projector_status()));
}

Result<std::string> Engine::prepare_database(const Progress& progress) {
  if (settings_.database_url.empty()) {
    if (backend_->is_shared())
      progress(
          "the read tables are in a private PostgreSQL: no other process may follow this log "
          "without the same DATABASE_URL");
    DAYBOOK_ASSIGN(cluster, postgres::Cluster::open(settings_.data_folder));
    DAYBOOK_TRY(cluster.start(progress));
    cluster_.emplace(std::move(cluster));
  }
  DAYBOOK_ASSIGN(url, owner_url(settings_));
  DAYBOOK_ASSIGN(connection, postgres::Connection::open(url));
  DAYBOOK_ASSIGN(report,
                 postgres::migrate_up(connection, [&](int number, const std::string& name, bool) {
                   progress("migrating: " + std::to_string(number) + " " + name);
                 }));
  for (const std::string& note : report.roles.notes) spdlog::warn("{}", note);
  for (const std::string& sql : report.roles.administrator_sql)
    spdlog::warn("an administrator has to run: {}", sql);
  return url;
}

Result<void> Engine::serve() {
  DAYBOOK_ASSIGN(config, http_config(settings_));
  registry_.before_exposition([this] { publish_metrics(); });
  commands::CommandEngine* engine = commands_ ? &commands_->engine() : nullptr;
  DAYBOOK_ASSIGN(door, backend_->open_door(engine));
  door_ = std::move(door);
  commands::CommandDoor* const entrance = door_ ? door_.get() : engine;
  DAYBOOK_ASSIGN(server, http::Server::start(config, *entrance, pages(), registry_));
  server_ = std::move(server);
  // For the command line beside this process.
  return note_running(settings_, server_->address(), backend_->log_id());
}

http::Pages Engine::pages() {
  http::Pages pages;
  pages.health = [] { return http::Report{}; };
  pages.readiness = [this] {
    const bool ready = caught_up();
    return http::Report{ready, readiness_json(ready, trouble())};
  };
  pages.status = [this] { return status_json(*backend_, handler_status(), projector_status()); };
  pages.retry_parked = [this] {
    if (ProjectionSide* side = projections()) side->retry_parked();
  };
  pages.metrics = [this] { return registry_.text(); };
  return pages;
}

bool Engine::caught_up() const {
  return settled() && is_caught_up(handler_status(), projector_status());
}

std::string Engine::trouble() const {
  for (const auto& handler : handler_status()) {
    if (!handler.trouble.empty()) return handler.trouble;
  }
  ProjectionSide* side = projections();
  for (const Membership* membership : {commands_ ? commands_->membership() : nullptr,
                                       side == nullptr ? nullptr : side->membership()}) {
    if (membership != nullptr && !membership->trouble().empty()) return membership->trouble();
  }
  {
    const std::lock_guard lock(mutex_);
    if (!database_trouble_.empty()) return database_trouble_;
  }
  for (const auto& projector : projector_status()) {
    if (!projector.trouble.empty()) return projector.trouble;
    if (projector.running && is_stuck(projector))
      return "the projector has been waiting for PostgreSQL for some time; see pg_stat_activity "
             "for who blocks it";
  }
  return "";
}

void Engine::publish_metrics() { export_metrics(registry_, handler_status(), projector_status()); }

void Engine::stop(std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  // The larger part: whoever has sent a command is to have its answer.
  if (server_) server_->stop(limit * 5 / 8);
  door_.reset();
  if (commands_) commands_->stop();
  // Only who has written the address takes it away: another process may hold this folder.
  if (server_) forget_running(settings_);
  stop_tables(deadline);
}

// The projectors first, so that they write what they have begun. Where they are kept waiting, a
// private PostgreSQL ends nevertheless, and their sessions with it: the tables hold nothing that
// the log does not have, and the next start brings what is missing.
void Engine::stop_tables(Clock::time_point deadline) {
  const auto let_go = std::async(std::launch::async, [side = projections()] {
    if (side != nullptr) side->stop();
  });
  if (!cluster_) return;  // and waits
  let_go.wait_until(deadline - kDatabaseTime);
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  if (auto stopped = cluster_->stop(left); !stopped) spdlog::warn("{}", stopped.error().detail);
  cluster_.reset();
}

Engine::~Engine() { stop(kStopLimit); }

}  // namespace daybook::app
