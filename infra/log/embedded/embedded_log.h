// The log on one machine: RocksDB in a data folder, one synced write batch for each group of
// appends.
//
// One process holds its lock. A record is durable before a cursor gives it; before that its place
// goes to a witness file. On start an unfinished write, which nobody was told of, is cut off; whole
// records beyond the witness count and are reported; a log that ends before the witness, or differs
// from it, is refused: silently shorter is never acceptable. After a write that failed it opens its
// files anew by itself, as a start would, each second until that works. Offsets are dense, from 0.
//
// Thread-safe; cursors and appenders belong to one thread each and must not outlive the log.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "infra/log/event_log.h"

namespace daybook::log {

struct EmbeddedLogOptions {
  std::filesystem::path folder;
  std::uint32_t partitions = 1;  // of a new log; an existing one keeps its own count, see `open`
  bool sync =
      true;  // false only for tests and benchmarks: an answer then does not survive the machine
};

class EmbeddedLog final : public EventLog {
 public:
  // Errors: kUnavailable "log.locked" if another process has it open; kCorrupt as described above.
  [[nodiscard]] static Result<std::unique_ptr<EmbeddedLog>> open(const EmbeddedLogOptions& options);
  ~EmbeddedLog() override;

  [[nodiscard]] std::uint32_t partition_count() const override;
  [[nodiscard]] Result<std::uint64_t> end_offset(std::uint32_t partition) override;
  [[nodiscard]] Result<std::unique_ptr<LogCursor>> open_cursor(std::uint32_t partition,
                                                               std::uint64_t offset) override;
  [[nodiscard]] Result<std::unique_ptr<LogAppender>> open_appender(
      std::uint32_t partition) override;

  // What was found and mended on opening, for the operator; empty normally.
  [[nodiscard]] const std::vector<std::string>& recovery_notes() const;
  [[nodiscard]] const std::string& log_id() const;

  class Impl;

 private:
  explicit EmbeddedLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::log
