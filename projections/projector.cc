// Taking the tables over, following, letting go. Batches are in projector_batches.cc.
#include "projections/projector.h"

#include <algorithm>

namespace daybook::projections {

tl::unexpected<Error> Projector::stopped() {
  return fail(ErrorKind::kUnavailable, "projector.stopping", "the projector is stopping");
}

Projector::Projector(std::uint32_t partition, OutcomeSource& source, ReadTables& tables,
                     StateStore& store, ProjectorOptions options)
    : partition_(partition),
      source_(source),
      tables_(tables),
      options_(options),
      state_(store, options.cached_entries_max, State::Indexes::kForFolding),
      writer_(tables) {}

Projector::~Projector() { stop(); }

void Projector::start(bool assigned) {
  assigned_ = assigned;
  figures_.stepped_at = std::chrono::steady_clock::now();
  published_ = figures_;
  thread_ = std::thread([this] { run(); });
}

void Projector::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Projector::assign(bool assigned) {
  {
    const std::lock_guard lock(mutex_);
    assigned_ = assigned;
  }
  wake_.notify_all();
}

void Projector::retry_parked() {
  const std::lock_guard lock(mutex_);
  retry_requested_ = true;
}

ProjectorStatus Projector::status() const {
  ProjectorStatus status;
  {
    const std::lock_guard lock(mutex_);
    status = published_;
    status.assigned = assigned_;
  }
  if (!status.assigned) return status;
  const std::uint64_t end = source_.recent_end_offset();
  status.lag_records = end > status.next_offset ? end - status.next_offset : 0;
  if (status.lag_records > 0) {
    status.stuck = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - status.stepped_at);
  }
  return status;
}

void Projector::publish() {
  figures_.running = claimed_;
  figures_.checkpoint = checkpoint_;
  figures_.parked = parked_.size();
  if (!claimed_)
    figures_.next_offset = checkpoint_.next_offset;
  else if (!writing_)
    figures_.next_offset = source_.progress().next_offset();
  const std::lock_guard lock(mutex_);
  published_ = figures_;
}

void Projector::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [&] { return stopping_ || !assigned_; });
}

bool Projector::is_to_leave() const {
  const std::lock_guard lock(mutex_);
  return stopping_ || !assigned_;
}

// Another process follows the partition.
void Projector::stand_by() {
  let_go();
  knows_parked_ = false;
  figures_.trouble.clear();
  publish();
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return stopping_ || assigned_; });
}

bool Projector::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Projector::run() {
  while (!stopping()) {
    if (is_to_leave()) {
      stand_by();
      continue;
    }
    const bool steps = claimed_;
    const bool was_writing = writing_.has_value();
    const auto done = steps ? step() : claim();
    if (!done) {
      lose(done.error());
    } else if (steps && (was_writing || !writing_)) {
      // Only now: a claim, and the beginning of a write, succeed also while every write fails.
      works_again();
    }
    publish();
  }
  let_go();
  publish();
}

void Projector::works_again() {
  retry_wait_ = std::chrono::milliseconds(10);
  figures_.trouble.clear();
  figures_.stepped_at = std::chrono::steady_clock::now();
}

// The next claim tells what has become of what was being written.
void Projector::lose(const Error& error) {
  claimed_ = false;
  state_damaged_ = state_damaged_ || error.code == "state.damaged";
  figures_.trouble = error.code + ": " + error.detail;
  publish();
  if (std::exchange(writing_, std::nullopt)) (void)writer_.settle();
  pause(retry_wait_);
  retry_wait_ = std::min(retry_wait_ * 2, options_.retry_max);
}

// Writes what has been folded; it only saves time at the next start.
void Projector::let_go() {
  const bool was_writing = writing_.has_value();
  if (claimed_ && finish_writing()) {
    if (was_writing) works_again();
    (void)flush();
  }
  claimed_ = false;
}

Result<void> Projector::claim() {
  if (too_many_parked_) DAYBOOK_TRY(await_retry());
  if (state_damaged_) DAYBOOK_TRY(state_.reset());
  state_damaged_ = false;
  // The source knows its log only when it has read the first record.
  DAYBOOK_TRY(source_.start(nullptr));
  while (source_.progress().log_id().empty()) {
    if (is_to_leave()) return stopped();
    DAYBOOK_TRY(source_.read(1, options_.idle_wait));
  }
  DAYBOOK_ASSIGN(checkpoint, tables_.claim(partition_, source_.progress().log_id()));
  DAYBOOK_TRY(learn_parked());
  DAYBOOK_TRY(open_state(checkpoint));
  checkpoint_ = std::move(checkpoint);
  figures_.applied_decided_at = checkpoint_.decided_at;
  claimed_ = true;
  changes_to_flush_ = state_.confirmed_count();
  retry_parked();
  return {};
}

// Brings the own state to where the tables are.
Result<void> Projector::open_state(const Checkpoint& checkpoint) {
  DAYBOOK_ASSIGN(progress, state_.resume());
  const std::uint64_t goal = checkpoint.position.sequence;
  // Of a fork of this log, made by restoring an older copy of it and going on: folded again, the
  // log itself says whether the tables belong to it.
  const RunningHash& stands = checkpoint.position.hash;
  const bool forked = progress && progress->sequence() == goal && goal > 0 &&
                      progress->outcome_hash() != std::string(stands.begin(), stands.end());
  if (progress && (progress->sequence() > goal || forked ||
                   progress->log_id() != source_.progress().log_id())) {
    DAYBOOK_TRY(state_.reset());
    progress.reset();
  }
  DAYBOOK_TRY(source_.start(progress ? &*progress : nullptr));
  checkpoint_ = checkpoint;
  while (source_.progress().sequence() < goal) {
    if (is_to_leave()) return stopped();
    const std::size_t missing = goal - source_.progress().sequence();
    DAYBOOK_ASSIGN(outcomes,
                   source_.read(std::min(missing, options_.outcomes_max), options_.idle_wait));
    for (ReadOutcome& read : outcomes) {
      DAYBOOK_ASSIGN(applied, fold(std::move(read)));
      state_.confirm(std::move(applied.changes));
    }
    if (state_.confirmed_count() >= options_.flush_changes_max) DAYBOOK_TRY(flush());
    if (!outcomes.empty()) figures_.stepped_at = std::chrono::steady_clock::now();
    publish();
    DAYBOOK_ASSIGN(end, source_.end_offset());
    if (outcomes.empty() && source_.progress().next_offset() >= end &&
        source_.progress().sequence() < goal) {
      return fail(ErrorKind::kCorrupt, "checkpoint.beyond_log",
                  "the read tables stand at sequence " + std::to_string(goal) + " of partition " +
                      std::to_string(partition_) + ", the log ends at sequence " +
                      std::to_string(source_.progress().sequence()) +
                      "; the log was cut, or this is an older copy of it");
    }
  }
  return {};
}

// The tables first: a state that is ahead of them would be thrown away.
Result<void> Projector::flush() {
  if (claimed_) DAYBOOK_TRY(tables_.make_durable());
  return state_.flush(source_.progress());
}

}  // namespace daybook::projections
