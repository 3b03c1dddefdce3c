#include "apps/daybook/check/fold.h"

#include <algorithm>
#include <chrono>

#include "domain/state/keys.h"
#include "projections/rows.h"

namespace daybook::check {
namespace {

using projections::RowChange;

constexpr std::size_t kRecordsAtOnce = 1'000;
constexpr std::chrono::seconds kReadWait{10};

// Adds one partition's outcomes, with what must hold of them beside the rows.
class PartitionFold {
 public:
  explicit PartitionFold(FoldedLog& folded) : folded_(folded) {}

  void take(const ReadOutcome& read) {
    const log::Outcome& outcome = read.outcome;
    const bool decided = outcome.kind() == log::OUTCOME_KIND_ACCEPTED ||
                         outcome.kind() == log::OUTCOME_KIND_REJECTED;
    const FoldedLog::CommandKey key{outcome.organization_id(), outcome.command_id()};
    // A repeat, a forwarded record and what is not remembered are no outcome of the command itself.
    if (decided && !outcome.unremembered() && !folded_.outcomes.emplace(key, read).second)
      folded_.faults.push_back("command " + outcome.command_id() + " has two outcomes");
    for (const log::Event& event : outcome.events()) check_version(outcome, event);
    if (auto taken = fold_.take(outcome); !taken) {
      folded_.faults.push_back("outcome " + std::to_string(read.position.offset) +
                               " cannot be folded: " + taken.error().detail);
    }
    folded_.last_outcomes[read.position.partition] = read.position;
  }
  // After the last one.
  void finish() {
    for (const auto& [key, row] : fold_.rows()) folded_.rows[key] = row;
  }

 private:
  void check_version(const log::Outcome& outcome, const log::Event& event) {
    auto& version = versions_[{outcome.organization_id(), event.entity(), event.id()}];
    if (event.version() == ++version) return;
    folded_.faults.push_back("record " + event.id() + " has version " +
                             std::to_string(event.version()) + " where " + std::to_string(version) +
                             " was due");
  }

  FoldedLog& folded_;
  RowFold fold_;
  std::map<std::tuple<std::string, int, std::string>, std::uint64_t> versions_;
};

}  // namespace

Result<std::vector<RowChange>> RowFold::take(log::Outcome outcome) {
  state_->begin();
  for (log::Event& event : *outcome.mutable_events())
    DAYBOOK_TRY(state_->apply(outcome.organization_id(), event, outcome.decided_at()));
  std::vector<RowChange> changed;
  for (const State::Change& change : state_->commit()) {
    if (!keys::is_record(change.key())) continue;
    const keys::RecordKey record = keys::parse_record(change.key());
    changed.push_back(projections::row_of(record.entity, record.organization_id, record.id,
                                          change.value().record.get()));
    rows_[change.key()] = changed.back();
  }
  return changed;
}

std::size_t FoldedLog::row_count(Entity entity) const {
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [&](const auto& item) {
    return item.second.entity == entity && item.second.values.has_value();
  }));
}

void fold(const Judgement& judged, FoldedLog& folded, std::optional<std::uint64_t> up_to) {
  PartitionFold partition(folded);
  for (const auto& [offset, read] : judged.outcomes) {
    if (up_to && read.position.sequence > *up_to) break;
    partition.take(read);
  }
  partition.finish();
  if (!judged.end.nowhere()) folded.ends[judged.partition] = judged.end;
}

Result<std::vector<log::RawRecord>> read_partition(log::EventLog& log, std::uint32_t partition) {
  DAYBOOK_ASSIGN(end, log.end_offset(partition));
  DAYBOOK_ASSIGN(cursor, log.open_cursor(partition, 0));
  std::vector<log::RawRecord> all;
  while (cursor->next_offset() < end) {
    const std::uint64_t before = cursor->next_offset();
    DAYBOOK_ASSIGN(records, cursor->read(kRecordsAtOnce, kReadWait));
    if (records.empty() && cursor->next_offset() == before)
      return fail(ErrorKind::kCorrupt, "log.short", "the log gave nothing before its end");
    for (log::RawRecord& record : records) all.push_back(std::move(record));
  }
  return all;
}

FoldedLog fold_log(log::EventLog& log) {
  FoldedLog folded;
  for (std::uint32_t partition = 0; partition < log.partition_count(); ++partition) {
    const auto records = read_partition(log, partition);
    if (!records) {
      folded.faults.push_back("partition " + std::to_string(partition) +
                              " cannot be read: " + records.error().detail);
      continue;
    }
    const Judgement judged = judge(partition, *records);
    folded.faults.insert(folded.faults.end(), judged.faults.begin(), judged.faults.end());
    fold(judged, folded);
  }
  return folded;
}

}  // namespace daybook::check
