// A backend in front of another one, which does whatever is not overridden.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/daybook/backend.h"

namespace daybook::faults {

class BackendAround : public app::Backend {
 public:
  explicit BackendAround(std::unique_ptr<app::Backend> inner) : inner_(std::move(inner)) {}

  [[nodiscard]] std::string kind() const override { return inner_->kind(); }
  [[nodiscard]] bool is_shared() const override { return inner_->is_shared(); }
  [[nodiscard]] std::string log_id() const override { return inner_->log_id(); }
  [[nodiscard]] log::EventLog& log() override { return inner_->log(); }
  [[nodiscard]] std::filesystem::path state_folder() const override {
    return inner_->state_folder();
  }
  [[nodiscard]] std::unique_ptr<commands::CommandTopic> open_topic(
      std::uint32_t partition) override {
    return inner_->open_topic(partition);
  }
  [[nodiscard]] Result<std::unique_ptr<app::Membership>> join(app::Role role,
                                                              app::Shares shares) override {
    return inner_->join(role, std::move(shares));
  }
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
};

}  // namespace daybook::faults
