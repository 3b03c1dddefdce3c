#include "commands/partition_handler.h"

#include <algorithm>
#include <cstdlib>

#include "commands/codec/decode.h"
#include "commands/receipts.h"
#include "domain/core/text.h"
#include "domain/core/uuid.h"
#include "domain/decide/command.h"
#include "domain/state/keys.h"

namespace daybook::commands {
namespace {

// Short, because commands that come meanwhile wait for it.
constexpr std::chrono::milliseconds kReadBackWait{10};
constexpr std::chrono::milliseconds kBackOffMin{10};
constexpr std::chrono::milliseconds kBackOffMax{2'000};
constexpr std::uint32_t kTriesBeforeGivingUp = 3;

std::string hash_text(const Command& command) {
  const auto hash = codec::payload_hash(command);
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

// A command that cannot be remembered, because it has no id or organization, is refused without a
// record.
std::optional<Violations> unaddressable(Command& command) {
  Violations violations;
  const auto require_uuid = [&](std::string* text, const char* path) {
    if (auto canonical = canonical_uuid(trimmed(*text))) {
      *text = *canonical;
    } else {
      violations.push_back({ErrorKind::kInvalid, text->empty() ? "field.required" : "id.malformed",
                            "give a UUID; a command needs its own id and its organization", path});
    }
  };
  require_uuid(command.mutable_command_id(), "commandId");
  require_uuid(command.mutable_organization_id(), "organizationId");
  if (violations.empty()) return std::nullopt;
  return violations;
}

}  // namespace

PartitionHandler::PartitionHandler(Journal& journal, StateStore& store, const Clock& clock,
                                   HandlerOptions options)
    : journal_(journal),
      store_(store),
      clock_(clock),
      options_(options),
      inbox_(options.queue_max, options.queries_max),
      state_(store, options.cached_entries_max) {}

PartitionHandler::~PartitionHandler() { stop(); }

void PartitionHandler::start() {
  thread_ = std::thread([this] { run(); });
}

void PartitionHandler::stop() {
  inbox_.close();
  if (thread_.joinable()) thread_.join();
  refuse_all(
      {ErrorKind::kUnavailable, "handler.stopping", "the engine has stopped; send it again", ""});
}

void PartitionHandler::submit(Submission submission) {
  if (auto refusal = inbox_.put(submission)) submission.answer(fail(*std::move(refusal)));
}

bool PartitionHandler::query(Query query) { return inbox_.put(std::move(query)); }

HandlerStatus PartitionHandler::status() const {
  HandlerStatus status;
  {
    const std::lock_guard lock(mutex_);
    status = published_;
  }
  status.queue = inbox_.submissions();
  return status;
}

void PartitionHandler::publish_status() {
  figures_.owns = owns_;
  figures_.progress = journal_.progress();
  figures_.progress.set_decided_at(newest_decision_);
  inbox_.take_queries_if(owns_);
  const std::lock_guard lock(mutex_);
  published_ = figures_;
}

void PartitionHandler::run() {
  while (wait_for_work()) work();
  if (owns_) {
    if (auto flushed = flush(); !flushed) lose(flushed.error());
  }
}

// False when everything that was taken has been answered and the handler is to stop.
bool PartitionHandler::wait_for_work() {
  const bool busy = !again_.empty() || !in_flight_.empty() || !owns_;
  if (!busy && !inbox_.await(options_.flush_idle) && state_.confirmed_count() > 0) {
    if (auto flushed = flush(); !flushed) lose(flushed.error());
    publish_status();
    return true;
  }
  return !inbox_.closed() || !inbox_.empty() || !again_.empty() || !in_flight_.empty();
}

void PartitionHandler::work() {
  if (!owns_) {
    if (auto claimed = claim(); !claimed) {
      give_up(claimed.error());
      return;
    }
  }
  for (const Query& query : inbox_.take_queries()) query(state_, journal_);
  auto done = state_.health();
  if (done) done = decide_group();
  const bool more = inbox_.submissions() > 0 || !again_.empty();
  const bool full = in_flight_.size() >= options_.in_flight_max;
  if (done && !in_flight_.empty())
    done = read_back(more && !full ? std::chrono::milliseconds(0) : kReadBackWait);
  if (done) done = flush_if_large();
  if (!done) lose(done.error());
  state_.trim();
  publish_status();
}

Result<void> PartitionHandler::claim() {
  if (state_damaged_) DAYBOOK_TRY(state_.reset());
  state_damaged_ = false;
  DAYBOOK_ASSIGN(progress, state_.resume());
  newest_decision_ = progress ? progress->decided_at() : 0;
  const log::Progress* from = progress ? &*progress : nullptr;
  DAYBOOK_TRY(journal_.claim(
      from, [this](const ReadOutcome& read) { return fold(read); }, [this] { return rest(); }));
  if (!clock_offset_) clock_offset_ = clock_.wall_ms() - clock_.steady_ms();
  owns_ = true;
  failed_claims_ = 0;
  ++figures_.claims;
  figures_.trouble.clear();
  publish_status();
  return {};
}

// Now and then in a long fold. What was folded is kept when the handler is to stop.
Result<void> PartitionHandler::rest() {
  if (!inbox_.closed()) return flush_if_large();
  DAYBOOK_TRY(flush());
  return fail(ErrorKind::kUnavailable, "handler.stopping", "the engine is stopping");
}

Result<void> PartitionHandler::fold(const ReadOutcome& read) {
  log::Outcome outcome = read.outcome;
  state_.begin();
  for (log::Event& event : *outcome.mutable_events()) {
    DAYBOOK_TRY(state_.apply(outcome.organization_id(), event, outcome.decided_at()));
  }
  state_.confirm(state_.commit());
  remember(outcome, read.position);
  newest_decision_ = std::max(newest_decision_, outcome.decided_at());
  return state_.health();
}

// The append went wrong: what was decided ahead is forgotten and decided again under a new fence.
void PartitionHandler::lose(const Error& error) {
  owns_ = false;
  note_trouble(error);
  std::deque<Waiting> again;
  for (std::size_t flight = 0; flight < in_flight_.size(); ++flight) {
    for (Waiting& waiting : in_flight_[flight].waiting) {
      waiting.maybe_recorded = waiting.maybe_recorded || (flight < appended_ && !waiting.conflict);
      waiting.conflict = false;
      again.push_back(std::move(waiting));
    }
  }
  for (Waiting& waiting : again_) again.push_back(std::move(waiting));
  again_ = std::move(again);
  in_flight_.clear();
  pending_.clear();
  appended_ = 0;
  // The same may happen again at once, whatever claiming says: with the state or the log away each
  // turn would cost a fence. Those who wait are told after a few.
  if (++losses_ >= kTriesBeforeGivingUp || inbox_.closed()) refuse_all(error);
  back_off(losses_);
}

// Growing, so that two handlers of one partition let each other work; jittered, so that they do not
// meet again.
void PartitionHandler::back_off(std::uint32_t tries) {
  const auto longest = std::min<std::chrono::duration<double, std::milli>>(
      kBackOffMax, kBackOffMin * (1U << std::min(tries, 8U)));
  const double part = std::uniform_real_distribution<>(0.5, 1.0)(jitter_);
  inbox_.pause(longest * part);
}

void PartitionHandler::note_trouble(const Error& error) {
  figures_.trouble = error.code + ": " + error.detail;
  state_damaged_ = state_damaged_ || error.code == "state.damaged";
}

// The partition cannot be had for now. Those who wait are told after a few tries.
void PartitionHandler::give_up(const Error& error) {
  note_trouble(error);
  ++failed_claims_;
  if (inbox_.closed() || failed_claims_ >= kTriesBeforeGivingUp ||
      error.kind == ErrorKind::kCorrupt)
    refuse_all(error);
  publish_status();
  back_off(failed_claims_);
}

// Commands that had been handed to the log may have become valid; the others have not been taken.
void PartitionHandler::refuse_all(const Error& error) {
  std::deque<Submission> queue = inbox_.take(SIZE_MAX);
  (void)inbox_.take_queries();  // answered by being dropped
  const auto not_taken = [&] {
    return fail(ErrorKind::kUnavailable, error.code, "not taken: " + error.detail);
  };
  for (Waiting& waiting : again_) {
    if (!waiting.maybe_recorded) {
      answer(waiting.submission, not_taken());
      continue;
    }
    answer(
        waiting.submission,
        fail(ErrorKind::kUnknownOutcome, "handler.lost",
             "the command may have been recorded; look its receipt up later, or send the very same "
             "command again (" +
                 error.detail + ")"));
  }
  again_.clear();
  for (Submission& submission : queue) answer(submission, not_taken());
}

Result<void> PartitionHandler::decide_group() {
  std::deque<Waiting> group;
  group.swap(again_);
  if (in_flight_.size() < options_.in_flight_max && group.size() < options_.group_max) {
    for (Submission& submission : inbox_.take(options_.group_max - group.size()))
      group.push_back({std::move(submission)});
  }
  while (!group.empty()) {
    Waiting next = std::move(group.front());
    group.pop_front();
    if (auto decided = decide_one(std::move(next)); !decided) {
      again_ = std::move(group);
      return decided;
    }
  }
  std::vector<const log::Outcome*> outcomes;
  for (; appended_ < in_flight_.size(); ++appended_)
    outcomes.push_back(&in_flight_[appended_].outcome);
  if (outcomes.empty()) return {};
  if (outcomes.size() == in_flight_.size()) progressed_at_ = clock_.steady_ms();
  ++figures_.groups;
  return journal_.append(outcomes);
}

Result<void> PartitionHandler::decide_one(Waiting waiting) {
  Submission& submission = waiting.submission;
  if (auto violations = unaddressable(submission.command)) {
    ++figures_.rejected;
    answer(submission,
           receipt_of(refuse_command(submission.command, "", *violations, clock_.wall_ms()), {},
                      false));
    return {};
  }
  const Command& command = submission.command;
  const std::string hash = hash_text(command);
  const std::string key = keys::receipt(command.organization_id(), command.command_id());
  if (answer_known(waiting, key, hash)) return state_.health();
  if (clock_is_off()) {
    answer(submission,
           fail(ErrorKind::kUnavailable, "clock.off",
                "not taken: this machine's clock is off by more than the bound; set it right"));
    return {};
  }
  newest_decision_ = std::max(newest_decision_, clock_.wall_ms());
  InFlight flight;
  flight.outcome = decide_command(command, hash, state_, newest_decision_);
  if (flight.outcome.ByteSizeLong() > options_.outcome_bytes_max) {
    state_.rollback();
    const Violations too_large{{ErrorKind::kRejected, "outcome.too_large",
                                "the command's outcome is too large to record; split it", ""}};
    Command resolved = command;
    resolved.set_actor(flight.outcome.actor());
    flight.outcome = refuse_command(resolved, hash, too_large, newest_decision_);
  }
  flight.changes = state_.commit();
  flight.receipt_key = key;
  flight.waiting.push_back(std::move(waiting));
  in_flight_.push_back(std::move(flight));
  pending_[key] = &in_flight_.back();
  return state_.health();
}

void PartitionHandler::refuse_conflict(Submission& submission) {
  ++figures_.rejected;
  const Violations conflict{
      {ErrorKind::kConflict, "IDEMPOTENCY_CONFLICT",
       "another command was sent with this id before; give each command an id of its own",
       "commandId"}};
  answer(submission, receipt_of(refuse_command(submission.command, hash_text(submission.command),
                                               conflict, clock_.wall_ms()),
                                {}, false));
}

// A command whose id is known is answered with its first outcome, now or when that has been read
// back.
bool PartitionHandler::answer_known(Waiting& waiting, const std::string& key,
                                    const std::string& hash) {
  Submission& submission = waiting.submission;
  if (const auto pending = pending_.find(key); pending != pending_.end()) {
    // Also a conflict is told only when the first one is known to stand.
    waiting.conflict = pending->second->outcome.payload_hash() != hash;
    waiting.repeat = !waiting.conflict;
    pending->second->waiting.push_back(std::move(waiting));
    return true;
  }
  const auto stored = state_.text(key);
  if (!stored) return false;
  log::ReceiptEntry entry;
  entry.ParseFromString(*stored);
  if (entry.payload_hash() != hash) {
    refuse_conflict(submission);
    return true;
  }
  // One that was handed to the log before the partition was lost finds its own first outcome.
  const bool repeated = waiting.repeat || !waiting.maybe_recorded;
  if (repeated) ++figures_.repeated;
  auto outcome = journal_.outcome_at(entry.offset());
  if (!outcome) {
    answer(submission, fail(std::move(outcome).error()));
  } else {
    const log::Progress& progress = journal_.progress();
    answer(submission,
           receipt_of(*outcome, position_of(entry, progress.log_id(), progress.partition()),
                      repeated));
  }
  return true;
}

// Against the newest decision (a clock that was set back) and against the steady clock (one that
// jumped meanwhile).
bool PartitionHandler::clock_is_off() {
  const std::int64_t wall = clock_.wall_ms();
  const std::int64_t bound = options_.clock_bound.count();
  const std::int64_t drift =
      wall - clock_.steady_ms() - clock_offset_.value_or(wall - clock_.steady_ms());
  return wall < newest_decision_ - bound || std::abs(drift) > bound;
}

Result<void> PartitionHandler::read_back(std::chrono::milliseconds wait) {
  DAYBOOK_ASSIGN(positions, journal_.read_back(wait));
  const std::int64_t now = clock_.steady_ms();
  if (!positions.empty()) {
    progressed_at_ = now;
    losses_ = 0;
  }
  if (now - progressed_at_ > options_.stall_max.count()) {
    return fail(ErrorKind::kUnknownOutcome, "log.stalled",
                "appended records have not become durable in time");
  }
  for (const Position& position : positions) {
    InFlight flight = std::move(in_flight_.front());
    in_flight_.pop_front();
    --appended_;
    pending_.erase(flight.receipt_key);
    state_.confirm(std::move(flight.changes));
    remember(flight.outcome, position);
    ++(flight.outcome.kind() == log::OUTCOME_KIND_ACCEPTED ? figures_.accepted : figures_.rejected);
    for (Waiting& waiting : flight.waiting) {
      if (waiting.conflict) {
        refuse_conflict(waiting.submission);
        continue;
      }
      if (waiting.repeat) ++figures_.repeated;
      answer(waiting.submission, receipt_of(flight.outcome, position, waiting.repeat));
    }
  }
  return {};
}

// Receipt and history of an outcome, now that its place in the log is known.
// Only a decision is remembered: a repeat names its first outcome, and a lost range has no command.
void PartitionHandler::remember(const log::Outcome& outcome, const Position& position) {
  if (outcome.kind() != log::OUTCOME_KIND_ACCEPTED && outcome.kind() != log::OUTCOME_KIND_REJECTED)
    return;
  state_.begin();
  state_.put(keys::receipt(outcome.organization_id(), outcome.command_id()),
             receipt_entry(outcome, position).SerializeAsString());
  for (const log::Event& event : outcome.events()) {
    state_.put(
        keys::history(outcome.organization_id(), event.entity(), event.id(), event.version()),
        std::to_string(position.offset));
  }
  state_.confirm(state_.commit());
}

Result<void> PartitionHandler::flush_if_large() {
  return state_.confirmed_count() >= options_.flush_changes_max ? flush() : Result<void>();
}

Result<void> PartitionHandler::flush() {
  log::Progress progress = journal_.progress();
  progress.set_decided_at(newest_decision_);
  DAYBOOK_TRY(state_.flush(std::move(progress)));
  losses_ = 0;
  return {};
}

void PartitionHandler::answer(Submission& submission, Result<Receipt> result) {
  if (!result) ++figures_.unavailable;
  submission.answer(std::move(result));
}

}  // namespace daybook::commands
