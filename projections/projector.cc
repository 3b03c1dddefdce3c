#include "projections/projector.h"

#include <algorithm>
#include <map>
#include <set>

#include "domain/state/keys.h"
#include "projections/rows.h"

namespace daybook::projections {
namespace {

using Change = State::Change;

// Record changes as rows; changes of indexes give none.
void add_rows(const State::ChangeSet& changes, std::map<std::string, RowChange>& rows) {
  for (const Change& change : changes) {
    if (!keys::is_record(change.key)) continue;
    const keys::RecordKey key = keys::parse_record(change.key);
    rows[change.key] = row_of(key.entity, key.organization_id, key.id, change.value.record.get());
  }
}

std::vector<RowChange> take(std::map<std::string, RowChange>&& rows) {
  std::vector<RowChange> list;
  list.reserve(rows.size());
  for (auto& [key, row] : rows) list.push_back(std::move(row));
  return list;
}

// Parents stand before what refers to them, so that the order alone satisfies most foreign keys.
void sort_by_entity(std::vector<RowChange>& rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const RowChange& a, const RowChange& b) { return a.entity < b.entity; });
}

tl::unexpected<Error> stopped() {
  return fail(ErrorKind::kUnavailable, "projector.stopping", "the projector is stopping");
}

}  // namespace

Projector::Projector(std::uint32_t partition, OutcomeSource& source, ReadTables& tables,
                     StateStore& store, ProjectorOptions options)
    : partition_(partition),
      source_(source),
      tables_(tables),
      options_(options),
      state_(store, options.cached_entries_max) {}

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
  figures_.next_offset = claimed_ ? source_.progress().next_offset() : checkpoint_.next_offset;
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

// Another process follows the partition; what was folded only saves time when it comes back.
void Projector::stand_by() {
  if (claimed_) (void)flush();
  claimed_ = false;
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
    auto done = steps ? step() : claim();
    if (!done) {
      claimed_ = false;
      state_damaged_ = state_damaged_ || done.error().code == "state.damaged";
      figures_.trouble = done.error().code + ": " + done.error().detail;
      publish();
      pause(retry_wait_);
      retry_wait_ = std::min(retry_wait_ * 2, options_.retry_max);
    } else if (steps) {
      // Only now it works again: a claim succeeds also while every step fails.
      retry_wait_ = std::chrono::milliseconds(10);
      figures_.trouble.clear();
      figures_.stepped_at = std::chrono::steady_clock::now();
    }
    publish();
  }
  if (claimed_) (void)flush();  // only saves time at the next start
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
  DAYBOOK_ASSIGN(parked, tables_.parked());
  parked_ = std::move(parked);
  DAYBOOK_TRY(open_state(checkpoint));
  checkpoint_ = std::move(checkpoint);
  figures_.applied_decided_at = checkpoint_.decided_at;
  claimed_ = true;
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
    for (const ReadOutcome& read : outcomes) {
      DAYBOOK_ASSIGN(applied, fold(read));
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

Result<Projector::Applied> Projector::fold(const ReadOutcome& read) {
  log::Outcome outcome = read.outcome;
  state_.begin();
  for (log::Event& event : *outcome.mutable_events()) {
    DAYBOOK_TRY(state_.apply(outcome.organization_id(), event, outcome.decided_at()));
  }
  Applied applied{read.position, outcome.decided_at(), state_.commit()};
  DAYBOOK_TRY(state_.health());
  DAYBOOK_TRY(check_checkpoint(read.position));
  return applied;
}

// The outcome at the checkpoint's sequence must be the one that was applied.
Result<void> Projector::check_checkpoint(const Position& position) const {
  const Position& applied = checkpoint_.position;
  if (claimed_ || position.sequence != applied.sequence || position.hash == applied.hash) return {};
  return fail(ErrorKind::kCorrupt, "checkpoint.other_log",
              "the read tables were folded from another history: at sequence " +
                  std::to_string(position.sequence) + " the log has offset " +
                  std::to_string(position.offset) + ", the checkpoint stands at token " +
                  token_of(applied) + ", the log at " + token_of(position));
}

Result<void> Projector::step() {
  bool retry = false;
  {
    const std::lock_guard lock(mutex_);
    std::swap(retry, retry_requested_);
  }
  if (retry) DAYBOOK_TRY(retry_parked_now());
  DAYBOOK_ASSIGN(outcomes, source_.read(options_.outcomes_max, options_.idle_wait));
  if (outcomes.empty()) return rest();
  Batch batch;
  batch.reserve(outcomes.size());
  for (const ReadOutcome& read : outcomes) {
    DAYBOOK_ASSIGN(applied, fold(read));
    batch.push_back(std::move(applied));
  }
  DAYBOOK_TRY(write(batch));
  for (Applied& applied : batch) state_.confirm(std::move(applied.changes));
  figures_.outcomes += batch.size();
  if (state_.confirmed_count() >= options_.flush_changes_max) return flush();
  return {};
}

// Nothing to read. The tables may have been taken over, restored or made anew meanwhile, and no
// write would tell.
Result<void> Projector::rest() {
  if (state_.confirmed_count() > 0) return flush();
  const auto now = std::chrono::steady_clock::now();
  if (now - checked_at_ < options_.check_wait) return {};
  checked_at_ = now;
  return tables_.check();
}

Result<void> Projector::write(const Batch& batch) {
  std::map<std::string, RowChange> rows;
  for (const Applied& applied : batch) add_rows(applied.changes, rows);
  Checkpoint next{batch.back().position, source_.progress().next_offset(), batch.back().decided_at};
  std::vector<RowChange> changed = take(std::move(rows));
  sort_by_entity(changed);
  auto written = write_rows(changed, next, Refused::kFail);
  if (!written && written.error().kind == ErrorKind::kRejected) return write_one_by_one(batch);
  return written;
}

// Before anything is parked, the batch is applied outcome by outcome in log order.
Result<void> Projector::write_one_by_one(const Batch& batch) {
  for (const Applied& applied : batch) {
    std::map<std::string, RowChange> rows;
    add_rows(applied.changes, rows);
    Checkpoint next{applied.position, applied.position.offset + 1, applied.decided_at};
    std::vector<RowChange> changed = take(std::move(rows));
    sort_by_entity(changed);
    DAYBOOK_TRY(write_rows(changed, next, Refused::kPark));
  }
  return {};
}

Result<void> Projector::write_rows(const std::vector<RowChange>& rows, const Checkpoint& checkpoint,
                                   Refused refused) {
  // What waits for a parked row is tried again together with it.
  std::vector<RowChange> all = rows;
  std::set<std::string> changed;
  if (!parked_.empty()) {
    for (const RowChange& row : rows) changed.insert(row.id);
  }
  const bool touches_parked =
      std::any_of(parked_.begin(), parked_.end(),
                  [&](const ParkedRow& each) { return changed.contains(each.id); });
  if (touches_parked) {
    for (RowChange& row : parked_rows()) {
      if (!changed.contains(row.id)) all.push_back(std::move(row));
    }
    sort_by_entity(all);
  }
  DAYBOOK_ASSIGN(parked, tables_.write(all, checkpoint, touches_parked ? Refused::kPark : refused));
  checkpoint_ = checkpoint;
  figures_.rows += rows.size();
  figures_.applied_decided_at = checkpoint.decided_at;
  ++figures_.batches;
  if (!touches_parked && parked == 0) return {};
  DAYBOOK_ASSIGN(now_parked, tables_.parked());
  const std::size_t before = parked_.size();
  parked_ = std::move(now_parked);
  return count_parked(parked_.size() > before ? parked_.size() - before : 0);
}

std::vector<RowChange> Projector::parked_rows() const {
  std::vector<RowChange> rows;
  for (const ParkedRow& parked : parked_) {
    rows.push_back(row_of(parked.entity, parked.organization_id, parked.id,
                          state_.find(parked.organization_id, parked.entity, parked.id)));
  }
  return rows;
}

Result<void> Projector::retry_parked_now() {
  if (parked_.empty()) return {};
  std::vector<RowChange> rows = parked_rows();
  sort_by_entity(rows);
  DAYBOOK_TRY(tables_.write(rows, checkpoint_, Refused::kPark));
  DAYBOOK_ASSIGN(left, tables_.parked());
  parked_ = std::move(left);
  return {};
}

Result<void> Projector::count_parked(std::size_t parked) {
  figures_.parked_total += parked;
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < parked; ++i) parked_times_.push_back(now);
  while (!parked_times_.empty() && now - parked_times_.front() > std::chrono::minutes(1))
    parked_times_.pop_front();
  too_many_parked_ = parked_times_.size() > options_.parked_per_minute_max;
  return too_many_parked_ ? too_many_parked() : Result<void>();
}

// What was written is committed: only the next step is not taken.
tl::unexpected<Error> Projector::too_many_parked() const {
  return fail(ErrorKind::kUnavailable, "projector.too_many_parked",
              "more than " + std::to_string(options_.parked_per_minute_max) +
                  " rows were parked within a minute; look at `daybook parked list` and `daybook "
                  "schema check`, then go on with `daybook parked retry`");
}

// Only an operator knows whether what was wrong with the tables has been mended.
Result<void> Projector::await_retry() {
  const std::lock_guard lock(mutex_);
  if (!retry_requested_) return too_many_parked();
  too_many_parked_ = false;
  parked_times_.clear();
  return {};
}

// The tables first: a state that is ahead of them would be thrown away.
Result<void> Projector::flush() {
  if (claimed_) DAYBOOK_TRY(tables_.make_durable());
  return state_.flush(source_.progress());
}

}  // namespace daybook::projections
