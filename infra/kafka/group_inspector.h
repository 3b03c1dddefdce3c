// How a consumer group stands: who its members are, and how far they have noted the partitions.
//
// Not by librdkafka's admin interface: in 2.0.2, and for long after, an answer of a group's
// coordinator that comes after the time limit aborts the process (its issue 4605).
// Ownership: owns its connections. Threading: thread-safe. Every call ends within about `wait`.
// Errors: kUnavailable, kNotAllowed.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/core/result.h"
#include "infra/kafka/options.h"

namespace daybook::kafka {

struct GroupMemberDescription {
  std::string client_id;
  std::string host;
  struct Partition {
    std::string topic;
    std::uint32_t partition = 0;
  };
  std::vector<Partition> partitions;
};

class GroupInspector {
 public:
  // Opens without waiting for a broker. Never joins the group.
  [[nodiscard]] static Result<std::unique_ptr<GroupInspector>> open(const Options& options,
                                                                    const std::string& group);
  GroupInspector(const GroupInspector&) = delete;
  GroupInspector& operator=(const GroupInspector&) = delete;
  ~GroupInspector();

  [[nodiscard]] Result<std::vector<GroupMemberDescription>> members(std::chrono::milliseconds wait);
  // As GroupMember::commit has noted them; nothing for a partition that nobody has noted.
  [[nodiscard]] Result<std::vector<std::optional<std::uint64_t>>> offsets(
      const std::string& topic, std::size_t partitions, std::chrono::milliseconds wait);

 private:
  struct Impl;
  explicit GroupInspector(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// What a member was given, as the consumer protocol encodes it; nothing if it is cut.
[[nodiscard]] std::vector<GroupMemberDescription::Partition> partitions_in(
    std::string_view assignment);

}  // namespace daybook::kafka
