#include "tests/support/memory_event_log.h"

#include <algorithm>

namespace daybook::test {
namespace {

tl::unexpected<Error> unknown_fate() {
  return fail(ErrorKind::kUnknownOutcome, "log.append_unknown", "the test hid what became of it");
}

tl::unexpected<Error> broken(const char* what) {
  return fail(ErrorKind::kUnavailable, "log.io", std::string("the test broke the ") + what);
}

}  // namespace

class MemoryCursor final : public log::LogCursor {
 public:
  MemoryCursor(MemoryEventLog& log, std::uint32_t partition, std::uint64_t offset)
      : log_(log), partition_(partition), next_(offset) {}

  [[nodiscard]] Result<std::vector<log::RawRecord>> read(std::size_t records_max,
                                                         std::chrono::milliseconds wait) override {
    std::unique_lock lock(log_.mutex_);
    const auto ready = [&] { return log_.reads_fail_ || log_.end(partition_) > next_; };
    if (log_.waits_) log_.landed_.wait_for(lock, wait, ready);
    if (log_.reads_fail_) return broken("reads");
    const auto& all = log_.partitions_.at(partition_);
    auto it = std::lower_bound(
        all.begin(), all.end(), next_,
        [](const log::RawRecord& record, std::uint64_t offset) { return record.offset < offset; });
    std::vector<log::RawRecord> read;
    for (; it != all.end() && read.size() < records_max; ++it) read.push_back(*it);
    if (!read.empty()) next_ = read.back().offset + 1;
    if (it == all.end()) next_ = std::max(next_, log_.end(partition_));
    return read;
  }
  [[nodiscard]] std::uint64_t next_offset() const override { return next_; }

 private:
  MemoryEventLog& log_;
  std::uint32_t partition_;
  std::uint64_t next_;
};

class MemoryAppender final : public log::LogAppender {
 public:
  MemoryAppender(MemoryEventLog& log, std::uint32_t partition) : log_(log), partition_(partition) {}

  [[nodiscard]] Result<void> append(std::vector<std::string> records) override {
    if (spent_) return unknown_fate();
    auto taken = log_.take(partition_, std::move(records));
    spent_ = !taken;
    return taken;
  }

  [[nodiscard]] Result<void> flush(std::chrono::milliseconds wait) override {
    if (spent_) return unknown_fate();
    std::unique_lock lock(log_.mutex_);
    const auto done = [&] { return log_.held_.empty(); };
    if (log_.waits_ ? log_.landed_.wait_for(lock, wait, done) : done()) return {};
    return unknown_fate();
  }

 private:
  MemoryEventLog& log_;
  std::uint32_t partition_;
  bool spent_ = false;
};

MemoryEventLog::MemoryEventLog(std::uint32_t partitions, std::uint64_t stride)
    : stride_(stride), partitions_(partitions), gap_ends_(partitions) {}

std::uint32_t MemoryEventLog::partition_count() const {
  return static_cast<std::uint32_t>(partitions_.size());
}

std::uint64_t MemoryEventLog::end(std::uint32_t partition) const {
  const auto& all = partitions_.at(partition);
  return std::max(gap_ends_.at(partition), all.empty() ? 0 : all.back().offset + 1);
}

Result<std::uint64_t> MemoryEventLog::end_offset(std::uint32_t partition) {
  const std::lock_guard lock(mutex_);
  if (reads_fail_) return broken("reads");
  return end(partition);
}

Result<std::unique_ptr<log::LogCursor>> MemoryEventLog::open_cursor(std::uint32_t partition,
                                                                    std::uint64_t offset) {
  return std::make_unique<MemoryCursor>(*this, partition, offset);
}

Result<std::unique_ptr<log::LogAppender>> MemoryEventLog::open_appender(std::uint32_t partition) {
  return std::make_unique<MemoryAppender>(*this, partition);
}

Result<void> MemoryEventLog::take(std::uint32_t partition, std::vector<std::string> records) {
  std::function<void()> hook;
  {
    const std::lock_guard lock(mutex_);
    if (!records.empty()) hook = hook_;
  }
  if (hook) hook();
  const std::lock_guard lock(mutex_);
  if (appends_fail_) return broken("appends");
  if (!records.empty()) ++appends_;
  for (std::string& bytes : records) {
    switch (fate_ ? fate_(bytes) : Fate::kLands) {
      case Fate::kLandsTwice:
        land(partition, bytes);
        [[fallthrough]];
      case Fate::kLands:
        land(partition, std::move(bytes));
        break;
      case Fate::kLost:
        break;
      case Fate::kLate:
        late_.push_back({partition, std::move(bytes)});
        break;
      case Fate::kUnknownLanded:
        land(partition, std::move(bytes));
        return unknown_fate();
      case Fate::kUnknownLost:
        return unknown_fate();
      case Fate::kUnknownLate:
        late_.push_back({partition, std::move(bytes)});
        return unknown_fate();
    }
  }
  return {};
}

void MemoryEventLog::land(std::uint32_t partition, std::string bytes) {
  if (holding_) {
    held_.push_back({partition, std::move(bytes)});
    return;
  }
  const std::uint64_t offset = partitions_.at(partition).size() * stride_;
  const std::uint64_t after_last = end(partition);
  partitions_[partition].push_back({std::max(offset, after_last), std::move(bytes),
                                    clock_ ? std::optional(clock_()) : std::nullopt});
  landed_.notify_all();
}

void MemoryEventLog::on_record(std::function<Fate(const std::string&)> fate) {
  const std::lock_guard lock(mutex_);
  fate_ = std::move(fate);
}

void MemoryEventLog::before_append(std::function<void()> hook) {
  const std::lock_guard lock(mutex_);
  hook_ = std::move(hook);
}

void MemoryEventLog::hold_durability(bool hold) {
  const std::lock_guard lock(mutex_);
  holding_ = hold;
  if (hold) return;
  for (OnTheWay& each : held_) land(each.partition, std::move(each.bytes));
  held_.clear();
  landed_.notify_all();
}

std::size_t MemoryEventLog::held_count() const {
  const std::lock_guard lock(mutex_);
  return held_.size();
}

void MemoryEventLog::land_late(std::size_t which) {
  const std::lock_guard lock(mutex_);
  OnTheWay record = std::move(late_.at(which));
  late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(which));
  land(record.partition, std::move(record.bytes));
}

std::size_t MemoryEventLog::late_count() const {
  const std::lock_guard lock(mutex_);
  return late_.size();
}

void MemoryEventLog::never_wait() {
  const std::lock_guard lock(mutex_);
  waits_ = false;
}

void MemoryEventLog::set_clock(std::function<std::int64_t()> wall_ms) {
  const std::lock_guard lock(mutex_);
  clock_ = std::move(wall_ms);
}

void MemoryEventLog::fail_reads(bool fail) {
  const std::lock_guard lock(mutex_);
  reads_fail_ = fail;
  landed_.notify_all();
}

void MemoryEventLog::fail_appends(bool fail) {
  const std::lock_guard lock(mutex_);
  appends_fail_ = fail;
}

void MemoryEventLog::inject(std::uint32_t partition, std::string bytes) {
  const std::lock_guard lock(mutex_);
  land(partition, std::move(bytes));
}

void MemoryEventLog::add_gap(std::uint32_t partition, std::uint64_t offsets) {
  const std::lock_guard lock(mutex_);
  gap_ends_.at(partition) = end(partition) + offsets;
  landed_.notify_all();
}

void MemoryEventLog::cut(std::uint32_t partition, std::size_t records_kept) {
  const std::lock_guard lock(mutex_);
  partitions_.at(partition).resize(records_kept);
}

void MemoryEventLog::remove(std::uint32_t partition, std::size_t index) {
  const std::lock_guard lock(mutex_);
  auto& all = partitions_.at(partition);
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(index));
}

void MemoryEventLog::replace(std::uint32_t partition, std::size_t index, std::string bytes) {
  const std::lock_guard lock(mutex_);
  partitions_.at(partition).at(index).bytes = std::move(bytes);
}

std::vector<log::RawRecord> MemoryEventLog::records(std::uint32_t partition) const {
  const std::lock_guard lock(mutex_);
  return partitions_.at(partition);
}

std::size_t MemoryEventLog::appends() const {
  const std::lock_guard lock(mutex_);
  return appends_;
}

}  // namespace daybook::test
