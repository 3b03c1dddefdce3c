#include "infra/log/embedded/witnessed_records.h"

#include <mutex>

#include "infra/log/record.h"
#include "infra/rocksdb/disk_room.h"

namespace daybook::log {

Result<std::vector<std::uint64_t>> WitnessedRecords::open(std::uint32_t partitions_if_new) {
  const std::unique_lock alone(opening_);
  auto opened = open_both(partitions_if_new);
  std::vector<std::uint64_t> ends;
  for (std::uint32_t partition = 0; opened && partition < partition_count_; ++partition) {
    const auto end = records_->end_of(partition);
    opened = end ? compare(partition, *end) : fail(end.error());
    ends.push_back(end.value_or(0));
  }
  if (opened) return ends;
  records_.reset();
  return fail(opened.error());
}

Result<void> WitnessedRecords::open_both(std::uint32_t partitions_if_new) {
  notes_.clear();
  records_.reset();  // the file lock with it
  std::error_code ignored;
  std::filesystem::create_directories(folder_, ignored);
  DAYBOOK_TRY(rocks::require_room(folder_, "log.disk_full"));
  records_.emplace(folder_);
  DAYBOOK_TRY(records_->open(partitions_if_new));
  partition_count_ = records_->partition_count();
  witness_.emplace();
  DAYBOOK_TRY(witness_->open(folder_ / "witness", partition_count_));
  notes_ = witness_->notes();
  return {};
}

Result<void> WitnessedRecords::compare(std::uint32_t partition, std::uint64_t end) {
  const auto entry = witness_->entry(partition);
  const std::string there = folder_.string() + ", partition " + std::to_string(partition);
  if (!entry) {
    if (end > 0) notes_.push_back(there + ": its witness file says nothing of the log yet");
    return {};
  }
  if (end < entry->end_offset) {
    return fail(ErrorKind::kCorrupt, "log.shorter_than_witness",
                there + ": the log ends at offset " + std::to_string(end) + ", but records up to " +
                    std::to_string(entry->end_offset) + " were acknowledged; " +
                    records_->last_write_ahead() + "; the log was cut or damaged: restore it");
  }
  DAYBOOK_ASSIGN(last, records_->get(partition, entry->end_offset - 1));
  if (checksum_of(last) != entry->last_checksum) {
    return fail(ErrorKind::kCorrupt, "log.other_than_witness",
                there + ": the record at offset " + std::to_string(entry->end_offset - 1) +
                    " is not the one that was acknowledged; " + records_->last_write_ahead() +
                    "; restore the log");
  }
  if (end > entry->end_offset) {
    notes_.push_back(there + ": " + std::to_string(end - entry->end_offset) +
                     " records had been written and are not known to have been acknowledged "
                     "before the last stop; they count");
  }
  return {};
}

Result<void> WitnessedRecords::write(const std::vector<PlacedRecord>& records) {
  std::vector<std::optional<WitnessEntry>> ends(partition_count());
  for (const PlacedRecord& record : records)
    ends[record.partition] = WitnessEntry{record.offset + 1, checksum_of(record.bytes)};
  DAYBOOK_TRY(records_->write(records, sync_));
  for (std::uint32_t partition = 0; partition < partition_count(); ++partition) {
    if (ends[partition]) DAYBOOK_TRY(witness_->write(partition, *ends[partition]));
  }
  return {};
}

Result<std::vector<RawRecord>> WitnessedRecords::read(std::uint32_t partition, std::uint64_t from,
                                                      std::uint64_t end,
                                                      std::size_t records_max) const {
  const std::shared_lock reading(opening_);
  if (records_) return records_->read(partition, from, end, records_max);
  return fail(ErrorKind::kUnavailable, "log.io",
              folder_.string() + ": a write failed, and the log cannot be opened again yet");
}

}  // namespace daybook::log
