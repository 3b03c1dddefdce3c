#include "infra/log/embedded/embedded_log.h"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "infra/log/embedded/witness.h"
#include "infra/log/genesis.h"
#include "infra/log/random_id.h"
#include "infra/log/record.h"
#include "infra/rocksdb/disk_room.h"
#include "infra/rocksdb/first_warning.h"

namespace daybook::log {
namespace {

constexpr std::size_t kKeySize = 12;
// Of one read: more records than this stay for the next one, however many are asked for.
constexpr std::size_t kReadBytesMax = 8U << 20U;
// Of the newest records of a partition, kept in memory: whoever follows the log reads these, and
// soon.
constexpr std::size_t kNewestBytes = 1U << 20U;
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

}  // namespace

// All partitions share one database and one writer thread, so that one sync serves the appends of
// all.
class EmbeddedLog::Impl {
 public:
  struct Partition {
    std::uint64_t next_offset = 0;     // given to the next record handed over
    std::uint64_t durable_offset = 0;  // records below are durable
    std::deque<std::string> newest;    // the last of these
    std::size_t newest_bytes = 0;

    void add_durable(std::string bytes);
    [[nodiscard]] std::vector<RawRecord> newest_from(std::uint64_t offset,
                                                     std::size_t records_max) const;
  };
  struct Pending {
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    std::string bytes;
  };

  explicit Impl(EmbeddedLogOptions options) : options_(std::move(options)) {}

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    work_.notify_all();
    if (writer_.joinable()) writer_.join();
  }

  Result<void> open();
  Result<void> append(std::uint32_t partition, std::vector<std::string> records);
  Result<void> flush(std::uint32_t partition, std::chrono::milliseconds wait);
  Result<std::vector<RawRecord>> read(std::uint32_t partition, std::uint64_t from,
                                      std::size_t records_max, std::chrono::milliseconds wait);

  std::uint64_t durable(std::uint32_t partition) {
    const std::lock_guard lock(mutex_);
    return partitions_.at(partition).durable_offset;
  }

  std::string log_id;
  std::vector<std::string> notes;
  std::uint32_t partition_count = 0;

 private:
  Result<void> open_database();
  Result<void> fix_partition_count();
  Result<void> find_ends();
  Result<void> check_witness(std::uint32_t partition);
  Result<std::string> get(std::uint32_t partition, std::uint64_t offset);
  Result<void> check_failed() const {
    if (failure_) return fail(*failure_);
    return {};
  }
  void write_loop();
  void write_group(std::deque<Pending> group);

  EmbeddedLogOptions options_;
  std::unique_ptr<rocksdb::DB> database_;
  Witness witness_;
  std::mutex mutex_;
  std::condition_variable work_;     // the writer has something to do
  std::condition_variable durable_;  // something has become durable, or failed
  std::vector<Partition> partitions_;
  std::deque<Pending> pending_;
  std::optional<Error> failure_;
  bool stopping_ = false;
  std::thread writer_;
};

Result<void> EmbeddedLog::Impl::open() {
  std::error_code ignored;
  std::filesystem::create_directories(options_.folder, ignored);
  DAYBOOK_TRY(rocks::require_room(options_.folder, "log.disk_full"));
  DAYBOOK_TRY(open_database());
  DAYBOOK_TRY(fix_partition_count());
  DAYBOOK_TRY(witness_.open(options_.folder / "witness", partition_count));
  notes = witness_.notes();
  DAYBOOK_TRY(find_ends());
  writer_ = std::thread([this] { write_loop(); });
  return {};
}

Result<void> EmbeddedLog::Impl::open_database() {
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
  const auto status = rocksdb::DB::Open(options, (options_.folder / "records").string(), &database);
  if (!status.ok()) {
    // Of a write-ahead file only the warning says which one it is, and how much of it is lost.
    const std::string text = warning->text();
    return fail(translate(status, options_.folder.string() + (text.empty() ? "" : ": " + text)));
  }
  database_.reset(database);
  return {};
}

// The count is fixed when the log is made.
Result<void> EmbeddedLog::Impl::fix_partition_count() {
  std::string stored;
  const auto status = database_->Get({}, std::string(kPartitionCountKey), &stored);
  if (status.ok()) {
    const auto parsed =
        std::from_chars(stored.data(), stored.data() + stored.size(), partition_count);
    if (parsed.ec == std::errc() && partition_count > 0) return {};
    return fail(ErrorKind::kCorrupt, "log.damaged",
                options_.folder.string() + ": the partition count is not a number");
  }
  if (!status.IsNotFound())
    return fail(translate(status, options_.folder.string() + ", partition count"));
  if (options_.partitions == 0)
    return fail(ErrorKind::kInvalid, "log.partitions", "a log has at least one partition");
  partition_count = options_.partitions;
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto put =
      database_->Put(synced, std::string(kPartitionCountKey), std::to_string(partition_count));
  if (!put.ok()) return fail(translate(put, "partition count"));
  return {};
}

Result<void> EmbeddedLog::Impl::find_ends() {
  partitions_.assign(partition_count, {});
  const std::unique_ptr<rocksdb::Iterator> iterator(database_->NewIterator({}));
  for (std::uint32_t partition = 0; partition < partition_count; ++partition) {
    iterator->SeekForPrev(key_of(partition, UINT64_MAX));
    if (iterator->Valid() && in_partition(iterator->key(), partition)) {
      partitions_[partition].next_offset = offset_of(iterator->key()) + 1;
    }
    if (!iterator->status().ok()) return fail(translate(iterator->status(), "log"));
    partitions_[partition].durable_offset = partitions_[partition].next_offset;
    DAYBOOK_TRY(check_witness(partition));
  }
  return {};
}

Result<std::string> EmbeddedLog::Impl::get(std::uint32_t partition, std::uint64_t offset) {
  std::string bytes;
  const auto status = database_->Get({}, key_of(partition, offset), &bytes);
  if (status.ok()) return bytes;
  return fail(translate(status, options_.folder.string() + ", partition " +
                                    std::to_string(partition) + ", offset " +
                                    std::to_string(offset)));
}

Result<void> EmbeddedLog::Impl::check_witness(std::uint32_t partition) {
  const auto entry = witness_.entry(partition);
  const std::uint64_t end = partitions_[partition].next_offset;
  const std::string there = options_.folder.string() + ", partition " + std::to_string(partition);
  if (!entry && end > 0)
    notes.push_back(there + ": the witness file has nothing to compare the log with");
  if (!entry) return {};
  if (end < entry->end_offset) {
    return fail(ErrorKind::kCorrupt, "log.shorter_than_witness",
                there + ": the log ends at offset " + std::to_string(end) + ", but records up to " +
                    std::to_string(entry->end_offset) +
                    " were acknowledged; the log was cut or damaged: restore it");
  }
  DAYBOOK_ASSIGN(last, get(partition, entry->end_offset - 1));
  if (checksum_of(last) != entry->last_checksum) {
    return fail(ErrorKind::kCorrupt, "log.other_than_witness",
                there + ": the record at offset " + std::to_string(entry->end_offset - 1) +
                    " is not the one that was acknowledged; restore the log");
  }
  if (end > entry->end_offset) {
    notes.push_back(
        there + ": " + std::to_string(end - entry->end_offset) +
        " records had been written but not acknowledged before the last stop; they count");
  }
  return {};
}

Result<void> EmbeddedLog::Impl::append(std::uint32_t partition, std::vector<std::string> records) {
  DAYBOOK_TRY(rocks::require_room(options_.folder, "log.disk_full"));
  {
    const std::lock_guard lock(mutex_);
    DAYBOOK_TRY(check_failed());
    for (std::string& bytes : records) {
      pending_.push_back({partition, partitions_.at(partition).next_offset++, std::move(bytes)});
    }
  }
  work_.notify_one();
  return {};
}

Result<void> EmbeddedLog::Impl::flush(std::uint32_t partition, std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  const std::uint64_t goal = partitions_.at(partition).next_offset;
  const bool done = durable_.wait_for(lock, wait, [&] {
    return failure_.has_value() || partitions_.at(partition).durable_offset >= goal;
  });
  DAYBOOK_TRY(check_failed());
  if (done) return {};
  return fail(ErrorKind::kUnknownOutcome, "log.flush_timeout",
              "the append was not acknowledged in time");
}

void EmbeddedLog::Impl::write_loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [&] { return stopping_ || !pending_.empty(); });
    if (pending_.empty()) return;
    std::deque<Pending> group;
    group.swap(pending_);
    lock.unlock();
    write_group(std::move(group));
    lock.lock();
  }
}

void EmbeddedLog::Impl::Partition::add_durable(std::string bytes) {
  ++durable_offset;
  newest_bytes += bytes.size();
  newest.push_back(std::move(bytes));
  for (; newest_bytes > kNewestBytes; newest.pop_front()) newest_bytes -= newest.front().size();
}

std::vector<RawRecord> EmbeddedLog::Impl::Partition::newest_from(std::uint64_t offset,
                                                                 std::size_t records_max) const {
  std::vector<RawRecord> records;
  const std::uint64_t first = durable_offset - newest.size();
  if (offset < first) return records;
  const std::size_t count = std::min<std::uint64_t>(durable_offset - offset, records_max);
  records.reserve(count);
  for (; records.size() < count; ++offset) records.push_back({offset, newest[offset - first]});
  return records;
}

void EmbeddedLog::Impl::write_group(std::deque<Pending> group) {
  rocksdb::WriteBatch batch;
  std::vector<std::optional<WitnessEntry>> ends(partition_count);
  for (const Pending& record : group) {
    batch.Put(key_of(record.partition, record.offset), record.bytes);
    ends[record.partition] = WitnessEntry{record.offset + 1, checksum_of(record.bytes)};
  }
  rocksdb::WriteOptions write;
  write.sync = options_.sync;
  std::optional<Error> failure;
  if (const auto status = database_->Write(write, &batch); !status.ok()) {
    failure = translate(status, "append");
    failure->kind = ErrorKind::kUnknownOutcome;
  }
  for (std::uint32_t partition = 0; partition < partition_count && !failure; ++partition) {
    if (!ends[partition]) continue;
    if (auto witnessed = witness_.write(partition, *ends[partition]); !witnessed) {
      failure = witnessed.error();
      failure->kind = ErrorKind::kUnknownOutcome;
    }
  }
  {
    const std::lock_guard lock(mutex_);
    if (failure) {
      failure_ = std::move(failure);
      pending_.clear();
    } else {
      for (Pending& record : group)
        partitions_[record.partition].add_durable(std::move(record.bytes));
    }
  }
  durable_.notify_all();
}

Result<std::vector<RawRecord>> EmbeddedLog::Impl::read(std::uint32_t partition, std::uint64_t from,
                                                       std::size_t records_max,
                                                       std::chrono::milliseconds wait) {
  std::uint64_t end = 0;
  {
    std::unique_lock lock(mutex_);
    durable_.wait_for(lock, wait, [&] {
      return failure_.has_value() || partitions_.at(partition).durable_offset > from;
    });
    end = partitions_.at(partition).durable_offset;
    if (end <= from) {
      DAYBOOK_TRY(check_failed());
      return {};
    }
    auto newest = partitions_.at(partition).newest_from(from, records_max);
    if (!newest.empty()) return newest;
  }
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
  const std::unique_ptr<rocksdb::Iterator> iterator(database_->NewIterator({}));
  for (iterator->Seek(key_of(partition, from));
       iterator->Valid() && records.size() < records_max && bytes < kReadBytesMax;
       iterator->Next()) {
    if (!in_partition(iterator->key(), partition) || offset_of(iterator->key()) != expected ||
        expected == end)
      break;
    records.push_back({expected++, iterator->value().ToString()});
    bytes += records.back().bytes.size();
  }
  // What is good first; the next read meets the damage.
  if (!records.empty()) return records;
  const std::string there = options_.folder.string() + ", partition " + std::to_string(partition) +
                            ", offset " + std::to_string(from);
  if (!iterator->status().ok()) return fail(translate(iterator->status(), there));
  return fail(ErrorKind::kCorrupt, "log.hole",
              there + ": the record is missing between others; restore the log from a copy");
}

namespace {

class EmbeddedCursor final : public LogCursor {
 public:
  EmbeddedCursor(EmbeddedLog::Impl& log, std::uint32_t partition, std::uint64_t offset)
      : log_(log), partition_(partition), next_(offset) {}

  [[nodiscard]] Result<std::vector<RawRecord>> read(std::size_t records_max,
                                                    std::chrono::milliseconds wait) override {
    DAYBOOK_ASSIGN(records, log_.read(partition_, next_, records_max, wait));
    if (!records.empty()) next_ = records.back().offset + 1;
    return records;
  }
  [[nodiscard]] std::uint64_t next_offset() const override { return next_; }

 private:
  EmbeddedLog::Impl& log_;
  std::uint32_t partition_;
  std::uint64_t next_;
};

class EmbeddedAppender final : public LogAppender {
 public:
  EmbeddedAppender(EmbeddedLog::Impl& log, std::uint32_t partition)
      : log_(log), partition_(partition) {}

  [[nodiscard]] Result<void> append(std::vector<std::string> records) override {
    return log_.append(partition_, std::move(records));
  }
  [[nodiscard]] Result<void> flush(std::chrono::milliseconds wait) override {
    return log_.flush(partition_, wait);
  }

 private:
  EmbeddedLog::Impl& log_;
  std::uint32_t partition_;
};

}  // namespace

EmbeddedLog::EmbeddedLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EmbeddedLog::~EmbeddedLog() = default;

Result<std::unique_ptr<EmbeddedLog>> EmbeddedLog::open(const EmbeddedLogOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  DAYBOOK_TRY(impl->open());
  std::unique_ptr<EmbeddedLog> log(new EmbeddedLog(std::move(impl)));
  DAYBOOK_ASSIGN(log_id, ensure_genesis(*log, random_uuid_text()));
  log->impl_->log_id = std::move(log_id);
  return log;
}

std::uint32_t EmbeddedLog::partition_count() const { return impl_->partition_count; }
const std::vector<std::string>& EmbeddedLog::recovery_notes() const { return impl_->notes; }
const std::string& EmbeddedLog::log_id() const { return impl_->log_id; }

Result<std::uint64_t> EmbeddedLog::end_offset(std::uint32_t partition) {
  return impl_->durable(partition);
}

Result<std::unique_ptr<LogCursor>> EmbeddedLog::open_cursor(std::uint32_t partition,
                                                            std::uint64_t offset) {
  return std::make_unique<EmbeddedCursor>(*impl_, partition, offset);
}

Result<std::unique_ptr<LogAppender>> EmbeddedLog::open_appender(std::uint32_t partition) {
  return std::make_unique<EmbeddedAppender>(*impl_, partition);
}

}  // namespace daybook::log
