// Taking the partition over, holding it, giving it up. Deciding is in partition_decisions.cc.
#include "commands/partition_handler.h"

#include <algorithm>

#include "commands/preparation.h"
#include "domain/core/text.h"

namespace daybook::commands {
namespace {

// Short, because commands that come meanwhile wait for it.
constexpr std::chrono::milliseconds kReadBackWait{10};
constexpr std::chrono::milliseconds kBackOffMin{10};
constexpr std::chrono::milliseconds kBackOffMax{2'000};
constexpr std::chrono::milliseconds kTopicRetry{500};
constexpr std::chrono::milliseconds kAnswersWait{1'000};
constexpr std::chrono::milliseconds kAnswersStuck{5'000};
constexpr int kReadBacksOnRelease = 100;
constexpr std::chrono::milliseconds kNoRoomWait{5};
constexpr std::uint32_t kTriesBeforeGivingUp = 3;
constexpr std::chrono::milliseconds kStateLossForgotten{10'000};  // longer than any back-off

}  // namespace

Error elsewhere_error() {
  return {ErrorKind::kUnavailable, "partition.elsewhere",
          "another process owns the organization's partition; `daybook status` says which: ask "
          "that one",
          ""};
}

PartitionHandler::PartitionHandler(Journal& journal, StateStore& store, const Clock& clock,
                                   HandlerOptions options, CommandTopic* topic)
    : journal_(journal),
      clock_(clock),
      options_(options),
      topic_(topic),
      inbox_(options.queue_max, options.queries_max),
      state_(store, options.cached_entries_max),
      assigned_(topic == nullptr),
      clock_guard_(clock, options.clock_bound) {
  if (topic == nullptr) return;
  answers_.emplace(*topic, journal, state_);
  reader_.emplace(*topic, inbox_);
}

PartitionHandler::~PartitionHandler() { stop(); }

void PartitionHandler::start() {
  thread_ = std::thread([this] { run(); });
}

void PartitionHandler::close() { inbox_.close(); }

void PartitionHandler::stop() {
  close();
  if (thread_.joinable()) thread_.join();
  refuse_all(
      {ErrorKind::kUnavailable, "handler.stopping", "the engine has stopped; send it again", ""});
}

void PartitionHandler::assign(bool assigned) {
  assigned_ = assigned;
  inbox_.wake();
}

void PartitionHandler::submit(Submission submission) {
  prepare(submission);
  if (auto refusal = inbox_.put(submission)) submission.answer(fail(*std::move(refusal)));
}

bool PartitionHandler::query(Query query) { return inbox_.put(std::move(query)); }

HandlerStatus PartitionHandler::status() const {
  HandlerStatus status;
  {
    const std::lock_guard lock(mutex_);
    status = published_;
  }
  status.assigned = assigned_;
  status.queue = inbox_.submissions();
  if (const auto oldest = inbox_.oldest_timestamp_ms())
    status.waiting =
        std::chrono::milliseconds(std::max<std::int64_t>(0, clock_.wall_ms() - *oldest));
  return status;
}

void PartitionHandler::publish_status() {
  figures_.owns = owns_;
  figures_.decides = owns_ && topic_begun_ && !clock_guard_.is_off(newest_decision_);
  figures_.progress = journal_.progress();
  figures_.progress.set_decided_at(newest_decision_);
  if (topic_ != nullptr) figures_.unacknowledged = topic_->unacknowledged_count();
  if (owns_ && topic_begun_) look_for_trouble();
  inbox_.take_queries_if(owns_);
  const std::lock_guard lock(mutex_);
  published_ = figures_;
}

// Of a partition that is owned and begun: what was in the way is past once nothing of this is seen.
void PartitionHandler::look_for_trouble() {
  const auto oldest = topic_ != nullptr ? topic_->first_unacknowledged() : std::nullopt;
  if (oldest != oldest_answer_) oldest_answer_since_ = clock_.steady_ms();
  oldest_answer_ = oldest;
  if (clock_guard_.is_off(newest_decision_)) return note_trouble(ClockGuard::error());
  if (oldest && clock_.steady_ms() - oldest_answer_since_ > kAnswersStuck.count()) {
    return note_trouble({ErrorKind::kUnavailable, "answers.waiting",
                         "results have not been acknowledged for more than five seconds; see the "
                         "brokers, and `daybook topics check`",
                         ""});
  }
  if (!reader_ || reader_->has_read()) figures_.trouble.clear();
}

void PartitionHandler::run() {
  while (wait_for_work()) work();
  if (owns_) release();
}

// False when everything that was taken has been answered and the handler is to stop.
bool PartitionHandler::wait_for_work() {
  if (!assigned_) return !inbox_.closed();
  const bool busy = !again_.empty() || !in_flight_.empty() || !owns_ || !topic_begun_;
  if (!busy && !inbox_.await(options_.flush_idle) && state_.confirmed_count() > 0) {
    if (auto flushed = flush(); !flushed) lose(flushed.error());
    publish_status();
    return true;
  }
  return !inbox_.closed() || !inbox_.empty() || !again_.empty() || !in_flight_.empty();
}

void PartitionHandler::work() {
  if (!assigned_) return stand_by();
  if (!owns_) {
    if (auto claimed = claim(); !claimed) return give_up(claimed.error());
  }
  for (const Query& query : inbox_.take_queries()) query(state_, journal_);
  if (const auto fault = topic_fault()) leave_topic(*fault);
  auto done = state_.health();
  if (done && topic_begun_) done = decide_group();
  const bool more = inbox_.submissions() > 0 || !again_.empty();
  const bool decides_on = more && has_room() && !awaits_read_back_;
  if (done && !in_flight_.empty())
    done = read_back(decides_on ? std::chrono::milliseconds(0) : kReadBackWait);
  else if (done && more && !has_room())
    inbox_.pause(kNoRoomWait);  // for answers to be acknowledged
  if (done) done = flush_if_large();
  if (!done) lose(done.error());
  if (owns_ && !topic_begun_ && in_flight_.empty()) {
    if (auto begun = begin_topic(); !begun) await_topic(begun.error());
  }
  state_.trim();
  publish_status();
}

// The partition is for another process. Nobody waits here for it.
void PartitionHandler::stand_by() {
  if (owns_) release();
  refuse_all(elsewhere_error());
  figures_.trouble.clear();
  publish_status();
  (void)inbox_.await(options_.flush_idle);
}

// What was read from the topic may have been forwarded already: it is decided, read back and told,
// so that whoever reads on need not do so again. Only for a moment, because somebody is waiting.
Result<void> PartitionHandler::finish_inbox() {
  const auto busy = [this] {
    return !in_flight_.empty() || (topic_begun_ && (inbox_.submissions() > 0 || !again_.empty()));
  };
  for (int tries = 0; busy() && tries < kReadBacksOnRelease; ++tries) {
    if (topic_begun_) DAYBOOK_TRY(decide_group());
    DAYBOOK_TRY(read_back(kReadBackWait));
  }
  return {};
}

void PartitionHandler::release() {
  if (reader_) reader_->halt();
  Result<void> read = finish_inbox();
  if (reader_) reader_->stop();
  if (topic_ != nullptr) topic_->await_acknowledged(kAnswersWait);
  // What could not be settled is not in the state: then it is folded again from where it stands.
  if (read) read = flush();
  if (!read) note_trouble(read.error());
  forget_flights();
  owns_ = false;
  publish_status();
}

Result<void> PartitionHandler::claim() {
  if (state_damaged_) DAYBOOK_TRY(state_.reset());
  state_damaged_ = false;
  DAYBOOK_ASSIGN(progress, state_.resume());
  newest_decision_ = progress ? progress->decided_at() : 0;
  const log::Progress* from = progress ? &*progress : nullptr;
  if (answers_) answers_->begin(from);
  DAYBOOK_TRY(journal_.claim(
      from, [this](const ReadOutcome& read) { return fold(read); }, [this] { return rest(); }));
  clock_guard_.begin(journal_.log_time());
  owns_ = true;
  topic_begun_ = topic_ == nullptr;
  failed_claims_ = 0;
  ++figures_.claims;
  figures_.trouble.clear();
  publish_status();
  return {};
}

// Everybody whom the last owner has perhaps not told is told; then the topic is read on from where
// the log says.
Result<void> PartitionHandler::begin_topic() {
  const log::Progress& progress = journal_.progress();
  DAYBOOK_ASSIGN(lost, topic_->start(progress.has_source() ? &progress.source() : nullptr));
  DAYBOOK_TRY(answers_->publish_untold([this] { return inbox_.closed() || !assigned_; }));
  if (lost) record_lost(*lost);
  reader_->start({progress.log_id(), progress.source().generation(), progress.partition(),
                  topic_->partition_count()});
  topic_begun_ = true;
  return {};
}

std::optional<Error> PartitionHandler::topic_fault() const {
  if (topic_ == nullptr || !topic_begun_) return std::nullopt;
  auto fault = reader_->fault();
  return fault ? fault : topic_->fault();
}

// Reading the topic or telling went wrong: it is begun again once everything that was appended has
// been read back, and the answers that were on their way go out again then.
void PartitionHandler::leave_topic(const Error& fault) {
  reader_->halt();
  const auto finished = finish_inbox();
  reader_->stop();
  if (!finished) return lose(finished.error());
  answers_->keep_untold();
  std::erase_if(again_, [](const Waiting& waiting) { return waiting.submission.origin; });
  topic_begun_ = false;
  await_topic(fault);
}

// The partition stays ours, so that no fences pile up, until somebody else takes it: an operator
// who accepts a topic that was made anew does.
void PartitionHandler::await_topic(const Error& error) {
  note_trouble(error);
  publish_status();
  if (auto read = read_back(std::chrono::milliseconds(0)); !read) return lose(read.error());
  if (inbox_.closed()) refuse_all(error);
  inbox_.pause(kTopicRetry);
}

// Now and then in a long fold. What was folded is kept when the handler is to stop.
Result<void> PartitionHandler::rest() {
  if (!inbox_.closed() && assigned_) return flush_if_large();
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
  if (answers_) answers_->note(read);
  return state_.health();
}

// The append went wrong: what was decided ahead is forgotten and decided again under a new fence.
void PartitionHandler::lose(const Error& error) {
  owns_ = false;
  note_trouble(error);
  if (reader_) reader_->stop();
  forget_flights();
  publish_status();  // before anybody is told of it
  // The same may happen again at once, whatever claiming says: with the state or the log away each
  // turn would cost a fence. Those who wait are told after a few.
  const std::uint32_t losses = state_.health() ? ++losses_ : count_state_loss();
  if (losses >= kTriesBeforeGivingUp || inbox_.closed()) refuse_all(error);
  back_off(losses);
}

// What is read back says nothing of the state, and what is handed over to it may be lost later:
// only time tells that it is well again.
std::uint32_t PartitionHandler::count_state_loss() {
  const std::int64_t now = clock_.steady_ms();
  if (now - state_lost_at_ > kStateLossForgotten.count()) state_losses_ = 0;
  state_lost_at_ = now;
  return ++state_losses_;
}

// What came from the topic is read from there again.
void PartitionHandler::forget_flights() {
  std::deque<Waiting> again;
  const auto keep = [&](Waiting& waiting) {
    if (!waiting.submission.origin) again.push_back(std::move(waiting));
  };
  for (std::size_t flight = 0; flight < in_flight_.size(); ++flight) {
    for (Waiting& waiting : in_flight_[flight].waiting) {
      waiting.maybe_recorded = waiting.maybe_recorded || (flight < appended_ && !waiting.conflict);
      waiting.conflict = false;
      keep(waiting);
    }
  }
  for (Waiting& waiting : again_) keep(waiting);
  again_ = std::move(again);
  in_flight_.clear();
  in_flight_bytes_ = 0;
  pending_.clear();
  appended_ = 0;
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

Result<void> PartitionHandler::flush_if_large() {
  return state_.confirmed_count() >= options_.flush_changes_max ? flush() : Result<void>();
}

Result<void> PartitionHandler::flush() {
  log::Progress progress = journal_.progress();
  progress.set_decided_at(newest_decision_);
  progress.clear_unanswered();
  if (answers_) {
    for (const std::uint64_t offset : answers_->untold()) progress.add_unanswered(offset);
  }
  return state_.flush(std::move(progress));
}

}  // namespace daybook::commands
