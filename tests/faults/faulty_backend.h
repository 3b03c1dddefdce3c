// The backend on Kafka with faults between the engine and its ports. Ownership and threading as
// app::Backend says.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/daybook/faults/backend_around.h"
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

class FaultyBackend final : public BackendAround {
 public:
  // `faults` must outlive it.
  FaultyBackend(std::unique_ptr<app::Backend> inner, const app::Settings& settings, Faults& faults,
                BackendOptions options);

  [[nodiscard]] log::EventLog& log() override { return *log_; }
  [[nodiscard]] std::unique_ptr<commands::CommandTopic> open_topic(
      std::uint32_t partition) override;
  [[nodiscard]] Result<std::unique_ptr<app::Membership>> join(app::Role role,
                                                              app::Shares shares) override;

 private:
  Faults& faults_;
  Countdown lost_append_;
  const BackendOptions options_;
  std::unique_ptr<log::EventLog> own_log_;  // with other time limits than the backend's
  std::unique_ptr<log::EventLog> log_;
};

}  // namespace daybook::faults
