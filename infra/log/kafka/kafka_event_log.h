// The log on one topic of an Apache Kafka cluster: a partition of the log is a partition of the
// topic, a record is the value of a message without a key. Messages of others that have no value
// are given as empty records, which the reader rule passes over.
//
// Ownership: owns its connections; each appender has a producer of its own, so that giving one up
// touches no other; cursors share a small pool of consumers. Threading: thread-safe; cursors and
// appenders belong to one thread each and must not outlive the log.
//
// Durable is what all in-sync replicas have. With one broker that is its page cache.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "infra/kafka/options.h"
#include "infra/log/event_log.h"

namespace daybook::log {

struct KafkaEventLogOptions {
  kafka::Options connection;
  std::string topic = "crm.events";
  // How long an appended record may take before the appender gives up.
  std::chrono::milliseconds append_timeout{30'000};
  // How long a question (where does a partition end?) may take, and opening.
  std::chrono::milliseconds request_timeout{10'000};
  // How long the broker holds a read that finds nothing.
  std::chrono::milliseconds fetch_wait{50};
  // The topic's max.message.bytes, less a little for what Kafka adds.
  std::size_t record_bytes_max = 1'000'000;
  // Consumers that are kept for the next cursor.
  std::size_t idle_cursors_max = 4;
};

class KafkaEventLog final : public EventLog {
 public:
  // The topic must be there; its Genesis records need not: see `ensure_genesis`.
  // Errors: kInvalid "log.no_topic"; kCorrupt "log.expired" if records were removed from it;
  // kInvalid "config.fixed", "config.invalid"; kUnavailable.
  [[nodiscard]] static Result<std::unique_ptr<KafkaEventLog>> open(
      const KafkaEventLogOptions& options);
  ~KafkaEventLog() override;

  [[nodiscard]] std::uint32_t partition_count() const override;
  [[nodiscard]] Result<std::uint64_t> end_offset(std::uint32_t partition) override;
  // As a thread of its own has found out within the last second, if the cluster is there.
  [[nodiscard]] std::uint64_t recent_end_offset(std::uint32_t partition) override;
  // Reads of the cursor say kCorrupt "log.expired" or "log.beyond_end" if its offset is not, or no
  // longer, between the topic's ends, "log.damaged" if Kafka's own checksum fails.
  [[nodiscard]] Result<std::unique_ptr<LogCursor>> open_cursor(std::uint32_t partition,
                                                               std::uint64_t offset) override;
  [[nodiscard]] Result<OneRecord> read_one(std::uint32_t partition, std::uint64_t offset,
                                           std::chrono::milliseconds wait) override;
  // What is known after an error of the appender: kUnknownOutcome "log.append_unknown", or
  // "log.append_refused" if the broker will never take such a record (earlier ones may be there).
  [[nodiscard]] Result<std::unique_ptr<LogAppender>> open_appender(
      std::uint32_t partition) override;

  class Impl;

 private:
  explicit KafkaEventLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::log
