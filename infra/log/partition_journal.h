// A partition of the log as its owner sees it: fences, sequences and running hashes over the log
// port.
//
// The claim: fold to the end, append a fence with an epoch above any read, fold on until that fence
// is read back valid. Everything appended afterwards carries that epoch and owner, the next
// sequence and the running hash predicted for it, so that each append is a compare-and-append as
// seen by every reader.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "commands/ports/journal.h"
#include "infra/log/event_log.h"
#include "infra/log/valid_reader.h"

namespace daybook::log {

class PartitionJournal final : public commands::Journal {
 public:
  // `new_owner` gives a fresh uuid (16 bytes) for each claim. `log` must outlive the journal.
  PartitionJournal(EventLog& log, std::uint32_t partition, std::function<std::string()> new_owner);

  [[nodiscard]] Result<void> claim(const Progress* from, const Fold& fold,
                                   const Rest& rest) override;
  [[nodiscard]] Result<void> append(const std::vector<Entry>& entries) override;
  [[nodiscard]] Result<std::vector<Position>> read_back(std::chrono::milliseconds wait) override;
  [[nodiscard]] std::optional<LogTime> log_time() const override { return log_time_; }
  [[nodiscard]] const Progress& progress() const override { return reader_.progress(); }
  [[nodiscard]] Result<Recorded> recorded_at(std::uint64_t offset) override;

 private:
  [[nodiscard]] Result<void> fold_to_end(const Fold& fold, const Rest& rest);
  [[nodiscard]] Result<void> append_fence();
  [[nodiscard]] Result<void> await_own_fence(const Fold& fold);
  [[nodiscard]] std::optional<LogTime> time_after(const ValidReader::Record& probe) const;
  [[nodiscard]] std::optional<Error> loss_by(const ValidReader::Record& record) const;
  [[nodiscard]] Result<void> fold_record(const ValidReader::Record& record, const Fold& fold);

  EventLog& log_;
  std::uint32_t partition_;
  std::function<std::string()> new_owner_;
  ValidReader reader_;
  std::unique_ptr<LogAppender> appender_;
  std::string owner_;
  std::uint64_t epoch_ = 0;
  // What was appended when nothing was on its way tells the log's time when it is read back.
  std::chrono::steady_clock::time_point probed_at_;
  std::optional<std::uint64_t> probe_sequence_;
  std::optional<LogTime> log_time_;
  std::optional<Error> lost_;  // why the partition is no longer ours, once that has been read
  // What the next outcome will carry, ahead of what has been read back.
  std::uint64_t next_sequence_ = 0;
  RunningHash next_hash_{};
};

}  // namespace daybook::log
