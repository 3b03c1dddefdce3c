// Reads a partition through the reader rule: only what is valid comes out.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "infra/log/event_log.h"
#include "infra/log/reader_rule.h"
#include "projections/ports/outcome_source.h"

namespace daybook::log {

class ValidReader final : public projections::OutcomeSource {
 public:
  // `log` must outlive the reader.
  ValidReader(EventLog& log, std::uint32_t partition);

  [[nodiscard]] Result<void> start(const Progress* from) override;
  [[nodiscard]] Result<std::vector<ReadOutcome>> read(std::size_t outcomes_max,
                                                      std::chrono::milliseconds wait) override;
  [[nodiscard]] const Progress& progress() const override { return rule_.progress(); }
  [[nodiscard]] Result<std::uint64_t> end_offset() override { return log_.end_offset(partition_); }
  [[nodiscard]] std::uint64_t recent_end_offset() override {
    return log_.recent_end_offset(partition_);
  }

  // The next records with their verdicts, void and foreign ones included.
  struct Record {
    Judged judged;
    Position position;                     // of the record itself, if it is valid
    std::optional<std::int64_t> taken_at;  // as the log says
  };
  // Stops after the record that `last` picks, if given: `progress` then stands right after it. An
  // error comes alone: what was read before it is given first.
  using IsLast = std::function<bool(const Record&)>;
  [[nodiscard]] Result<std::vector<Record>> read_records(std::size_t records_max,
                                                         std::chrono::milliseconds wait,
                                                         const IsLast& last = {});

 private:
  [[nodiscard]] Result<void> check_witness(const Progress& from);

  EventLog& log_;
  std::uint32_t partition_;
  ReaderRule rule_;
  std::unique_ptr<LogCursor> cursor_;
  std::deque<RawRecord> unjudged_;  // read by the cursor, not yet judged
};

// The outcome in a valid record; kCorrupt if the body does not parse.
[[nodiscard]] Result<Outcome> outcome_of(const LogRecord& record, std::uint64_t offset);

}  // namespace daybook::log
