// Port: an ordered, durable, partitioned log of records. What every log gives, Kafka included, and
// nothing more: one atomic record, order within a partition, durable acknowledgement. There is no
// compare-and-append; the reader rule above the port makes up for it.
//
// Offsets grow within a partition but may have gaps. Thread-safe, except that a cursor and an
// appender belong to one thread each; both must not outlive their log.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/core/result.h"

namespace daybook::log {

struct RawRecord {
  std::uint64_t offset = 0;
  std::string bytes;
  // When the log took it, by the log's own wall clock in milliseconds since 1970, if it says so.
  std::optional<std::int64_t> taken_at = std::nullopt;
};

// Reads a partition in order.
class LogCursor {
 public:
  LogCursor() = default;
  LogCursor(const LogCursor&) = delete;
  LogCursor& operator=(const LogCursor&) = delete;
  virtual ~LogCursor() = default;

  // The next records, at most `records_max`, and fewer if they are large; waits up to `wait` for
  // the first. Only durable records are given. Returns sooner with none if there is nothing up to a
  // `next_offset` that has grown: a log may have gaps at its end.
  [[nodiscard]] virtual Result<std::vector<RawRecord>> read(std::size_t records_max,
                                                            std::chrono::milliseconds wait) = 0;
  // Where reading goes on: everything below has been given, or holds no record.
  [[nodiscard]] virtual std::uint64_t next_offset() const = 0;
};

// Appends to a partition. Several appenders to one partition may exist, in several processes: the
// reader rule decides.
class LogAppender {
 public:
  LogAppender() = default;
  LogAppender(const LogAppender&) = delete;
  LogAppender& operator=(const LogAppender&) = delete;
  virtual ~LogAppender() = default;

  // Hands records over, each to be appended atomically, in this order; returns before they are
  // durable. After an error (kUnknownOutcome: some may have been appended) the appender is spent;
  // open another one.
  [[nodiscard]] virtual Result<void> append(std::vector<std::string> records) = 0;
  // Waits until everything handed over is durable, or says that this cannot be known.
  [[nodiscard]] virtual Result<void> flush(std::chrono::milliseconds wait) = 0;
};

class EventLog {
 public:
  EventLog() = default;
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;
  virtual ~EventLog() = default;

  [[nodiscard]] virtual std::uint32_t partition_count() const = 0;
  // All durable records are below, and a cursor that has given them gets there; 0 if there was
  // none.
  [[nodiscard]] virtual Result<std::uint64_t> end_offset(std::uint32_t partition) = 0;
  // The same as it was a moment ago, for who only wants to show it: hardly ever waits.
  [[nodiscard]] virtual std::uint64_t recent_end_offset(std::uint32_t partition) {
    return end_offset(partition).value_or(0);
  }
  // Starts at the first record at or after `offset`.
  [[nodiscard]] virtual Result<std::unique_ptr<LogCursor>> open_cursor(std::uint32_t partition,
                                                                       std::uint64_t offset) = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<LogAppender>> open_appender(
      std::uint32_t partition) = 0;
  // The first record at or after `offset`, and nothing else: for who looks single records up.
  // Nothing if none comes in time; `next_offset` then says how far the log is known to hold none.
  struct OneRecord {
    std::optional<RawRecord> record;
    std::uint64_t next_offset = 0;
  };
  [[nodiscard]] virtual Result<OneRecord> read_one(std::uint32_t partition, std::uint64_t offset,
                                                   std::chrono::milliseconds wait);

 protected:
  [[nodiscard]] static Result<OneRecord> first_of(LogCursor& cursor,
                                                  std::chrono::milliseconds wait);
};

}  // namespace daybook::log
