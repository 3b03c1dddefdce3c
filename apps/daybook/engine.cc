#include "apps/daybook/engine.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <thread>

#include "apps/daybook/running.h"
#include "apps/daybook/status_page.h"
#include "infra/log/partition_journal.h"
#include "infra/log/random_id.h"
#include "infra/postgres/migrations.h"

namespace daybook::app {
namespace {

class SystemClock final : public commands::Clock {
 public:
  [[nodiscard]] std::int64_t wall_ms() const override { return read(CLOCK_REALTIME); }
  [[nodiscard]] std::int64_t steady_ms() const override { return read(CLOCK_BOOTTIME); }

 private:
  static std::int64_t read(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
  }
};

Result<std::unique_ptr<StateStore>> open_store(const std::filesystem::path& folder) {
  DAYBOOK_ASSIGN(store, state::RocksDbStateStore::open(folder));
  if (store->was_damaged())
    spdlog::warn("{} was damaged; it is folded again from the log", folder.string());
  return store;
}

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

// Whoever names a count means it; a log keeps the one that it was made with.
Result<void> check_partitions(const log::EmbeddedLog& log, const Settings& settings,
                              std::optional<std::uint32_t> wanted) {
  const std::uint32_t count = log.partition_count();
  if (!wanted || *wanted == count) return {};
  return fail(
      ErrorKind::kInvalid, "log.other_partition_count",
      fmt::format("the log in {} has {} partition{}, fixed when it was made: leave --partitions "
                  "away, or give another data folder",
                  settings.data_folder.string(), count, count == 1 ? "" : "s"));
}

}  // namespace

Result<std::string> owner_url(const Settings& settings) {
  if (!settings.database_url.empty()) return settings.database_url;
  DAYBOOK_ASSIGN(cluster, postgres::Cluster::open(settings.data_folder));
  return cluster.owner_url();
}

// ---- commands
// ---------------------------------------------------------------------------------------------------

Result<std::unique_ptr<CommandSide>> CommandSide::open(const Settings& settings,
                                                       std::optional<std::uint32_t> partitions) {
  if (settings.log != "embedded") {
    return fail(ErrorKind::kInvalid, "config.invalid",
                "DAYBOOK_LOG: only \"embedded\" is built in so far");
  }
  std::unique_ptr<CommandSide> side(new CommandSide());
  DAYBOOK_ASSIGN(
      log, log::EmbeddedLog::open({settings.data_folder / "log", partitions.value_or(1), true}));
  DAYBOOK_TRY(check_partitions(*log, settings, partitions));
  for (const std::string& note : log->recovery_notes()) spdlog::info("{}", note);
  side->log_ = std::move(log);
  side->clock_ = std::make_unique<SystemClock>();
  std::vector<std::unique_ptr<commands::PartitionHandler>> handlers;
  for (std::uint32_t partition = 0; partition < side->log_->partition_count(); ++partition) {
    DAYBOOK_ASSIGN(store, open_store(settings.data_folder / "state" /
                                     ("commands-" + std::to_string(partition))));
    side->stores_.push_back(std::move(store));
    side->journals_.push_back(
        std::make_unique<log::PartitionJournal>(*side->log_, partition, log::random_uuid_bytes));
    handlers.push_back(std::make_unique<commands::PartitionHandler>(
        *side->journals_.back(), *side->stores_.back(), *side->clock_));
  }
  side->engine_ = std::make_unique<commands::CommandEngine>(std::move(handlers));
  side->engine_->start();
  return side;
}

Result<void> CommandSide::await_owned() const {
  for (;;) {
    bool owned = true;
    for (const commands::HandlerStatus& handler : engine_->status()) {
      if (!handler.trouble.empty())
        return fail(ErrorKind::kUnavailable, "log.not_owned", handler.trouble);
      owned = owned && handler.owns;
    }
    if (owned) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

CommandSide::~CommandSide() { stop(); }

void CommandSide::stop() {
  if (engine_) engine_->stop();
}

// ---- projections
// ------------------------------------------------------------------------------------------------

Result<std::unique_ptr<ProjectionSide>> ProjectionSide::open(
    const Settings& settings, log::EventLog& log,
    const read_tables::PostgresReadTables::Url& database_url) {
  std::unique_ptr<ProjectionSide> side(new ProjectionSide());
  for (std::uint32_t partition = 0; partition < log.partition_count(); ++partition) {
    DAYBOOK_ASSIGN(store, open_store(settings.data_folder / "state" /
                                     ("projections-" + std::to_string(partition))));
    side->stores_.push_back(std::move(store));
    side->sources_.push_back(std::make_unique<log::ValidReader>(log, partition));
    side->tables_.push_back(std::make_unique<read_tables::PostgresReadTables>(database_url));
    side->projectors_.push_back(std::make_unique<projections::Projector>(
        partition, *side->sources_.back(), *side->tables_.back(), *side->stores_.back()));
  }
  for (auto& projector : side->projectors_) projector->start();
  return side;
}

ProjectionSide::~ProjectionSide() { stop(); }

void ProjectionSide::stop() {
  for (auto& projector : projectors_) projector->stop();
}

std::vector<projections::ProjectorStatus> ProjectionSide::status() const {
  std::vector<projections::ProjectorStatus> all;
  for (const auto& projector : projectors_) all.push_back(projector->status());
  return all;
}

void ProjectionSide::retry_parked() {
  for (auto& projector : projectors_) projector->retry_parked();
}

// ---- all
// --------------------------------------------------------------------------------------------------------

Result<std::unique_ptr<Engine>> Engine::start(const Settings& settings,
                                              std::optional<std::uint32_t> partitions,
                                              const Progress& progress) {
  // First: a wrong setting is to leave nothing behind.
  DAYBOOK_TRY(http_config(settings));
  DAYBOOK_TRY(prepare_folder(settings));
  std::unique_ptr<Engine> engine(new Engine(settings));
  // The log first: it holds the lock of the data folder.
  progress("opening the log");
  DAYBOOK_ASSIGN(commands, CommandSide::open(settings, partitions));
  engine->commands_ = std::move(commands);
  if (auto opened = engine->open_projections(progress); !opened) {
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
  DAYBOOK_ASSIGN(projections, ProjectionSide::open(settings_, commands_->log(), current_url));
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
  ProjectionSide* side = projections();
  return side == nullptr
             ? std::vector<projections::ProjectorStatus>(commands_->log().partition_count())
             : side->status();
}

Result<std::string> Engine::prepare_database(const Progress& progress) {
  if (settings_.database_url.empty()) {
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
  DAYBOOK_ASSIGN(server, http::Server::start(config, commands_->engine(), pages(), registry_));
  server_ = std::move(server);
  // For the command line beside this process.
  return note_running(settings_, server_->address(), commands_->log().log_id());
}

http::Pages Engine::pages() {
  http::Pages pages;
  pages.health = [] { return http::Report{}; };
  pages.readiness = [this] {
    const bool ready = caught_up();
    return http::Report{ready, readiness_json(ready, trouble())};
  };
  pages.status = [this] {
    return status_json(commands_->log(), commands_->engine().status(), projector_status());
  };
  pages.retry_parked = [this] {
    if (ProjectionSide* side = projections()) side->retry_parked();
  };
  pages.metrics = [this] { return registry_.text(); };
  return pages;
}

bool Engine::caught_up() const {
  return is_caught_up(commands_->engine().status(), projector_status());
}

std::string Engine::trouble() const {
  for (const auto& handler : commands_->engine().status()) {
    if (!handler.trouble.empty()) return handler.trouble;
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

void Engine::publish_metrics() {
  export_metrics(registry_, commands_->engine().status(), projector_status());
}

void Engine::stop(std::chrono::milliseconds deadline) {
  if (server_) server_->stop(deadline);
  if (commands_) commands_->stop();
  if (projections_) projections_->stop();
  // Only who has written the address takes it away: another process may hold this folder.
  if (server_) forget_running(settings_);
  if (cluster_) {
    if (auto stopped = cluster_->stop(); !stopped) spdlog::warn("{}", stopped.error().detail);
    cluster_.reset();
  }
}

Engine::~Engine() { stop(std::chrono::milliseconds(0)); }

}  // namespace daybook::app
