// An event log in memory, with switches for everything that can happen to records on their way and
// afterwards.
//
// Thread-safe. Offsets are dense unless a stride is given (a log may have gaps).
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "infra/log/event_log.h"

namespace daybook::test {

// What becomes of a record that is handed over.
enum class Fate {
  kLands,
  kLandsTwice,
  kLost,           // acknowledged to nobody, never seen; those after it may land
  kLate,           // lands when `land_late` says so; the appender does not notice
  kUnknownLanded,  // the append answers kUnknownOutcome; the record landed, those after it did not
  kUnknownLost,
  kUnknownLate,
};

class MemoryEventLog final : public log::EventLog {
 public:
  explicit MemoryEventLog(std::uint32_t partitions = 1, std::uint64_t stride = 1);

  [[nodiscard]] std::uint32_t partition_count() const override;
  [[nodiscard]] Result<std::uint64_t> end_offset(std::uint32_t partition) override;
  [[nodiscard]] Result<std::unique_ptr<log::LogCursor>> open_cursor(std::uint32_t partition,
                                                                    std::uint64_t offset) override;
  [[nodiscard]] Result<std::unique_ptr<log::LogAppender>> open_appender(
      std::uint32_t partition) override;

  // ---- on the way ---------------------------------------------------------------------------
  // Asked for each record that is handed over, under the log's lock; everything lands by default.
  void on_record(std::function<Fate(const std::string& bytes)> fate);
  // Called before the records of an append are taken, without the lock: others can go first.
  void before_append(std::function<void()> hook);
  // While held, what is handed over is not durable and nobody reads it; letting go lands it all.
  void hold_durability(bool hold);
  [[nodiscard]] std::size_t held_count() const;
  // Lands one of the late records, by its place among them.
  void land_late(std::size_t which);
  [[nodiscard]] std::size_t late_count() const;
  // Reads and flushes answer at once instead of waiting: for tests of one thread.
  void never_wait();
  // Records taken from now on say so, as a log with a clock of its own does.
  void set_clock(std::function<std::int64_t()> wall_ms);
  void fail_reads(bool fail);
  void fail_appends(bool fail);

  // ---- afterwards ---------------------------------------------------------------------------
  void inject(std::uint32_t partition, std::string bytes);  // from nobody's appender
  // Offsets without records, at the end for now: what a transaction's marker leaves.
  void add_gap(std::uint32_t partition, std::uint64_t offsets);
  void cut(std::uint32_t partition, std::size_t records_kept);
  void remove(std::uint32_t partition, std::size_t index);
  void replace(std::uint32_t partition, std::size_t index, std::string bytes);
  [[nodiscard]] std::vector<log::RawRecord> records(std::uint32_t partition = 0) const;
  // How many appends (with records) there were.
  [[nodiscard]] std::size_t appends() const;

 private:
  friend class MemoryCursor;
  friend class MemoryAppender;
  struct OnTheWay {
    std::uint32_t partition = 0;
    std::string bytes;
  };

  [[nodiscard]] Result<void> take(std::uint32_t partition, std::vector<std::string> records);
  void land(std::uint32_t partition, std::string bytes);
  [[nodiscard]] std::uint64_t end(std::uint32_t partition) const;

  const std::uint64_t stride_;
  mutable std::mutex mutex_;
  std::condition_variable landed_;
  std::vector<std::vector<log::RawRecord>> partitions_;
  std::vector<std::uint64_t> gap_ends_;  // of each partition; 0 where there is none
  std::deque<OnTheWay> held_;
  std::vector<OnTheWay> late_;
  std::function<Fate(const std::string&)> fate_;
  std::function<void()> hook_;
  std::function<std::int64_t()> clock_;
  bool holding_ = false;
  bool waits_ = true;
  bool reads_fail_ = false;
  bool appends_fail_ = false;
  std::size_t appends_ = 0;
};

}  // namespace daybook::test
