#include "apps/daybook/group_view.h"

#include <algorithm>
#include <utility>

namespace daybook::app {
namespace {

constexpr std::chrono::milliseconds kWait{700};          // for all that one page asks
constexpr std::chrono::milliseconds kPauseAfter{3'000};  // when the cluster has not answered

}  // namespace

GroupView::GroupView(kafka::Admin& admin, kafka::ConsumerOptions reading, std::string group,
                     std::string topic)
    : admin_(admin),
      reading_(std::move(reading)),
      group_(std::move(group)),
      topic_(std::move(topic)) {}

std::vector<PartitionStanding> GroupView::ask(const Known& known, std::int64_t now_ms) {
  const std::unique_lock asking(mutex_, std::try_to_lock);
  if (asking && Clock::now() >= not_before_) {
    until_ = Clock::now() + kWait;
    auto found = look(known, now_ms);
    if (!found) not_before_ = Clock::now() + kPauseAfter;
    const std::lock_guard lock(last_mutex_);
    last_ = std::move(found).value_or(std::vector<PartitionStanding>());
  }
  const std::lock_guard lock(last_mutex_);
  return last_;
}

Result<std::vector<PartitionStanding>> GroupView::look(const Known& known, std::int64_t now_ms) {
  DAYBOOK_TRY(open());
  DAYBOOK_ASSIGN(for_members, left());
  DAYBOOK_ASSIGN(members, inspector_->members(for_members));
  std::vector<PartitionStanding> standings(known.size());
  for (const kafka::GroupMemberDescription& member : members) {
    for (const auto& partition : member.partitions) {
      if (partition.partition < standings.size())
        standings[partition.partition].owner = member.client_id + member.host;
    }
  }
  DAYBOOK_ASSIGN(for_offsets, left());
  DAYBOOK_ASSIGN(noted, inspector_->offsets(topic_, known.size(), for_offsets));
  for (std::uint32_t partition = 0; partition < standings.size(); ++partition) {
    PartitionStanding& standing = standings[partition];
    standing.next_offset = known[partition] ? known[partition] : noted[partition];
    DAYBOOK_TRY(add_lag(partition, standing, now_ms));
  }
  return standings;
}

Result<void> GroupView::open() {
  if (!inspector_) {
    DAYBOOK_ASSIGN(inspector, kafka::GroupInspector::open(reading_.connection, group_));
    inspector_ = std::move(inspector);
  }
  if (!consumer_) {
    DAYBOOK_ASSIGN(consumer, kafka::Consumer::open(reading_));
    consumer_ = std::move(consumer);
  }
  return {};
}

// The first record that is waiting tells for how long. What a transaction leaves behind at the end
// is an offset without a record, for which nobody waits.
Result<void> GroupView::add_lag(std::uint32_t partition, PartitionStanding& standing,
                                std::int64_t now_ms) {
  DAYBOOK_ASSIGN(for_end, left());
  DAYBOOK_ASSIGN(end, admin_.end_offset(topic_, partition, for_end));
  std::uint64_t next = standing.next_offset.value_or(0);
  PartitionStanding::Lag lag;
  if (next < end) {
    DAYBOOK_ASSIGN(for_begin, left());
    DAYBOOK_ASSIGN(begin, admin_.begin_offset(topic_, partition, for_begin));
    next = std::max(next, begin);
    DAYBOOK_TRY(consumer_->assign(topic_, partition, next));
    DAYBOOK_ASSIGN(for_record, left());
    auto waiting = consumer_->read(1, for_record);
    next = consumer_->next_offset();
    DAYBOOK_TRY(consumer_->unassign());
    if (!waiting) return fail(std::move(waiting).error());
    if (!waiting->empty()) {
      next = waiting->front().offset;
      lag.age = std::chrono::milliseconds(
          std::max<std::int64_t>(0, now_ms - waiting->front().timestamp_ms));
    }
  }
  lag.records = next < end ? end - next : 0;
  standing.lag = lag;
  return {};
}

Result<std::chrono::milliseconds> GroupView::left() const {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - Clock::now());
  if (left.count() > 0) return left;
  return fail(ErrorKind::kUnavailable, "kafka.timed_out", "the cluster has not answered in time");
}

}  // namespace daybook::app
