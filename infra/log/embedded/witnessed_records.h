// What the embedded log keeps on disk, as one: the records, and the witness of how far somebody was
// told of them. Opened together and compared, written together, and opened anew after a write that
// failed: whether that one is there only the disk can say, and RocksDB writes no more before.
//
// Errors: those of both; kCorrupt "log.shorter_than_witness" and "log.other_than_witness", with the
// folder, the partition and the offset. Reads come from any thread, all else from one.
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "infra/log/embedded/record_store.h"
#include "infra/log/embedded/witness.h"

namespace daybook::log {

class WitnessedRecords {
 public:
  // `sync`: what is written is durable.
  WitnessedRecords(std::filesystem::path folder, bool sync)
      : folder_(std::move(folder)), sync_(sync) {}

  // Gives the end of each partition, which is never below what was acknowledged. Again: reads wait
  // meanwhile, and fail if it failed.
  [[nodiscard]] Result<std::vector<std::uint64_t>> open(std::uint32_t partitions_if_new);
  [[nodiscard]] std::uint32_t partition_count() const { return partition_count_; }
  // What was found on opening that an operator may want to know.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

  // All of them or none. Once it has failed nothing is written until this is opened again.
  [[nodiscard]] Result<void> write(const std::vector<PlacedRecord>& records);
  // As `RecordStore::read`.
  [[nodiscard]] Result<std::vector<RawRecord>> read(std::uint32_t partition, std::uint64_t from,
                                                    std::uint64_t end,
                                                    std::size_t records_max) const;

 private:
  [[nodiscard]] Result<void> open_both(std::uint32_t partitions_if_new);
  [[nodiscard]] Result<void> compare(std::uint32_t partition, std::uint64_t end);

  std::filesystem::path folder_;
  bool sync_;
  std::atomic<std::uint32_t> partition_count_ = 0;
  std::vector<std::string> notes_;
  mutable std::shared_mutex opening_;  // shared by those who read
  std::optional<RecordStore> records_;
  std::optional<Witness> witness_;
};

}  // namespace daybook::log
