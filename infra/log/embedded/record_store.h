// The records of all partitions in one RocksDB database, by partition and offset: what the embedded
// log keeps on disk besides its witness. It knows bytes and places, nothing of acknowledging.
//
// Errors: kCorrupt "log.damaged" and "log.hole" with the folder, the partition and the offset, or
// RocksDB's file and position; kUnavailable "log.locked", "log.io". Reads come from any thread,
// writes from one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "infra/log/event_log.h"

namespace daybook::log {

struct PlacedRecord {
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;
  std::string bytes;
};

class RecordStore {
 public:
  // `folder` is the log's; the database has one of its own in it.
  explicit RecordStore(std::filesystem::path folder);
  ~RecordStore();
  RecordStore(const RecordStore&) = delete;
  RecordStore& operator=(const RecordStore&) = delete;

  // Of a new one the count of partitions is fixed; an existing one keeps its own.
  [[nodiscard]] Result<void> open(std::uint32_t partitions_if_new);
  [[nodiscard]] std::uint32_t partition_count() const { return partition_count_; }
  // Which it was before it was opened, and where it ended: for whoever finds that records at the
  // end are missing.
  [[nodiscard]] const std::string& last_write_ahead() const { return last_write_ahead_; }

  // One after the last record's offset.
  [[nodiscard]] Result<std::uint64_t> end_of(std::uint32_t partition) const;
  [[nodiscard]] Result<std::string> get(std::uint32_t partition, std::uint64_t offset) const;
  // From `from` on, which has to be below `end`; at least one record, and never one from `end` on.
  // What is good comes first; the next read meets the damage.
  [[nodiscard]] Result<std::vector<RawRecord>> read(std::uint32_t partition, std::uint64_t from,
                                                    std::uint64_t end,
                                                    std::size_t records_max) const;
  // All of them or none; `sync`: durable before it returns.
  [[nodiscard]] Result<void> write(const std::vector<PlacedRecord>& records, bool sync);

 private:
  [[nodiscard]] Result<void> open_database();
  [[nodiscard]] Result<void> fix_partition_count(std::uint32_t partitions_if_new);
  [[nodiscard]] std::string place(std::uint32_t partition, std::uint64_t offset) const;

  struct Database;
  std::filesystem::path folder_;
  std::unique_ptr<Database> database_;
  std::uint32_t partition_count_ = 0;
  std::string last_write_ahead_;
};

}  // namespace daybook::log
