#include "infra/log/embedded/record_store.h"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "infra/rocksdb/damaged_files.h"
#include "infra/rocksdb/disk_room.h"
#include "infra/rocksdb/first_warning.h"

namespace daybook::log {
namespace {

constexpr std::size_t kKeySize = 12;
// Of one read: more records than this stay for the next one, however many are asked for.
constexpr std::size_t kReadBytesMax = 8U << 20U;
constexpr std::string_view kPartitionCountKey =
    "partition_count";  // longer than a record's key, so never one

std::string key_of(std::uint32_t partition, std::uint64_t offset) {
  std::string key;
  key.reserve(kKeySize);
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<char>(partition >> shift));
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(offset >> shift));
  return key;
}

std::uint64_t offset_of(const rocksdb::Slice& key) {
  std::uint64_t offset = 0;
  for (std::size_t i = 4; i < kKeySize; ++i)
    offset = (offset << 8) | static_cast<std::uint8_t>(key[i]);
  return offset;
}

bool in_partition(const rocksdb::Slice& key, std::uint32_t partition) {
  return key.size() == kKeySize && key.ToString().compare(0, 4, key_of(partition, 0), 0, 4) == 0;
}

Error translate(const rocksdb::Status& status, const std::string& what) {
  const std::string text = what + ": " + status.ToString();
  if (rocks::is_damage(status))
    return {ErrorKind::kCorrupt, "log.damaged", text + "; restore the log from a copy", ""};
  const bool locked = text.find("While lock file") != std::string::npos ||
                      text.find("lock hold by current process") != std::string::npos;
  if (status.IsIOError() && locked) {
    return {ErrorKind::kUnavailable, "log.locked", text + "; another process uses this data folder",
            ""};
  }
  return {ErrorKind::kUnavailable, "log.io", text, ""};
}

std::string last_write_ahead_in(const std::filesystem::path& folder) {
  std::string last;
  std::error_code unknown;
  for (const auto& entry : std::filesystem::directory_iterator(folder, unknown)) {
    if (entry.path().extension() == ".log") last = std::max(last, entry.path().filename().string());
  }
  if (last.empty()) return "there was no write-ahead file";
  return "the last write-ahead file, " + last + ", ended at byte " +
         std::to_string(std::filesystem::file_size(folder / last, unknown));
}

}  // namespace

struct RecordStore::Database {
  std::unique_ptr<rocksdb::DB> db;
};

RecordStore::RecordStore(std::filesystem::path folder)
    : folder_(std::move(folder)), database_(std::make_unique<Database>()) {}
RecordStore::~RecordStore() = default;

Result<void> RecordStore::open(std::uint32_t partitions_if_new) {
  DAYBOOK_TRY(open_database());
  return fix_partition_count(partitions_if_new);
}

Result<void> RecordStore::open_database() {
  rocksdb::Options options = rocks::plain_options();
  // An unfinished last write is cut off; damage before the end is an error. Whether the cut went
  // too far is what the witness is for.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // Write-ahead files before the last must be as long as they were when they were finished.
  options.track_and_verify_wals_in_manifest = true;
  options.paranoid_checks = true;
  options.max_total_wal_size = 256U << 20U;
  const auto warning = std::make_shared<rocks::FirstWarning>();
  options.info_log = warning;
  rocksdb::DB* database = nullptr;
  const std::filesystem::path records = folder_ / "records";
  last_write_ahead_ = last_write_ahead_in(records);
  const auto status = rocksdb::DB::Open(options, records.string(), &database);
  if (!status.ok()) {
    // Of a write-ahead file only the warning says which one it is, and how much of it is lost.
    std::string text = warning->text();
    if (!text.empty()) text.insert(0, ": ");
    if (rocks::is_damage(status)) text += rocks::damaged_files(records);
    return fail(translate(status, folder_.string() + text));
  }
  database_->db.reset(database);
  return {};
}

// The count is fixed when the log is made.
Result<void> RecordStore::fix_partition_count(std::uint32_t partitions_if_new) {
  std::string stored;
  const auto status = database_->db->Get({}, std::string(kPartitionCountKey), &stored);
  if (status.ok()) {
    const auto parsed =
        std::from_chars(stored.data(), stored.data() + stored.size(), partition_count_);
    if (parsed.ec == std::errc() && partition_count_ > 0) return {};
    return fail(ErrorKind::kCorrupt, "log.damaged",
                folder_.string() + ": the partition count is not a number");
  }
  if (!status.IsNotFound()) return fail(translate(status, folder_.string() + ", partition count"));
  if (partitions_if_new == 0)
    return fail(ErrorKind::kInvalid, "log.partitions", "a log has at least one partition");
  partition_count_ = partitions_if_new;
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto put =
      database_->db->Put(synced, std::string(kPartitionCountKey), std::to_string(partition_count_));
  if (!put.ok()) return fail(translate(put, "partition count"));
  return {};
}

std::string RecordStore::place(std::uint32_t partition, std::uint64_t offset) const {
  return folder_.string() + ", partition " + std::to_string(partition) + ", offset " +
         std::to_string(offset);
}

Result<std::uint64_t> RecordStore::end_of(std::uint32_t partition) const {
  const std::unique_ptr<rocksdb::Iterator> iterator(database_->db->NewIterator({}));
  iterator->SeekForPrev(key_of(partition, UINT64_MAX));
  const bool found = iterator->Valid() && in_partition(iterator->key(), partition);
  if (!iterator->status().ok()) return fail(translate(iterator->status(), "log"));
  return found ? offset_of(iterator->key()) + 1 : 0;
}

Result<std::string> RecordStore::get(std::uint32_t partition, std::uint64_t offset) const {
  std::string bytes;
  const auto status = database_->db->Get({}, key_of(partition, offset), &bytes);
  if (status.ok()) return bytes;
  return fail(translate(status, place(partition, offset)));
}

Result<std::vector<RawRecord>> RecordStore::read(std::uint32_t partition, std::uint64_t from,
                                                 std::uint64_t end, std::size_t records_max) const {
  std::vector<RawRecord> records;
  // A look-up costs a part of what an iterator does. What is wrong with it is said below.
  if (records_max == 1) {
    if (auto one = get(partition, from)) {
      records.push_back({from, *std::move(one)});
      return records;
    }
  }
  std::uint64_t expected = from;
  std::size_t bytes = 0;
  const std::unique_ptr<rocksdb::Iterator> iterator(database_->db->NewIterator({}));
  for (iterator->Seek(key_of(partition, from));
       iterator->Valid() && records.size() < records_max && bytes < kReadBytesMax;
       iterator->Next()) {
    if (!in_partition(iterator->key(), partition) || offset_of(iterator->key()) != expected ||
        expected == end)
      break;
    records.push_back({expected++, iterator->value().ToString()});
    bytes += records.back().bytes.size();
  }
  if (!records.empty()) return records;
  if (!iterator->status().ok()) return fail(translate(iterator->status(), place(partition, from)));
  return fail(ErrorKind::kCorrupt, "log.hole",
              place(partition, from) +
                  ": the record is missing between others; restore the log from a copy");
}

Result<void> RecordStore::write(const std::vector<PlacedRecord>& records, bool sync) {
  rocksdb::WriteBatch batch;
  for (const PlacedRecord& record : records)
    batch.Put(key_of(record.partition, record.offset), record.bytes);
  rocksdb::WriteOptions options;
  options.sync = sync;
  const auto status = database_->db->Write(options, &batch);
  if (!status.ok()) return fail(translate(status, "append"));
  return {};
}

}  // namespace daybook::log
