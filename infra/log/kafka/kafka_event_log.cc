#include "infra/log/kafka/kafka_event_log.h"

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "infra/kafka/admin.h"
#include "infra/kafka/consumer.h"
#include "infra/kafka/producer.h"

namespace daybook::log {
namespace {

// Well within the second that `recent_end_offset` promises.
constexpr std::chrono::milliseconds kWatchPause{200};
constexpr std::chrono::milliseconds kWatchWait{500};

// Kafka's faults in the words of the log.
Error log_error(Error error) {
  constexpr std::array<std::array<std::string_view, 2>, 4> kCodes{{
      {"kafka.expired", "log.expired"},
      {"kafka.beyond_end", "log.beyond_end"},
      {"kafka.damaged", "log.damaged"},
      {"kafka.no_topic", "log.no_topic"},
  }};
  for (const auto& [kafka, log] : kCodes) {
    if (error.code == kafka) error.code = log;
  }
  return error;
}

bool is_for_good(const Error& error) {
  return error.kind == ErrorKind::kInvalid || error.kind == ErrorKind::kNotAllowed ||
         error.kind == ErrorKind::kNotFound;
}

}  // namespace

class KafkaEventLog::Impl {
 public:
  explicit Impl(KafkaEventLogOptions given) : options(std::move(given)) {}

  Result<void> open();
  Result<void> check_begins_at_zero();
  // Consumers that are idle, of those that follow a partition and those that look records up.
  struct Pool {
    std::chrono::milliseconds fetch_wait;
    std::deque<std::unique_ptr<kafka::Consumer>> idle = {};  // the longest idle first
  };
  Result<std::unique_ptr<LogCursor>> open_cursor(Pool& pool, std::uint32_t partition,
                                                 std::uint64_t offset);
  Result<std::unique_ptr<kafka::Consumer>> take_consumer(Pool& pool);
  void give_back(Pool& pool, std::unique_ptr<kafka::Consumer> consumer);
  ~Impl();
  [[nodiscard]] std::uint64_t recent_end(std::uint32_t partition);

  const KafkaEventLogOptions options;
  Pool followers{options.fetch_wait};
  // The fetch of one record is followed by one that finds nothing, which the next record waits for.
  Pool lookers{std::chrono::milliseconds(1)};
  std::uint32_t partition_count = 0;
  std::unique_ptr<kafka::Admin> admin;

 private:
  void watch_ends();

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::vector<std::uint64_t> recent_ends_;  // empty until somebody asks
  std::thread watcher_;
};

Result<void> KafkaEventLog::Impl::open() {
  DAYBOOK_ASSIGN(opened, kafka::Admin::open(options.connection));
  admin = std::move(opened);
  auto partitions = admin->partitions(options.topic, options.request_timeout);
  if (!partitions && partitions.error().kind == ErrorKind::kNotFound) {
    return fail(ErrorKind::kInvalid, "log.no_topic",
                "the topic " + options.topic + " is not there; make it: daybook topics create");
  }
  if (!partitions) return fail(std::move(partitions).error());
  partition_count = static_cast<std::uint32_t>(partitions->size());
  return check_begins_at_zero();
}

// Without its first records a log tells nothing: nobody could fold it.
Result<void> KafkaEventLog::Impl::check_begins_at_zero() {
  for (std::uint32_t partition = 0; partition < partition_count; ++partition) {
    DAYBOOK_ASSIGN(begin, admin->begin_offset(options.topic, partition, options.request_timeout));
    if (begin == 0) continue;
    return fail(ErrorKind::kCorrupt, "log.expired",
                "topic " + options.topic + ", partition " + std::to_string(partition) +
                    " begins at offset " + std::to_string(begin) +
                    ": records were removed; restore the topic from a copy, and let it keep its "
                    "records without limit (retention.ms and retention.bytes -1)");
  }
  return {};
}

KafkaEventLog::Impl::~Impl() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (watcher_.joinable()) watcher_.join();
}

// The first one to ask waits for the first answer; from then on it is watched.
std::uint64_t KafkaEventLog::Impl::recent_end(std::uint32_t partition) {
  const std::lock_guard lock(mutex_);
  if (recent_ends_.empty()) {
    for (std::uint32_t each = 0; each < partition_count; ++each)
      recent_ends_.push_back(admin->end_offset(options.topic, each, kWatchWait).value_or(0));
    watcher_ = std::thread([this] { watch_ends(); });
  }
  return recent_ends_[partition];
}

void KafkaEventLog::Impl::watch_ends() {
  for (;;) {
    for (std::uint32_t partition = 0; partition < partition_count; ++partition) {
      const auto end = admin->end_offset(options.topic, partition, kWatchWait);
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      if (end) recent_ends_[partition] = *end;
    }
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, kWatchPause, [this] { return stopping_; })) return;
  }
}

// The one that has been idle for longest: no fetch of its last assignment is under way any more.
Result<std::unique_ptr<kafka::Consumer>> KafkaEventLog::Impl::take_consumer(Pool& pool) {
  {
    const std::lock_guard lock(mutex_);
    if (!pool.idle.empty()) {
      auto consumer = std::move(pool.idle.front());
      pool.idle.pop_front();
      return consumer;
    }
  }
  kafka::ConsumerOptions wanted;
  wanted.connection = options.connection;
  wanted.fetch_wait = pool.fetch_wait;
  return kafka::Consumer::open(wanted);
}

void KafkaEventLog::Impl::give_back(Pool& pool, std::unique_ptr<kafka::Consumer> consumer) {
  if (!consumer->unassign()) return;
  const std::lock_guard lock(mutex_);
  if (pool.idle.size() < options.idle_cursors_max) pool.idle.push_back(std::move(consumer));
}

namespace {

class KafkaCursor final : public LogCursor {
 public:
  using Pool = KafkaEventLog::Impl::Pool;
  KafkaCursor(KafkaEventLog::Impl& log, Pool& pool, std::unique_ptr<kafka::Consumer> consumer)
      : log_(log), pool_(pool), consumer_(std::move(consumer)) {}
  ~KafkaCursor() override { log_.give_back(pool_, std::move(consumer_)); }

  [[nodiscard]] Result<std::vector<RawRecord>> read(std::size_t records_max,
                                                    std::chrono::milliseconds wait) override {
    std::vector<RawRecord> records;
    auto count = consumer_->read(records_max, wait, [&records](const kafka::MessageView& message) {
      records.push_back(
          {message.offset(), std::string(message.value().value_or("")), message.appended_at()});
    });
    if (!count) return fail(log_error(std::move(count).error()));
    return records;
  }
  [[nodiscard]] std::uint64_t next_offset() const override { return consumer_->next_offset(); }

 private:
  KafkaEventLog::Impl& log_;
  Pool& pool_;
  std::unique_ptr<kafka::Consumer> consumer_;
};

class KafkaAppender final : public LogAppender {
 public:
  KafkaAppender(const KafkaEventLogOptions& options, std::uint32_t partition,
                std::unique_ptr<kafka::Producer> producer)
      : topic_(options.topic), partition_(partition), producer_(std::move(producer)) {}

  [[nodiscard]] Result<void> append(std::vector<std::string> records) override {
    DAYBOOK_TRY(check());
    for (const std::string& bytes : records) {
      auto taken = producer_->produce(topic_, partition_, {std::nullopt, bytes, {}},
                                      [this](const Result<std::uint64_t>& offset) {
                                        if (!offset) note(offset.error());
                                      });
      if (!taken) note(taken.error());
      if (!taken) return check();
    }
    return {};
  }

  [[nodiscard]] Result<void> flush(std::chrono::milliseconds wait) override {
    const bool done = producer_->flush(wait);
    DAYBOOK_TRY(check());
    if (done) return {};
    return fail(ErrorKind::kUnknownOutcome, "log.flush_timeout",
                "the append was not acknowledged in time");
  }

 private:
  // The first error is what happened; those after it follow from it.
  void note(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (failure_) return;
    failure_ = Error{ErrorKind::kUnknownOutcome,
                     is_for_good(error) ? "log.append_refused" : "log.append_unknown",
                     "an append to topic " + topic_ + ", partition " + std::to_string(partition_) +
                         ": " + error.detail,
                     ""};
  }
  [[nodiscard]] Result<void> check() {
    const std::lock_guard lock(mutex_);
    if (failure_) return fail(*failure_);
    return {};
  }

  const std::string topic_;
  const std::uint32_t partition_;
  std::mutex mutex_;
  std::optional<Error> failure_;
  std::unique_ptr<kafka::Producer> producer_;  // the last member: its callbacks end first
};

}  // namespace

Result<std::unique_ptr<LogCursor>> KafkaEventLog::Impl::open_cursor(Pool& pool,
                                                                    std::uint32_t partition,
                                                                    std::uint64_t offset) {
  DAYBOOK_ASSIGN(consumer, take_consumer(pool));
  DAYBOOK_TRY(consumer->assign(options.topic, partition, offset));
  return std::make_unique<KafkaCursor>(*this, pool, std::move(consumer));
}

KafkaEventLog::KafkaEventLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KafkaEventLog::~KafkaEventLog() = default;

Result<std::unique_ptr<KafkaEventLog>> KafkaEventLog::open(const KafkaEventLogOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  DAYBOOK_TRY(impl->open());
  return std::unique_ptr<KafkaEventLog>(new KafkaEventLog(std::move(impl)));
}

std::uint64_t KafkaEventLog::recent_end_offset(std::uint32_t partition) {
  return impl_->recent_end(partition);
}

std::uint32_t KafkaEventLog::partition_count() const { return impl_->partition_count; }

Result<std::uint64_t> KafkaEventLog::end_offset(std::uint32_t partition) {
  const auto& options = impl_->options;
  auto end = impl_->admin->end_offset(options.topic, partition, options.request_timeout);
  if (!end) return fail(log_error(std::move(end).error()));
  return *end;
}

Result<std::unique_ptr<LogCursor>> KafkaEventLog::open_cursor(std::uint32_t partition,
                                                              std::uint64_t offset) {
  return impl_->open_cursor(impl_->followers, partition, offset);
}

Result<EventLog::OneRecord> KafkaEventLog::read_one(std::uint32_t partition, std::uint64_t offset,
                                                    std::chrono::milliseconds wait) {
  DAYBOOK_ASSIGN(cursor, impl_->open_cursor(impl_->lookers, partition, offset));
  return first_of(*cursor, wait);
}

Result<std::unique_ptr<LogAppender>> KafkaEventLog::open_appender(std::uint32_t partition) {
  kafka::ProducerOptions wanted;
  wanted.connection = impl_->options.connection;
  wanted.message_timeout = impl_->options.append_timeout;
  wanted.message_bytes_max = impl_->options.record_bytes_max;
  DAYBOOK_ASSIGN(producer, kafka::Producer::open(wanted));
  return std::make_unique<KafkaAppender>(impl_->options, partition, std::move(producer));
}

}  // namespace daybook::log
