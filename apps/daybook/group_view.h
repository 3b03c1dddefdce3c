// How the processes of a role stand, as the cluster knows it: who owns each partition, how far it
// has been worked off, what is waiting and for how long.
//
// For status pages: a question is answered within a moment or not at all; who asks while another
// one is being answered, or soon after one that was not, is given what was known before.
// Ownership: owns its connections; `admin` must outlive it. Threading: thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/daybook/backend.h"
#include "infra/kafka/admin.h"
#include "infra/kafka/consumer.h"
#include "infra/kafka/group_inspector.h"

namespace daybook::app {

class GroupView {
 public:
  GroupView(kafka::Admin& admin, kafka::ConsumerOptions reading, std::string group,
            std::string topic);

  // `known` is how far this process knows its own partitions to be: newer than what the group has
  // noted. Nothing if the cluster does not answer.
  [[nodiscard]] std::vector<PartitionStanding> ask(
      const std::vector<std::optional<std::uint64_t>>& known, std::int64_t now_ms);

 private:
  using Clock = std::chrono::steady_clock;
  using Known = std::vector<std::optional<std::uint64_t>>;

  [[nodiscard]] Result<std::vector<PartitionStanding>> look(const Known& known,
                                                            std::int64_t now_ms);
  [[nodiscard]] Result<void> open();
  [[nodiscard]] Result<void> add_lag(std::uint32_t partition, PartitionStanding& standing,
                                     std::int64_t now_ms);
  [[nodiscard]] Result<std::chrono::milliseconds> left() const;

  kafka::Admin& admin_;
  const kafka::ConsumerOptions reading_;
  const std::string group_;
  const std::string topic_;
  std::mutex mutex_;  // of who asks the cluster
  std::unique_ptr<kafka::GroupInspector> inspector_;
  std::unique_ptr<kafka::Consumer> consumer_;
  Clock::time_point until_;
  Clock::time_point not_before_;
  std::mutex last_mutex_;
  std::vector<PartitionStanding> last_;
};

}  // namespace daybook::app
