// The engine's command side as `daybook up` and `daybook commands` run it, in this process.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "apps/daybook/sides.h"
#include "bench/disk_folder.h"
#include "bench/must.h"
#include "infra/http/server.h"
#include "infra/metrics/metrics.h"

namespace daybook::bench {

// Of an engine with the embedded log.
[[nodiscard]] inline app::Settings settings_in(const DiskFolder& folder) {
  app::Settings settings;
  settings.data_folder = folder.path() / "engine";
  return settings;
}

// Works in the settings' data folder, which it removes in the end, until it is destroyed.
class RunningEngine {
 public:
  explicit RunningEngine(app::Settings settings) : settings_(std::move(settings)) {
    std::filesystem::create_directories(settings_.data_folder);
    backend_ = must(app::Backend::open(settings_, std::nullopt));
    side_ = must(app::CommandSide::open(*backend_));
  }
  ~RunningEngine() {
    server_.reset();
    side_.reset();
    projections_.reset();
    backend_.reset();
    std::filesystem::remove_all(settings_.data_folder);
  }
  RunningEngine(const RunningEngine&) = delete;
  RunningEngine& operator=(const RunningEngine&) = delete;

  // From now on the read tables of this database follow; it has to be a private one.
  void follow(const std::string& database_url) {
    projections_ = must(app::ProjectionSide::open(
        *backend_, [database_url] { return database_url; }, read_tables::Tidying::kAfterOthers));
  }
  // Until they have begun to.
  void await_following() const {
    while (!projections_->status().front().running)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  void follow_no_more() { projections_.reset(); }
  // Written so far.
  [[nodiscard]] std::size_t rows() const { return projections_->status().front().rows; }
  [[nodiscard]] std::uint64_t records_behind() const {
    return projections_->status().front().lag_records;
  }
  // Until they have everything that is in the log now.
  void await_tables() const {
    const std::uint64_t end = must(backend_->log().end_offset(0));
    while (projections_->status().front().next_offset < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  // From now on it takes commands by HTTP too; where.
  [[nodiscard]] std::string serve() {
    http::HttpConfig config;
    config.port = 0;
    server_ = must(http::Server::start(config, side_->engine(), {}, registry_));
    return server_->address();
  }

  // Until it decides; joining a cluster may take a few tries.
  void await_owned() const {
    while (!status().owns) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  [[nodiscard]] commands::CommandEngine& engine() { return side_->engine(); }
  [[nodiscard]] log::EventLog& log() { return backend_->log(); }
  [[nodiscard]] commands::HandlerStatus status() const { return side_->engine().status().front(); }

 private:
  app::Settings settings_;
  std::unique_ptr<app::Backend> backend_;
  std::unique_ptr<app::CommandSide> side_;
  std::unique_ptr<app::ProjectionSide> projections_;
  metrics::Registry registry_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace daybook::bench
