// Membership in a consumer group of one topic: who is given which partitions. Reads no messages;
// where reading goes on is not the group's business.
//
// Ownership: owns its connections and one thread, from which the callbacks are called, one at a
// time. Destruction leaves the group as `stop` does, if that was not done. Threading: `commit` and
// `stop` from any thread but a callback's.
//
// Partitions are given eagerly, by ranges: a change of members takes all partitions from all
// members first.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "domain/core/result.h"
#include "infra/kafka/options.h"

namespace daybook::kafka {

struct GroupMemberOptions {
  Options connection;
  std::string group;
  std::string topic;
  // A member that the coordinator has not heard of for so long has lost its partitions. The broker
  // has bounds for it, 6 s to 30 min by default.
  std::chrono::milliseconds session_timeout{10'000};
  std::chrono::milliseconds heartbeat{2'000};
  // A `revoked` that takes longer costs the membership.
  std::chrono::milliseconds callback_max{120'000};
};

// What the member is told. None may throw.
struct GroupCallbacks {
  using Partitions = std::vector<std::uint32_t>;
  // All partitions that are its own from now on.
  std::function<void(const Partitions&)> assigned;
  // They go to somebody else as soon as this returns; or, if `lost`, have gone already.
  std::function<void(const Partitions&, bool lost)> revoked;
  // It cannot be a member any more (not allowed, no such topic); partitions were revoked before.
  std::function<void(const Error&)> failed;
};

class GroupMember {
 public:
  // Joins without waiting for it.
  [[nodiscard]] static Result<std::unique_ptr<GroupMember>> join(const GroupMemberOptions& options,
                                                                 GroupCallbacks callbacks);
  GroupMember(const GroupMember&) = delete;
  GroupMember& operator=(const GroupMember&) = delete;
  ~GroupMember();

  // Notes in the cluster how far a partition was worked off, for tools that show the lag. Sent in
  // the background; what goes wrong there is only logged.
  [[nodiscard]] Result<void> commit(std::uint32_t partition, std::uint64_t next_offset);
  // Gives its partitions back (`revoked`) and leaves the group, so that others need not wait for
  // the session to time out. False if the cluster did not hear of it in time; it is over all the
  // same.
  bool stop(std::chrono::milliseconds wait);

 private:
  struct Impl;
  explicit GroupMember(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::kafka
