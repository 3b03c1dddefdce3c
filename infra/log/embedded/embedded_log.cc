#include "infra/log/embedded/embedded_log.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "infra/log/embedded/newest_records.h"
#include "infra/log/embedded/record_store.h"
#include "infra/log/embedded/witness.h"
#include "infra/log/genesis.h"
#include "infra/log/random_id.h"
#include "infra/log/record.h"
#include "infra/rocksdb/disk_room.h"

namespace daybook::log {

// All partitions share one database and one writer thread, so that one sync serves the appends of
// all.
class EmbeddedLog::Impl {
 public:
  struct Partition {
    std::uint64_t next_offset = 0;  // given to the next record handed over
    NewestRecords newest;           // of what is durable
  };

  explicit Impl(EmbeddedLogOptions options)
      : options_(std::move(options)), store_(options_.folder) {}

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
    return partitions_.at(partition).newest.end();
  }

  [[nodiscard]] std::uint32_t partition_count() const { return store_.partition_count(); }

  std::string log_id;
  std::vector<std::string> notes;

 private:
  Result<void> find_ends();
  Result<void> check_witness(std::uint32_t partition);
  Result<void> check_failed() const {
    if (failure_) return fail(*failure_);
    return {};
  }
  void write_loop();
  void write_group(std::vector<PlacedRecord> group);
  Result<void> write_and_witness(const std::vector<PlacedRecord>& group);

  EmbeddedLogOptions options_;
  RecordStore store_;
  Witness witness_;
  std::mutex mutex_;
  std::condition_variable work_;     // the writer has something to do
  std::condition_variable durable_;  // something has become durable, or failed
  std::vector<Partition> partitions_;
  std::vector<PlacedRecord> pending_;
  std::optional<Error> failure_;
  bool stopping_ = false;
  std::thread writer_;
};

Result<void> EmbeddedLog::Impl::open() {
  std::error_code ignored;
  std::filesystem::create_directories(options_.folder, ignored);
  DAYBOOK_TRY(rocks::require_room(options_.folder, "log.disk_full"));
  DAYBOOK_TRY(store_.open(options_.partitions));
  DAYBOOK_TRY(witness_.open(options_.folder / "witness", partition_count()));
  notes = witness_.notes();
  DAYBOOK_TRY(find_ends());
  writer_ = std::thread([this] { write_loop(); });
  return {};
}

Result<void> EmbeddedLog::Impl::find_ends() {
  for (std::uint32_t partition = 0; partition < partition_count(); ++partition) {
    DAYBOOK_ASSIGN(end, store_.end_of(partition));
    partitions_.push_back({end, NewestRecords(end)});
    DAYBOOK_TRY(check_witness(partition));
  }
  return {};
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
  DAYBOOK_ASSIGN(last, store_.get(partition, entry->end_offset - 1));
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
    return failure_.has_value() || partitions_.at(partition).newest.end() >= goal;
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
    std::vector<PlacedRecord> group;
    group.swap(pending_);
    lock.unlock();
    write_group(std::move(group));
    lock.lock();
  }
}

Result<void> EmbeddedLog::Impl::write_and_witness(const std::vector<PlacedRecord>& group) {
  std::vector<std::optional<WitnessEntry>> ends(partition_count());
  for (const PlacedRecord& record : group)
    ends[record.partition] = WitnessEntry{record.offset + 1, checksum_of(record.bytes)};
  DAYBOOK_TRY(store_.write(group, options_.sync));
  for (std::uint32_t partition = 0; partition < partition_count(); ++partition) {
    if (ends[partition]) DAYBOOK_TRY(witness_.write(partition, *ends[partition]));
  }
  return {};
}

void EmbeddedLog::Impl::write_group(std::vector<PlacedRecord> group) {
  auto written = write_and_witness(group);
  {
    const std::lock_guard lock(mutex_);
    if (written) {
      for (PlacedRecord& record : group)
        partitions_[record.partition].newest.add(std::move(record.bytes));
    } else {
      failure_ = std::move(written).error();
      failure_->kind = ErrorKind::kUnknownOutcome;
      pending_.clear();
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
    const NewestRecords& newest = partitions_.at(partition).newest;
    durable_.wait_for(lock, wait, [&] { return failure_.has_value() || newest.end() > from; });
    end = newest.end();
    if (end <= from) {
      DAYBOOK_TRY(check_failed());
      return {};
    }
    auto records = newest.from(from, records_max);
    if (!records.empty()) return records;
  }
  return store_.read(partition, from, end, records_max);
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

std::uint32_t EmbeddedLog::partition_count() const { return impl_->partition_count(); }
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
