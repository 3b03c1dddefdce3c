// From commands to answers: the part of the partition's handler that decides.
#include <algorithm>

#include "commands/partition_handler.h"
#include "commands/receipts.h"
#include "commands/topic_outcomes.h"
#include "domain/decide/command.h"
#include "domain/state/keys.h"

namespace daybook::commands {
namespace {

constexpr std::size_t kGroupMin = 16;

// Not refused for good: its sender is to send it again.
bool is_unavailable(const log::Outcome& outcome) {
  return outcome.unremembered() && outcome.violations_size() > 0 &&
         outcome.violations(0).kind() == to_string(ErrorKind::kUnavailable);
}

Error conflict_error() {
  return {ErrorKind::kConflict, "IDEMPOTENCY_CONFLICT",
          "another command was sent with this id before; give each command an id of its own",
          "commandId"};
}

}  // namespace

bool PartitionHandler::has_room() const {
  return in_flight_.size() < options_.in_flight_max &&
         in_flight_bytes_ < options_.in_flight_bytes_max &&
         (topic_ == nullptr || topic_->unacknowledged_count() < options_.answers_max);
}

// Half of what is under way, so that one half is decided while the other becomes durable; but
// enough that deciding takes as long as a sync.
std::size_t PartitionHandler::group_size() const {
  const std::size_t half = (in_flight_.size() + inbox_.submissions()) / 2;
  return std::min(std::max(half, kGroupMin), options_.group_max);
}

Result<void> PartitionHandler::decide_group() {
  awaits_read_back_ = false;
  std::deque<Waiting> group;
  group.swap(again_);
  const std::size_t size = group_size();
  if (has_room() && group.size() < size) {
    for (Submission& submission : inbox_.take(size - group.size()))
      group.push_back({std::move(submission)});
  }
  Result<Turn> turn = Turn::kDone;
  while (!group.empty() && turn && !awaits_read_back_) {
    turn = decide_one(group.front());
    awaits_read_back_ = turn && *turn == Turn::kAfterReadBack;
    if (!awaits_read_back_) group.pop_front();
  }
  again_ = std::move(group);
  if (!turn) return fail(std::move(turn).error());
  return append_decided();
}

Result<void> PartitionHandler::append_decided() {
  std::vector<Journal::Entry> entries;
  const std::uint64_t answered_up_to = answers_ ? answers_->answered_up_to() : 0;
  for (; appended_ < in_flight_.size(); ++appended_) {
    InFlight& flight = in_flight_[appended_];
    flight.envelope.set_answered_up_to(answered_up_to);
    entries.push_back({&flight.outcome, flight.envelope});
  }
  if (entries.empty()) return {};
  if (entries.size() == in_flight_.size()) progressed_at_ = clock_.steady_ms();
  ++figures_.groups;
  return journal_.append(entries);
}

// What is done with has been moved from, also after an error.
Result<PartitionHandler::Turn> PartitionHandler::decide_one(Waiting& waiting) {
  if (settle_undecidable(waiting)) return Turn::kDone;
  const Command& command = waiting.submission.command;
  const std::string hash = waiting.submission.payload_hash;
  std::string key = keys::receipt(command.organization_id(), command.command_id());
  if (const auto turn = settle_known(waiting, key, hash)) {
    DAYBOOK_TRY(state_.health());
    return *turn;
  }
  if (clock_guard_.is_off(newest_decision_)) {
    settle_unavailable(waiting, hash);
  } else {
    decide_now(waiting, std::move(key), hash);
  }
  DAYBOOK_TRY(state_.health());
  return Turn::kDone;
}

// True for what needs no look at the state.
bool PartitionHandler::settle_undecidable(Waiting& waiting) {
  Submission& submission = waiting.submission;
  if (!submission.origin) {
    auto refusal = refuse_unaddressable(submission.command, clock_.wall_ms());
    if (!refusal) return false;
    ++figures_.rejected;
    answer(submission, *std::move(refusal));
    return true;
  }
  const Origin& origin = *submission.origin;
  if (origin.forwarded) {
    record(waiting, forwarded_outcome(submission, decision_time()));
    return true;
  }
  if (origin.refusals.empty()) return false;
  log::Outcome outcome =
      unremembered_outcome(submission.command, "", origin.refusals, decision_time());
  outcome.set_dead_letter(true);
  record(waiting, std::move(outcome));
  return true;
}

// A command whose id is known is answered with its first outcome, now or when that has been read
// back.
std::optional<PartitionHandler::Turn> PartitionHandler::settle_known(Waiting& waiting,
                                                                     const std::string& key,
                                                                     const std::string& hash) {
  const bool sourced = waiting.submission.origin.has_value();
  if (const auto pending = pending_.find(key); pending != pending_.end()) {
    const bool conflict = pending->second->outcome.payload_hash() != hash;
    if (sourced && !conflict)
      return Turn::kAfterReadBack;  // its outcome names the first one's place
    if (sourced) {
      settle_conflict(waiting, hash);
      return Turn::kDone;
    }
    // Also a conflict is told only when the first one is known to stand.
    waiting.conflict = conflict;
    waiting.repeat = !conflict;
    pending->second->waiting.push_back(std::move(waiting));
    return Turn::kDone;
  }
  const auto stored = state_.text(key);
  if (!stored) return std::nullopt;
  log::ReceiptEntry first;
  first.ParseFromString(*stored);
  if (first.payload_hash() != hash) {
    settle_conflict(waiting, hash);
  } else if (sourced) {
    record(waiting,
           repeated_outcome(waiting.submission.command, hash, first.offset(), decision_time()));
  } else {
    answer_known(waiting, first);
  }
  return Turn::kDone;
}

void PartitionHandler::answer_known(Waiting& waiting, const log::ReceiptEntry& first) {
  // One that was handed to the log before the partition was lost finds its own first outcome.
  const bool repeated = waiting.repeat || !waiting.maybe_recorded;
  if (repeated) ++figures_.repeated;
  auto recorded = journal_.recorded_at(first.offset());
  if (!recorded) return answer(waiting.submission, fail(std::move(recorded).error()));
  const log::Progress& progress = journal_.progress();
  answer(waiting.submission,
         receipt_of(recorded->outcome, position_of(first, progress.log_id(), progress.partition()),
                    repeated));
}

void PartitionHandler::settle_conflict(Waiting& waiting, const std::string& hash) {
  if (!waiting.submission.origin) return refuse_conflict(waiting.submission, hash);
  record(waiting, unremembered_outcome(waiting.submission.command, hash, {conflict_error()},
                                       decision_time()));
}

void PartitionHandler::refuse_conflict(Submission& submission, const std::string& hash) {
  ++figures_.rejected;
  answer(submission,
         receipt_of(refuse_command(submission.command, hash, {conflict_error()}, clock_.wall_ms()),
                    {}, false));
}

void PartitionHandler::settle_unavailable(Waiting& waiting, const std::string& hash) {
  if (!waiting.submission.origin) return answer(waiting.submission, fail(ClockGuard::error()));
  record(waiting, unremembered_outcome(waiting.submission.command, hash, {ClockGuard::error()},
                                       decision_time()));
}

void PartitionHandler::decide_now(Waiting& waiting, std::string key, const std::string& hash) {
  const Command& command = waiting.submission.command;
  const std::int64_t now = decision_time();
  log::Outcome outcome = decide_checked(command, waiting.submission.form, hash, state_, now);
  if (outcome.ByteSizeLong() > options_.outcome_bytes_max) {
    state_.rollback();
    const Violations too_large{{ErrorKind::kRejected, "outcome.too_large",
                                "the command's outcome is too large to record; split it", ""}};
    Command resolved = command;
    resolved.set_actor(outcome.actor());
    outcome = refuse_command(resolved, hash, too_large, now);
  }
  State::ChangeSet changes = state_.commit();
  record(waiting, std::move(outcome));
  in_flight_.back().changes = std::move(changes);
  in_flight_.back().receipt_key = key;
  pending_[std::move(key)] = &in_flight_.back();
}

void PartitionHandler::record(Waiting& waiting, log::Outcome outcome) {
  InFlight flight;
  flight.outcome = std::move(outcome);
  if (waiting.submission.origin)
    *flight.envelope.mutable_source() = waiting.submission.origin->source;
  flight.waiting.push_back(std::move(waiting));
  take_flight(std::move(flight));
}

void PartitionHandler::take_flight(InFlight flight) {
  flight.bytes = flight.outcome.ByteSizeLong();
  in_flight_bytes_ += flight.bytes;
  in_flight_.push_back(std::move(flight));
}

void PartitionHandler::record_lost(CommandTopic::Range range) {
  InFlight flight;
  flight.outcome = lost_outcome(range, decision_time());
  log::Source& source = *flight.envelope.mutable_source();
  const log::Progress& progress = journal_.progress();
  source.set_log_id(progress.log_id());
  source.set_generation(progress.source().generation());
  source.set_partition(static_cast<std::int32_t>(progress.partition()));
  source.set_offset(range.to);
  take_flight(std::move(flight));
}

// Never goes back, and never follows a clock that is off.
std::int64_t PartitionHandler::decision_time() {
  if (!clock_guard_.is_off(newest_decision_))
    newest_decision_ = std::max(newest_decision_, clock_.wall_ms());
  return newest_decision_;
}

Result<void> PartitionHandler::read_back(std::chrono::milliseconds wait) {
  DAYBOOK_ASSIGN(positions, journal_.read_back(wait));
  if (const auto log_time = journal_.log_time()) clock_guard_.begin(log_time);
  const std::int64_t now = clock_.steady_ms();
  if (!positions.empty()) {
    progressed_at_ = now;
    losses_ = 0;
  }
  if (!in_flight_.empty() && now - progressed_at_ > options_.stall_max.count()) {
    return fail(ErrorKind::kUnknownOutcome, "log.stalled",
                "appended records have not become durable in time");
  }
  for (const Position& position : positions) {
    InFlight flight = std::move(in_flight_.front());
    in_flight_.pop_front();
    in_flight_bytes_ -= flight.bytes;
    --appended_;
    pending_.erase(flight.receipt_key);
    DAYBOOK_TRY(settle(flight, position));
  }
  return {};
}

Result<void> PartitionHandler::settle(InFlight& flight, const Position& position) {
  state_.confirm(std::move(flight.changes));
  remember(flight.outcome, position);
  count(flight.outcome);
  for (Waiting& waiting : flight.waiting) {
    Submission& submission = waiting.submission;
    if (submission.origin) {
      if (is_answered(flight.outcome))
        DAYBOOK_TRY(answers_->publish(position.offset, flight.outcome, submission.origin->source,
                                      submission.origin->record));
    } else if (waiting.conflict) {
      refuse_conflict(submission, submission.payload_hash);
    } else {
      if (waiting.repeat) ++figures_.repeated;
      answer(submission, receipt_of(flight.outcome, position, waiting.repeat));
    }
  }
  return {};
}

void PartitionHandler::count(const log::Outcome& outcome) {
  if (outcome.kind() == log::OUTCOME_KIND_ACCEPTED) ++figures_.accepted;
  if (outcome.kind() == log::OUTCOME_KIND_REJECTED)
    ++(is_unavailable(outcome) ? figures_.unavailable : figures_.rejected);
  if (outcome.kind() == log::OUTCOME_KIND_REPEATED) ++figures_.repeated;
  if (outcome.kind() == log::OUTCOME_KIND_FORWARDED) ++figures_.forwarded;
  if (outcome.kind() == log::OUTCOME_KIND_LOST)
    figures_.lost += outcome.lost_to() - outcome.lost_from() + 1;
  if (outcome.dead_letter()) ++figures_.dead_letters;
}

// Receipt and history of an outcome, now that its place in the log is known.
// Only a decision is remembered: a repeat names its first outcome, and a lost range has no command.
void PartitionHandler::remember(const log::Outcome& outcome, const Position& position) {
  if (!is_remembered(outcome)) return;
  state_.note(keys::receipt(outcome.organization_id(), outcome.command_id()),
              receipt_entry(outcome, position).SerializeAsString());
  for (const log::Event& event : outcome.events()) {
    state_.note(
        keys::history(outcome.organization_id(), event.entity(), event.id(), event.version()),
        std::to_string(position.offset));
  }
}

void PartitionHandler::answer(Submission& submission, Result<Receipt> result) {
  if (!result) ++figures_.unavailable;
  // One from the topic is read again by whoever owns the partition next.
  if (submission.answer) submission.answer(std::move(result));
}

}  // namespace daybook::commands
