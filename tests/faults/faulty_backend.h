// The backend on Kafka with faults between the engine and its ports. Ownership and threading as
// app::Backend says.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/daybook/backend.h"
#include "apps/daybook/faults/faults.h"

namespace daybook::faults {

struct BackendOptions {
  // Every partition belongs to this process, whoever else works on it.
  bool by_hand = false;
  // The how-manieth append is lost, though later ones arrive; 0: none.
  int drop_append = 0;
  // The how-manieth answer never gets to the topic, and nobody acknowledges it; 0: none.
  int drop_answer = 0;
  std::optional<std::chrono::milliseconds> append_timeout;
};

class FaultyBackend final : public app::Backend {
 public:
  // `faults` must outlive it.
  FaultyBackend(std::unique_ptr<app::Backend> inner, const app::Settings& settings, Faults& faults,
                BackendOptions options);

  [[nodiscard]] std::string kind() const override { return inner_->kind(); }
  [[nodiscard]] bool is_shared() const override { return inner_->is_shared(); }
  [[nodiscard]] std::string log_id() const override { return inner_->log_id(); }
  [[nodiscard]] log::EventLog& log() override { return *log_; }
  [[nodiscard]] std::filesystem::path state_folder() const override {
    return inner_->state_folder();
  }
  [[nodiscard]] std::unique_ptr<commands::CommandTopic> open_topic(
      std::uint32_t partition) override;
  [[nodiscard]] Result<std::unique_ptr<app::Membership>> join(app::Role role,
                                                              app::Shares shares) override;
  [[nodiscard]] Result<std::unique_ptr<commands::CommandDoor>> open_door(
      commands::CommandEngine* engine) override {
    return inner_->open_door(engine);
  }
  [[nodiscard]] std::vector<app::PartitionStanding> standings(
      app::Role role, const std::vector<std::optional<std::uint64_t>>& known) override {
    return inner_->standings(role, known);
  }

 private:
  std::unique_ptr<app::Backend> inner_;
  Faults& faults_;
  Countdown lost_append_;
  const BackendOptions options_;
  std::unique_ptr<log::EventLog> own_log_;  // with other time limits than the backend's
  std::unique_ptr<log::EventLog> log_;
};

}  // namespace daybook::faults
