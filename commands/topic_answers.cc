#include "commands/topic_answers.h"

#include <algorithm>

#include "commands/receipts.h"
#include "commands/topic_outcomes.h"
#include "domain/state/keys.h"

namespace daybook::commands {
namespace {

constexpr std::size_t kRecentMax = 2'000;
constexpr std::size_t kRecentBytesMax = 2'000;  // of each: those of large batches are read again

}  // namespace

void TopicAnswers::begin(const log::Progress* from) {
  recent_.clear();
  recent_order_.clear();
  stored_.clear();
  folded_.clear();
  begun_ = false;
  if (from != nullptr) stored_.insert(from->unanswered().begin(), from->unanswered().end());
}

void TopicAnswers::note(const ReadOutcome& read) {
  if (!read.envelope.has_source()) return;
  // Bounded by what its writer had in flight.
  while (!folded_.empty() && folded_.front().first < read.envelope.answered_up_to())
    folded_.pop_front();
  if (is_answered(read.outcome))
    folded_.push_back({read.position.offset, {read.outcome, read.envelope}});
}

// Forgotten only when all of them were handed over: whoever begins the topic again after a failure
// begins with a new producer, and with all of them.
Result<void> TopicAnswers::publish_untold(const std::function<bool()>& stopping) {
  const auto stopped = fail(ErrorKind::kUnavailable, "handler.stopping", "the handler is stopping");
  const std::uint64_t told = journal_.progress().answered_up_to();
  for (const std::uint64_t offset : stored_) {
    if (offset < told) continue;
    if (stopping()) return stopped;
    DAYBOOK_ASSIGN(recorded, journal_.recorded_at(offset));
    DAYBOOK_TRY(publish_again(offset, recorded));
  }
  for (const auto& [offset, recorded] : folded_) {
    if (stopping()) return stopped;
    if (offset >= told) DAYBOOK_TRY(publish_again(offset, recorded));
  }
  stored_.clear();
  folded_.clear();
  begun_ = true;
  return {};
}

void TopicAnswers::keep_untold() {
  for (const std::uint64_t offset : topic_.unacknowledged()) stored_.insert(offset);
  begun_ = false;
}

Result<void> TopicAnswers::publish_again(std::uint64_t offset, const Journal::Recorded& recorded) {
  const log::Source& source = recorded.envelope.source();
  DAYBOOK_ASSIGN(found, topic_.record_at(source.offset()));
  CommandRecord record;
  if (found && found->hash == source.record_hash()) {
    record = *std::move(found);
  } else if (!recorded.outcome.organization_id().empty()) {
    record.key = recorded.outcome.organization_id();
  }
  record.offset = source.offset();
  return tell(offset, recorded.outcome, source, record);
}

// What cannot go out now goes out when the topic is begun again.
Result<void> TopicAnswers::publish(std::uint64_t offset, const log::Outcome& outcome,
                                   const log::Source& source, const CommandRecord& record) {
  if (begun_) {
    auto told = tell(offset, outcome, source, record);
    if (told || !topic_.fault()) return told;
  }
  stored_.insert(offset);
  return {};
}

Result<void> TopicAnswers::tell(std::uint64_t offset, const log::Outcome& outcome,
                                const log::Source& source, const CommandRecord& record) {
  DAYBOOK_ASSIGN(receipt, receipt_for(outcome));
  return topic_.publish(answer_to(outcome, offset, receipt, source, record));
}

// With the place of the outcome that counts: for a repeat that of the first one.
Result<Receipt> TopicAnswers::receipt_for(const log::Outcome& outcome) {
  if (outcome.unremembered()) return receipt_of(outcome, {}, false);
  log::ReceiptEntry entry;
  entry.ParseFromString(
      state_.text(keys::receipt(outcome.organization_id(), outcome.command_id())).value_or(""));
  DAYBOOK_TRY(state_.health());
  const log::Progress& progress = journal_.progress();
  const Position position = position_of(entry, progress.log_id(), progress.partition());
  if (outcome.kind() != log::OUTCOME_KIND_REPEATED) {
    Receipt receipt = receipt_of(outcome, position, false);
    keep(position.offset, receipt);
    return receipt;
  }
  DAYBOOK_ASSIGN(receipt, first_receipt(entry.offset(), position));
  receipt.set_repeated(true);
  // Its sender's own marks, by which it recognizes the answer.
  receipt.set_correlation_id(outcome.correlation_id());
  receipt.set_traceparent(outcome.traceparent());
  return receipt;
}

Result<Receipt> TopicAnswers::first_receipt(std::uint64_t offset, const Position& position) {
  if (const auto known = recent_.find(offset); known != recent_.end()) return known->second;
  DAYBOOK_ASSIGN(first, journal_.recorded_at(offset));
  Receipt receipt = receipt_of(first.outcome, position, true);
  keep(offset, receipt);
  return receipt;
}

void TopicAnswers::keep(std::uint64_t offset, const Receipt& receipt) {
  if (receipt.ByteSizeLong() > kRecentBytesMax || !recent_.emplace(offset, receipt).second) return;
  recent_order_.push_back(offset);
  if (recent_order_.size() <= kRecentMax) return;
  recent_.erase(recent_order_.front());
  recent_order_.pop_front();
}

std::vector<std::uint64_t> TopicAnswers::untold() const {
  // As many as have not been acknowledged, with each state that is written: no tree of them.
  std::vector<std::uint64_t> offsets = topic_.unacknowledged();
  offsets.insert(offsets.end(), stored_.begin(), stored_.end());
  for (const auto& [offset, recorded] : folded_) offsets.push_back(offset);
  std::sort(offsets.begin(), offsets.end());
  offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
  return offsets;
}

std::uint64_t TopicAnswers::answered_up_to() const {
  const log::Progress& progress = journal_.progress();
  return std::max(progress.answered_up_to(),
                  topic_.first_unacknowledged().value_or(progress.next_offset()));
}

}  // namespace daybook::commands
