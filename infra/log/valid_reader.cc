#include "infra/log/valid_reader.h"

#include <algorithm>
#include <iterator>

#include "infra/log/record.h"

namespace daybook::log {

ValidReader::ValidReader(EventLog& log, std::uint32_t partition)
    : log_(log), partition_(partition), rule_(partition) {}

Result<void> ValidReader::start(const Progress* from) {
  if (from != nullptr && !from->log_id().empty()) {
    DAYBOOK_TRY(check_witness(*from));
    rule_ = ReaderRule(*from);
  } else {
    rule_ = ReaderRule(partition_);
  }
  DAYBOOK_ASSIGN(cursor, log_.open_cursor(partition_, rule_.progress().next_offset()));
  cursor_ = std::move(cursor);
  unjudged_.clear();
  return {};
}

// What was folded from a log is a witness of it: the log must still have that record at that place.
Result<void> ValidReader::check_witness(const Progress& from) {
  const std::string there =
      "partition " + std::to_string(partition_) + ", offset " + std::to_string(from.offset());
  DAYBOOK_ASSIGN(end, log_.end_offset(partition_));
  if (end < from.next_offset()) {
    return fail(ErrorKind::kCorrupt, "log.shorter_than_witness",
                "the log ends at offset " + std::to_string(end) +
                    ", but a state or checkpoint stands at " + there +
                    "; the log was cut: restore it");
  }
  DAYBOOK_ASSIGN(cursor, log_.open_cursor(partition_, from.offset()));
  DAYBOOK_ASSIGN(records, cursor->read(1, std::chrono::seconds(10)));
  if (records.empty() && cursor->next_offset() <= from.offset()) {
    return fail(ErrorKind::kUnavailable, "log.read_timeout",
                "the record at " + there + " could not be read in time; try again");
  }
  const bool same = !records.empty() && records.front().offset == from.offset() &&
                    checksum_of(records.front().bytes) == from.last_checksum();
  if (same) return {};
  return fail(
      ErrorKind::kCorrupt, "log.other_than_witness",
      "the record at " + there +
          " is not the one that was folded into the state or checkpoint; this is another log");
}

Result<std::vector<ValidReader::Record>> ValidReader::read_records(std::size_t records_max,
                                                                   std::chrono::milliseconds wait,
                                                                   const IsLast& last) {
  if (unjudged_.empty()) {
    DAYBOOK_ASSIGN(raw, cursor_->read(records_max, wait));
    unjudged_.assign(std::make_move_iterator(raw.begin()), std::make_move_iterator(raw.end()));
  }
  std::vector<Record> records;
  records.reserve(std::min(records_max, unjudged_.size()));
  while (!unjudged_.empty() && records.size() < records_max) {
    auto judged = rule_.judge(unjudged_.front().offset, unjudged_.front().bytes);
    if (!judged && !records.empty()) break;  // what is good first; the next call meets the error
    if (!judged) return fail(std::move(judged).error());
    const auto taken_at = unjudged_.front().taken_at;
    unjudged_.pop_front();
    Position position;
    if (judged->verdict != Verdict::kVoid && judged->verdict != Verdict::kForeign)
      position = rule_.position();
    records.push_back({*std::move(judged), std::move(position), taken_at});
    if (last && last(records.back())) return records;
  }
  // Behind what was read there may be offsets without records, at the end of the log too.
  if (unjudged_.empty()) rule_.skip_to(cursor_->next_offset());
  return records;
}

Result<std::vector<ReadOutcome>> ValidReader::read(std::size_t outcomes_max,
                                                   std::chrono::milliseconds wait) {
  std::vector<ReadOutcome> outcomes;
  DAYBOOK_ASSIGN(records, read_records(outcomes_max, wait));
  for (Record& record : records) {
    if (record.judged.verdict != Verdict::kOutcome) continue;
    DAYBOOK_ASSIGN(outcome, outcome_of(record.judged.record, record.position.offset));
    rule_.note_decided_at(outcome.decided_at());
    outcomes.push_back(
        {std::move(record.position), std::move(outcome), std::move(record.judged.envelope)});
  }
  return outcomes;
}

Result<Outcome> outcome_of(const LogRecord& record, std::uint64_t offset) {
  Outcome outcome;
  if (outcome.ParseFromString(record.body())) return outcome;
  return fail(ErrorKind::kCorrupt, "log.damaged",
              "the outcome at offset " + std::to_string(offset) + " does not parse");
}

}  // namespace daybook::log
