// From outcomes to rows: the part of the projector that folds and writes.
#include <algorithm>
#include <map>
#include <set>

#include "domain/state/keys.h"
#include "projections/projector.h"
#include "projections/rows.h"

namespace daybook::projections {
namespace {

using Change = State::Change;

// The last change of each record; changes of indexes give no rows.
using Newest = std::map<std::string_view, const Change*>;

void add(const State::ChangeSet& changes, Newest& newest) {
  for (const Change& change : changes) {
    if (keys::is_record(change.key())) newest.insert_or_assign(change.key(), &change);
  }
}

// Parents stand before what refers to them, so that the order alone satisfies most foreign keys.
void sort_by_entity(std::vector<RowChange>& rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const RowChange& a, const RowChange& b) { return a.entity < b.entity; });
}

std::vector<RowChange> rows_of(const Newest& newest) {
  std::vector<RowChange> rows;
  rows.reserve(newest.size());
  for (const auto& [key, change] : newest) {
    const keys::RecordKey record = keys::parse_record(key);
    rows.push_back(
        row_of(record.entity, record.organization_id, record.id, change->value().record.get()));
  }
  sort_by_entity(rows);
  return rows;
}

std::set<std::string_view> ids_of(const std::vector<RowChange>& rows) {
  std::set<std::string_view> ids;
  for (const RowChange& row : rows) ids.insert(row.id);
  return ids;
}

constexpr std::chrono::milliseconds kNoWait{0};
// At the source, while a batch is being written.
constexpr std::chrono::milliseconds kLookAgain{1};

}  // namespace

Result<Projector::Applied> Projector::fold(ReadOutcome read) {
  log::Outcome& outcome = read.outcome;
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
  Batch batch;
  if (retry) {
    DAYBOOK_TRY(finish_writing());
    DAYBOOK_TRY(retry_parked_now());
  }
  DAYBOOK_TRY(read_into(batch));
  if (batch.outcomes.empty() && !writing_) return rest();
  DAYBOOK_ASSIGN(written, settle(batch));
  if (!batch.outcomes.empty()) DAYBOOK_TRY(write(std::move(batch)));
  return confirm(std::move(written));  // PostgreSQL does not wait for it
}

Result<void> Projector::finish_writing() {
  Batch none;
  DAYBOOK_ASSIGN(written, settle(none));
  return confirm(std::move(written));
}

// What there is, and while the last batch is being written also what comes meanwhile. Bounded by
// what it changes too, and by its size: one outcome may change a thousand records.
Result<void> Projector::read_into(Batch& batch) {
  std::size_t room = options_.outcomes_max;
  for (bool last = false; !last && room > 0 && batch.changes < options_.changes_max &&
                          batch.bytes < options_.bytes_max;) {
    last = !writing_ || writer_.done();  // looked at before reading: nothing of before is left out
    DAYBOOK_ASSIGN(outcomes, source_.read(room, writing_ ? kNoWait : options_.idle_wait));
    for (ReadOutcome& read : outcomes) {
      batch.bytes += read.outcome.ByteSizeLong();
      DAYBOOK_ASSIGN(applied, fold(std::move(read)));
      batch.changes += applied.changes.size();
      batch.outcomes.push_back(std::move(applied));
    }
    room -= outcomes.size();
    // For the writer, not for the source: PostgreSQL is to have the next batch at once.
    if (!last && outcomes.empty()) writer_.await(kLookAgain);
  }
  batch.progress = source_.progress();
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

Checkpoint Projector::Batch::checkpoint() const {
  return {outcomes.back().position, progress.next_offset(), outcomes.back().decided_at};
}

Result<void> Projector::write(Batch batch) {
  Newest newest;
  for (const Applied& applied : batch.outcomes) add(applied.changes, newest);
  std::vector<RowChange> rows = rows_of(newest);
  batch.rows = rows.size();
  if (add_parked(rows)) batch.refused = Refused::kPark;
  DAYBOOK_TRY(state_.health());
  changes_to_flush_ += batch.changes;
  batch.flush = changes_to_flush_ >= options_.flush_changes_max;
  if (batch.flush) changes_to_flush_ = 0;
  writer_.begin({std::move(rows), batch.checkpoint(), batch.refused, batch.flush});
  writing_ = std::move(batch);
  return {};
}

// What became of the batch that is being written, if one is: it stands in the tables, and is to be
// confirmed. `next` has been folded since: of a batch that is refused it becomes a part, because
// the state already knows it.
Result<Projector::Batch> Projector::settle(Batch& next) {
  if (!writing_) return Batch();
  Batch batch = *std::exchange(writing_, std::nullopt);
  const auto parked = writer_.settle();
  if (parked) {
    DAYBOOK_TRY(wrote(batch.rows, batch.checkpoint(), batch.refused == Refused::kPark));
  } else if (parked.error().kind == ErrorKind::kRejected) {
    std::move(next.outcomes.begin(), next.outcomes.end(), std::back_inserter(batch.outcomes));
    if (!next.outcomes.empty()) batch.progress = std::move(next.progress);
    next = {};
    DAYBOOK_TRY(write_one_by_one(batch));
    if (batch.flush) DAYBOOK_TRY(tables_.make_durable());
  } else {
    return fail(parked.error());
  }
  figures_.outcomes += batch.outcomes.size();
  figures_.next_offset = batch.progress.next_offset();
  return batch;
}

// Of what is written, and of nothing else: the state is never ahead of the tables.
Result<void> Projector::confirm(Batch written) {
  for (Applied& applied : written.outcomes) state_.confirm(std::move(applied.changes));
  return written.flush ? state_.flush(std::move(written.progress)) : Result<void>();
}

// Before anything is parked, the batch is applied outcome by outcome in log order. What waits for a
// parked row has its turn at the end: the state is that of the end, and no row may be ahead of the
// checkpoint.
Result<void> Projector::write_one_by_one(const Batch& batch) {
  bool retries = false;
  for (const Applied& applied : batch.outcomes) {
    if (is_to_leave()) return stopped();
    Newest newest;
    add(applied.changes, newest);
    const std::vector<RowChange> rows = rows_of(newest);
    const bool touches = touches_parked(rows);
    retries = retries || touches;
    const Checkpoint next{applied.position, applied.position.offset + 1, applied.decided_at};
    DAYBOOK_ASSIGN(parked, tables_.write(rows, next, Refused::kPark));
    DAYBOOK_TRY(wrote(rows.size(), next, touches || parked > 0));
  }
  return retries ? retry_parked_now() : Result<void>();
}

bool Projector::touches_parked(const std::vector<RowChange>& rows) const {
  if (parked_.empty()) return false;
  return std::any_of(
      parked_.begin(), parked_.end(),
      [changed = ids_of(rows)](const ParkedRow& each) { return changed.contains(each.id); });
}

// What waits for a parked row is tried again together with it: all of them, if one has changed.
bool Projector::add_parked(std::vector<RowChange>& rows) const {
  if (!touches_parked(rows)) return false;
  std::vector<RowChange> waiting = parked_rows();
  std::erase_if(
      waiting, [changed = ids_of(rows)](const RowChange& row) { return changed.contains(row.id); });
  std::move(waiting.begin(), waiting.end(), std::back_inserter(rows));
  sort_by_entity(rows);
  return true;
}

Result<void> Projector::wrote(std::size_t rows, const Checkpoint& checkpoint, bool parked_differ) {
  checkpoint_ = checkpoint;
  figures_.rows += rows;
  figures_.applied_decided_at = checkpoint.decided_at;
  ++figures_.batches;
  return parked_differ ? learn_parked() : Result<void>();
}

// Counts also what a write has parked whose answer was lost; not what was parked before this
// process followed.
Result<void> Projector::learn_parked() {
  DAYBOOK_ASSIGN(now_parked, tables_.parked());
  const std::size_t before = knows_parked_ ? parked_.size() : now_parked.size();
  knows_parked_ = true;
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
  DAYBOOK_TRY(state_.health());
  sort_by_entity(rows);
  DAYBOOK_TRY(tables_.write(rows, checkpoint_, Refused::kPark));
  return learn_parked();
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

}  // namespace daybook::projections
