#include "infra/log/embedded/embedded_log.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "infra/log/embedded/newest_records.h"
#include "infra/log/embedded/witnessed_records.h"
#include "infra/log/genesis.h"
#include "infra/log/random_id.h"
#include "infra/rocksdb/disk_room.h"

namespace daybook::log {
namespace {

constexpr std::chrono::seconds kReopenAfter{1};

}  // namespace

// All partitions share one database and one writer thread, so that one sync serves the appends of
// all.
class EmbeddedLog::Impl {
 public:
  struct Partition {
    std::uint64_t next_offset = 0;  // given to the next record handed over
    NewestRecords newest;           // of what is durable
  };

  explicit Impl(EmbeddedLogOptions options)
      : options_(std::move(options)), records_(options_.folder, options_.sync) {}

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    work_.notify_all();
    if (writer_.joinable()) writer_.join();
  }

  Result<void> open();
  // How often a write has failed. What was handed over before the last time may be lost, so an
  // appender from before it is spent.
  std::uint64_t losses() {
    const std::lock_guard lock(mutex_);
    return losses_;
  }
  Result<void> append(std::uint32_t partition, std::uint64_t losses,
                      std::vector<std::string> records);
  Result<void> flush(std::uint32_t partition, std::uint64_t losses, std::chrono::milliseconds wait);
  Result<std::vector<RawRecord>> read(std::uint32_t partition, std::uint64_t from,
                                      std::size_t records_max, std::chrono::milliseconds wait);

  std::uint64_t durable(std::uint32_t partition) {
    const std::lock_guard lock(mutex_);
    return partitions_.at(partition).newest.end();
  }

  [[nodiscard]] std::uint32_t partition_count() const { return records_.partition_count(); }

  std::string log_id;
  std::vector<std::string> notes;

 private:
  Result<void> open_records();
  [[nodiscard]] bool is_spent(std::uint64_t losses) const { return failed_ || losses != losses_; }
  void write_loop();
  void write_group(std::vector<PlacedRecord> group);
  void note_loss(Error error);
  void note_failure(Error error);
  void reopen();

  EmbeddedLogOptions options_;
  WitnessedRecords records_;
  std::mutex mutex_;
  std::condition_variable work_;     // the writer has something to do
  std::condition_variable durable_;  // something has become durable, or failed
  std::vector<Partition> partitions_;
  std::vector<PlacedRecord> pending_;
  bool failed_ = false;  // until the records have been opened anew
  std::uint64_t losses_ = 0;
  Error failure_;  // the last one
  bool stopping_ = false;
  std::thread writer_;
};

Result<void> EmbeddedLog::Impl::open() {
  DAYBOOK_TRY(open_records());
  notes = records_.notes();
  writer_ = std::thread([this] { write_loop(); });
  return {};
}

Result<void> EmbeddedLog::Impl::open_records() {
  DAYBOOK_ASSIGN(ends, records_.open(options_.partitions));
  const std::lock_guard lock(mutex_);
  partitions_.clear();
  for (const std::uint64_t end : ends) partitions_.push_back({end, NewestRecords(end)});
  return {};
}

Result<void> EmbeddedLog::Impl::append(std::uint32_t partition, std::uint64_t losses,
                                       std::vector<std::string> records) {
  DAYBOOK_TRY(rocks::require_room(options_.folder, "log.disk_full"));
  {
    const std::lock_guard lock(mutex_);
    if (is_spent(losses)) return fail(failure_);
    for (std::string& bytes : records) {
      pending_.push_back({partition, partitions_.at(partition).next_offset++, std::move(bytes)});
    }
  }
  work_.notify_one();
  return {};
}

Result<void> EmbeddedLog::Impl::flush(std::uint32_t partition, std::uint64_t losses,
                                      std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  const std::uint64_t goal = partitions_.at(partition).next_offset;
  const bool done = durable_.wait_for(lock, wait, [&] {
    return is_spent(losses) || partitions_.at(partition).newest.end() >= goal;
  });
  if (is_spent(losses)) return fail(failure_);
  if (done) return {};
  return fail(ErrorKind::kUnknownOutcome, "log.flush_timeout",
              "the append was not acknowledged in time");
}

void EmbeddedLog::Impl::write_loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [&] { return stopping_ || !pending_.empty() || failed_; });
    if (failed_) {
      if (work_.wait_for(lock, kReopenAfter, [&] { return stopping_; })) return;
      lock.unlock();
      reopen();
      lock.lock();
      continue;
    }
    if (pending_.empty()) return;
    std::vector<PlacedRecord> group;
    group.swap(pending_);
    lock.unlock();
    write_group(std::move(group));
    lock.lock();
  }
}

void EmbeddedLog::Impl::write_group(std::vector<PlacedRecord> group) {
  if (auto written = records_.write(group); !written) return note_loss(std::move(written).error());
  {
    const std::lock_guard lock(mutex_);
    for (PlacedRecord& record : group)
      partitions_[record.partition].newest.add(std::move(record.bytes));
  }
  durable_.notify_all();
}

void EmbeddedLog::Impl::note_loss(Error error) {
  {
    const std::lock_guard lock(mutex_);
    ++losses_;
    pending_.clear();
    note_failure(std::move(error));
  }
  durable_.notify_all();
}

// Of what has been handed over nobody knows; that the files are damaged is for an operator.
void EmbeddedLog::Impl::note_failure(Error error) {
  failed_ = true;
  failure_ = std::move(error);
  if (failure_.kind != ErrorKind::kCorrupt) failure_.kind = ErrorKind::kUnknownOutcome;
}

// What the failed write has left on the disk counts, as after a kill.
void EmbeddedLog::Impl::reopen() {
  auto opened = open_records();
  const std::lock_guard lock(mutex_);
  failed_ = false;
  if (!opened) note_failure(std::move(opened).error());
}

Result<std::vector<RawRecord>> EmbeddedLog::Impl::read(std::uint32_t partition, std::uint64_t from,
                                                       std::size_t records_max,
                                                       std::chrono::milliseconds wait) {
  std::uint64_t end = 0;
  {
    std::unique_lock lock(mutex_);
    const auto& newest = [&]() -> const NewestRecords& { return partitions_.at(partition).newest; };
    durable_.wait_for(lock, wait, [&] { return failed_ || newest().end() > from; });
    end = newest().end();
    if (end <= from && failed_) return fail(failure_);
    if (end <= from) return {};
    auto records = newest().from(from, records_max);
    if (!records.empty()) return records;
  }
  return records_.read(partition, from, end, records_max);
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
      : log_(log), partition_(partition), losses_(log.losses()) {}

  [[nodiscard]] Result<void> append(std::vector<std::string> records) override {
    return log_.append(partition_, losses_, std::move(records));
  }
  [[nodiscard]] Result<void> flush(std::chrono::milliseconds wait) override {
    return log_.flush(partition_, losses_, wait);
  }

 private:
  EmbeddedLog::Impl& log_;
  std::uint32_t partition_;
  std::uint64_t losses_;
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
