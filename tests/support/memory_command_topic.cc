#include "tests/support/memory_command_topic.h"

#include <algorithm>

#include "commands/intake.h"

namespace daybook::test {

using commands::CommandRecord;

namespace {

Error not_allowed() {
  return {ErrorKind::kNotAllowed, "kafka.not_allowed", "the test forbids", ""};
}

}  // namespace

std::int64_t MemoryTopics::send(std::uint32_t partition, commands::TopicRecord record) {
  const std::lock_guard lock(mutex_);
  Partition& place = partitions_[partition];
  const auto offset = place.first + static_cast<std::int64_t>(place.records.size());
  const std::string hash =
      std::to_string(std::hash<std::string>{}(record.key.value_or("") + record.value.value_or("")));
  place.records.push_back({offset, 0, std::move(record.key), std::move(record.value),
                           std::move(record.headers), 0, hash});
  came_.notify_all();
  return offset;
}

void MemoryTopics::expire(std::uint32_t partition, std::size_t count) {
  const std::lock_guard lock(mutex_);
  Partition& place = partitions_[partition];
  place.records.erase(place.records.begin(),
                      place.records.begin() + static_cast<std::ptrdiff_t>(count));
  place.first += static_cast<std::int64_t>(count);
}

void MemoryTopics::make_anew() {
  const std::lock_guard lock(mutex_);
  partitions_.assign(partitions_.size(), {});
}

void MemoryTopics::hold_acknowledgements(bool hold) {
  const std::lock_guard lock(mutex_);
  holding_ = hold;
  if (!hold) unacknowledged_.clear();
}

void MemoryTopics::fail_forwards(bool fail) {
  const std::lock_guard lock(mutex_);
  forwards_fail_ = fail;
}

void MemoryTopics::fail_reads(bool fail) {
  const std::lock_guard lock(mutex_);
  reads_fail_ = fail;
}

void MemoryTopics::fail_answers(bool fail) {
  const std::lock_guard lock(mutex_);
  answers_fail_ = fail;
}

int MemoryTopics::failed_reads() const {
  const std::lock_guard lock(mutex_);
  return failed_reads_;
}

void MemoryTopics::fail_look_ups_after(int good) {
  const std::lock_guard lock(mutex_);
  good_look_ups_ = good;
}

std::vector<CommandRecord> MemoryTopics::commands(std::uint32_t partition) const {
  const std::lock_guard lock(mutex_);
  return partitions_[partition].records;
}

std::vector<commands::Answer> MemoryTopics::answers() const {
  const std::lock_guard lock(mutex_);
  return answers_;
}

std::vector<std::string> MemoryTopics::results_of(const std::string& origin) const {
  std::vector<std::string> results;
  for (const commands::Answer& answer : answers()) {
    if (commands::find_header(answer.result.headers, commands::header::kOrigin) == origin)
      results.push_back(answer.result.value.value_or(""));
  }
  return results;
}

std::uint32_t MemoryCommandTopic::partition_count() const {
  return static_cast<std::uint32_t>(topics_.partitions_.size());
}

Result<std::optional<commands::CommandTopic::Range>> MemoryCommandTopic::start(
    const log::Source* last) {
  const std::lock_guard lock(topics_.mutex_);
  faulty_ = false;
  topics_.unacknowledged_.clear();
  const auto& place = topics_.partitions_[partition_];
  if (last == nullptr) {
    next_ = place.first;
    return std::nullopt;
  }
  const auto end = place.first + static_cast<std::int64_t>(place.records.size());
  next_ = last->offset() + 1;
  if (next_ < place.first) {
    const Range lost{next_, place.first - 1};
    next_ = place.first;
    return lost;
  }
  const bool there = last->offset() >= place.first && last->offset() < end;
  const bool same =
      there && place.records[static_cast<std::size_t>(last->offset() - place.first)].hash ==
                   last->record_hash();
  if (same || last->offset() < place.first) return std::nullopt;
  return fail(ErrorKind::kCorrupt, "commands.other_topic", "made anew");
}

Result<std::vector<CommandRecord>> MemoryCommandTopic::read(std::size_t records_max,
                                                            std::chrono::milliseconds wait) {
  std::unique_lock lock(topics_.mutex_);
  const auto& place = topics_.partitions_[partition_];
  const auto end = [&] { return place.first + static_cast<std::int64_t>(place.records.size()); };
  topics_.came_.wait_for(lock, wait, [&] { return next_ < end(); });
  if (topics_.reads_fail_) {
    ++topics_.failed_reads_;
    return fail(not_allowed());
  }
  if (next_ < place.first)
    return fail(ErrorKind::kUnavailable, "commands.expired", "some were removed");
  std::vector<CommandRecord> records;
  for (; next_ < end() && records.size() < records_max; ++next_)
    records.push_back(place.records[static_cast<std::size_t>(next_ - place.first)]);
  return records;
}

Result<std::optional<CommandRecord>> MemoryCommandTopic::record_at(std::int64_t offset) {
  const std::lock_guard lock(topics_.mutex_);
  if (topics_.good_look_ups_ >= 0 && topics_.good_look_ups_-- == 0)
    return fail(ErrorKind::kUnavailable, "kafka.away", "away");
  const auto& place = topics_.partitions_[partition_];
  const auto index = offset - place.first;
  if (index < 0 || index >= static_cast<std::int64_t>(place.records.size())) return std::nullopt;
  return place.records[static_cast<std::size_t>(index)];
}

Result<commands::CommandTopic::Refusals> MemoryCommandTopic::forward(std::vector<Copy> copies,
                                                                     const std::atomic<bool>&) {
  {
    const std::lock_guard lock(topics_.mutex_);
    if (topics_.forwards_fail_) return fail(ErrorKind::kUnavailable, "kafka.away", "away");
  }
  Refusals refusals;
  for (Copy& copy : copies) {
    const bool too_large = copy.record.value && copy.record.value->size() > 1'000'000;
    refusals.push_back(too_large ? std::optional<Error>({ErrorKind::kInvalid, "command.too_large",
                                                         "the record is too large", ""})
                                 : std::nullopt);
    if (!too_large) topics_.send(copy.partition, std::move(copy.record));
  }
  return refusals;
}

Result<void> MemoryCommandTopic::publish(commands::Answer answer) {
  const std::lock_guard lock(topics_.mutex_);
  if (topics_.answers_fail_) {
    ++topics_.unacknowledged_[answer.outcome_offset];
    faulty_ = true;
    return fail(not_allowed());
  }
  if (topics_.holding_) ++topics_.unacknowledged_[answer.outcome_offset];
  topics_.answers_.push_back(std::move(answer));
  return {};
}

std::optional<Error> MemoryCommandTopic::fault() const {
  const std::lock_guard lock(topics_.mutex_);
  return faulty_ ? std::optional(not_allowed()) : std::nullopt;
}

std::vector<std::uint64_t> MemoryCommandTopic::unacknowledged() const {
  const std::lock_guard lock(topics_.mutex_);
  std::vector<std::uint64_t> offsets;
  for (const auto& [offset, count] : topics_.unacknowledged_) offsets.push_back(offset);
  return offsets;
}

std::size_t MemoryCommandTopic::unacknowledged_count() const {
  const std::lock_guard lock(topics_.mutex_);
  return topics_.unacknowledged_.size();
}

std::optional<std::uint64_t> MemoryCommandTopic::first_unacknowledged() const {
  const std::lock_guard lock(topics_.mutex_);
  if (topics_.unacknowledged_.empty()) return std::nullopt;
  return topics_.unacknowledged_.begin()->first;
}

}  // namespace daybook::test
