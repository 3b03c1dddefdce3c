// The newest durable records of one partition, kept in memory: whoever follows the log reads these,
// and soon. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "infra/log/event_log.h"

namespace daybook::log {

class NewestRecords {
 public:
  // With nothing in memory yet.
  explicit NewestRecords(std::uint64_t end = 0) : end_(end) {}

  // Records below are durable.
  [[nodiscard]] std::uint64_t end() const { return end_; }

  void add(std::string bytes) {
    constexpr std::size_t kBytesMax = 1U << 20U;
    ++end_;
    bytes_ += bytes.size();
    records_.push_back(std::move(bytes));
    for (; bytes_ > kBytesMax; records_.pop_front()) bytes_ -= records_.front().size();
  }

  // From an offset below the end on; none if that is older than what is in memory.
  [[nodiscard]] std::vector<RawRecord> from(std::uint64_t offset, std::size_t records_max) const {
    std::vector<RawRecord> records;
    const std::uint64_t first = end_ - records_.size();
    if (offset < first) return records;
    const std::size_t count = std::min<std::uint64_t>(end_ - offset, records_max);
    records.reserve(count);
    for (; records.size() < count; ++offset) records.push_back({offset, records_[offset - first]});
    return records;
  }

 private:
  std::uint64_t end_;
  std::deque<std::string> records_;
  std::size_t bytes_ = 0;
};

}  // namespace daybook::log
