// The engine's command side as `daybook commands` runs it, in this process.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "apps/daybook/engine.h"
#include "bench/kafka/load.h"

namespace daybook::bench {

// Works on the topics `part` of the run until it is destroyed.
class RunningEngine {
 public:
  RunningEngine(const Cluster& cluster, const std::string& part) {
    settings_.log = "kafka";
    settings_.brokers = cluster.connection.brokers;
    settings_.topic_prefix = cluster.prefix + "-" + part;
    settings_.data_folder =
        std::filesystem::temp_directory_path() / (cluster.prefix + "-" + part + "-data");
    std::filesystem::create_directories(settings_.data_folder);
    backend_ = must(app::Backend::open(settings_, std::nullopt));
    side_ = must(app::CommandSide::open(*backend_));
  }
  ~RunningEngine() {
    side_.reset();
    backend_.reset();
    std::filesystem::remove_all(settings_.data_folder);
  }
  RunningEngine(const RunningEngine&) = delete;
  RunningEngine& operator=(const RunningEngine&) = delete;

  void await_owned() const {
    while (!status().owns) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  [[nodiscard]] commands::HandlerStatus status() const { return side_->engine().status().front(); }

 private:
  app::Settings settings_;
  std::unique_ptr<app::Backend> backend_;
  std::unique_ptr<app::CommandSide> side_;
};

}  // namespace daybook::bench
