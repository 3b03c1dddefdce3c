#include "apps/daybook/check/judgement.h"

#include "infra/log/reader_rule.h"
#include "infra/log/valid_reader.h"

namespace daybook::check {
namespace {

// Who may write, told once more than the reader rule does.
class Owners {
 public:
  void fence(const log::LogRecord& record, Judgement& judged) {
    const auto [epoch, fresh] = owner_of_.emplace(record.epoch(), record.owner());
    if (!fresh) judged.fault("epoch " + std::to_string(record.epoch()) + " was fenced twice");
    if (record.epoch() <= epoch_) judged.fault("the epoch does not grow");
    epoch_ = record.epoch();
  }
  void outcome(const log::LogRecord& record, std::uint64_t offset, Judgement& judged) {
    const std::string place = "outcome " + std::to_string(offset);
    if (record.epoch() != epoch_) judged.fault(place + " is not of the newest epoch");
    if (owner_of_[record.epoch()] != record.owner()) judged.fault(place + " has another owner");
    if (record.sequence() != ++sequence_) judged.fault(place + " leaves a gap of sequences");
  }

 private:
  std::map<std::uint64_t, std::string> owner_of_;
  std::uint64_t epoch_ = 0;
  std::uint64_t sequence_ = 0;
};

void keep_void(const log::LogRecord& record, ReadOutcome read, std::uint64_t offset,
               Judgement& judged) {
  if (record.kind() != log::RECORD_KIND_OUTCOME) return;
  auto outcome = log::outcome_of(record, offset);
  if (!outcome) return;
  read.outcome = *std::move(outcome);
  judged.void_outcomes[offset] = std::move(read);
}

}  // namespace

Judgement judge(std::uint32_t partition, const std::vector<log::RawRecord>& events) {
  Judgement judged;
  judged.partition = partition;
  log::ReaderRule rule(partition);
  Owners owners;
  for (const log::RawRecord& event : events) {
    auto record = rule.judge(event.offset, event.bytes);
    if (!record) {
      judged.fault("event " + std::to_string(event.offset) +
                   " stops its readers: " + record.error().code);
      break;
    }
    if (record->verdict == log::Verdict::kVoid) {
      ++judged.voids;
      keep_void(record->record, {rule.position(), {}, {}}, event.offset, judged);
    }
    if (record->verdict == log::Verdict::kForeign) ++judged.foreign;
    if (record->verdict == log::Verdict::kVoid || record->verdict == log::Verdict::kForeign)
      continue;
    judged.end = rule.position();
    if (record->verdict == log::Verdict::kFence) {
      ++judged.fences;
      judged.last_fence = event.offset;
      owners.fence(record->record, judged);
    }
    if (record->verdict != log::Verdict::kOutcome) continue;
    owners.outcome(record->record, event.offset, judged);
    auto outcome = log::outcome_of(record->record, event.offset);
    if (!outcome) {
      judged.fault("outcome " + std::to_string(event.offset) + " cannot be read");
      continue;
    }
    judged.outcomes[event.offset] = {rule.position(), *std::move(outcome), record->envelope};
  }
  return judged;
}

}  // namespace daybook::check
