#include "infra/log/partition_journal.h"

#include <limits>
#include <utility>

#include "infra/log/record.h"

namespace daybook::log {
namespace {

constexpr std::size_t kRecordsPerRead = 4096;
constexpr std::chrono::seconds kFenceWait{30};
constexpr std::chrono::seconds kRecordWait{10};

tl::unexpected<Error> fenced_out() {
  return fail(ErrorKind::kConflict, "log.fenced_out",
              "another handler has taken the partition over");
}

}  // namespace

PartitionJournal::PartitionJournal(EventLog& log, std::uint32_t partition,
                                   std::function<std::string()> new_owner)
    : log_(log), partition_(partition), new_owner_(std::move(new_owner)), reader_(log, partition) {}

Result<void> PartitionJournal::claim(const Progress* from, const Fold& fold, const Rest& rest) {
  appender_.reset();
  lost_.reset();
  log_time_.reset();
  probe_sequence_.reset();
  DAYBOOK_TRY(reader_.start(from));
  DAYBOOK_TRY(fold_to_end(fold, rest));
  DAYBOOK_ASSIGN(appender, log_.open_appender(partition_));
  appender_ = std::move(appender);
  DAYBOOK_TRY(append_fence());
  DAYBOOK_TRY(await_own_fence(fold));
  next_sequence_ = reader_.progress().sequence() + 1;
  next_hash_ = to_hash(reader_.progress().hash());
  return {};
}

Result<void> PartitionJournal::fold_to_end(const Fold& fold, const Rest& rest) {
  DAYBOOK_ASSIGN(end, log_.end_offset(partition_));
  for (std::uint64_t next = reader_.progress().next_offset(); next < end;) {
    DAYBOOK_ASSIGN(records, reader_.read_records(kRecordsPerRead, kFenceWait));
    const std::uint64_t before = std::exchange(next, reader_.progress().next_offset());
    if (next == before) {
      return fail(ErrorKind::kUnavailable, "log.read_timeout",
                  "the log could not be read to its end in time");
    }
    for (const auto& record : records) DAYBOOK_TRY(fold_record(record, fold));
    DAYBOOK_TRY(rest());
  }
  return {};
}

Result<void> PartitionJournal::fold_record(const ValidReader::Record& record, const Fold& fold) {
  if (record.judged.verdict != Verdict::kOutcome) return {};
  DAYBOOK_ASSIGN(outcome, outcome_of(record.judged.record, record.position.offset));
  return fold({record.position, std::move(outcome), record.judged.envelope});
}

Result<void> PartitionJournal::append_fence() {
  if (reader_.progress().highest_epoch() == std::numeric_limits<std::uint64_t>::max()) {
    return fail(ErrorKind::kCorrupt, "log.epochs_used_up",
                "a fence with the highest epoch stands in the log, so nobody can take the "
                "partition over; copy the log");
  }
  owner_ = new_owner_();
  probed_at_ = std::chrono::steady_clock::now();
  epoch_ = reader_.progress().highest_epoch() + 1;
  Fence fence;
  fence.set_folded_offset(reader_.progress().next_offset());
  LogRecord record;
  record.set_kind(RECORD_KIND_FENCE);
  record.set_lowest_reader(1);
  record.set_epoch(epoch_);
  record.set_owner(owner_);
  Envelope envelope;
  envelope.set_answered_up_to(reader_.progress().answered_up_to());
  record.set_envelope(envelope.SerializeAsString());
  record.set_body(fence.SerializeAsString());
  DAYBOOK_TRY(appender_->append({encode_record(std::move(record))}));
  return appender_->flush(kFenceWait);
}

Result<void> PartitionJournal::await_own_fence(const Fold& fold) {
  for (;;) {
    // One at a time: what follows the own fence belongs to read_back.
    const std::uint64_t before = reader_.progress().next_offset();
    DAYBOOK_ASSIGN(records, reader_.read_records(1, kFenceWait));
    if (records.empty() && reader_.progress().next_offset() > before) continue;  // a gap
    if (records.empty()) {
      return fail(ErrorKind::kUnavailable, "log.read_timeout",
                  "the own fence could not be read back in time");
    }
    const ValidReader::Record& record = records.front();
    DAYBOOK_TRY(fold_record(record, fold));
    const bool own =
        record.judged.record.kind() == RECORD_KIND_FENCE && record.judged.record.owner() == owner_;
    if (!own) continue;
    if (record.judged.verdict != Verdict::kFence) return fenced_out();
    log_time_ = time_after(record);
    return {};
  }
}

// It was taken somewhen between being handed over and now.
std::optional<PartitionJournal::LogTime> PartitionJournal::time_after(
    const ValidReader::Record& probe) const {
  if (!probe.taken_at) return std::nullopt;
  const auto ago = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - probed_at_);
  return LogTime{*probe.taken_at, *probe.taken_at + ago.count()};
}

Result<void> PartitionJournal::append(const std::vector<Entry>& entries) {
  if (lost_) return fail(*lost_);
  if (!probe_sequence_) {
    probe_sequence_ = next_sequence_;
    probed_at_ = std::chrono::steady_clock::now();
  }
  std::vector<std::string> records;
  records.reserve(entries.size());
  for (const Entry& entry : entries) {
    LogRecord record;
    record.set_kind(RECORD_KIND_OUTCOME);
    record.set_lowest_reader(1);
    record.set_epoch(epoch_);
    record.set_owner(owner_);
    record.set_sequence(next_sequence_++);
    record.set_previous_hash(to_bytes(next_hash_));
    entry.envelope.SerializeToString(record.mutable_envelope());
    entry.outcome->SerializeToString(record.mutable_body());
    records.push_back(encode_record(std::move(record)));
    next_hash_ = hash_after(next_hash_, records.back());
  }
  return appender_->append(std::move(records));
}

// A valid fence that is not ours, or a record of ours that is void: whatever we have appended
// behind it is void too.
std::optional<Error> PartitionJournal::loss_by(const ValidReader::Record& record) const {
  if (record.judged.verdict == Verdict::kFence) return Error(fenced_out().value());
  if (record.judged.verdict == Verdict::kOutcome || record.judged.record.owner() != owner_)
    return std::nullopt;
  return Error{ErrorKind::kConflict, "log.append_void",
               "an own record came out void; deciding again", ""};
}

// What became valid before the loss may still be told; the loss itself is what the next call says.
// Nothing behind it is read, so that `progress` never passes an outcome that the caller has not
// been given.
Result<std::vector<Position>> PartitionJournal::read_back(std::chrono::milliseconds wait) {
  if (lost_) return fail(*lost_);
  const auto is_loss = [this](const ValidReader::Record& record) {
    return loss_by(record).has_value();
  };
  DAYBOOK_ASSIGN(records, reader_.read_records(kRecordsPerRead, wait, is_loss));
  std::vector<Position> positions;
  positions.reserve(records.size());
  log_time_.reset();
  for (ValidReader::Record& record : records) {
    if (record.judged.verdict != Verdict::kOutcome) continue;
    if (record.position.sequence == probe_sequence_) {
      log_time_ = time_after(record);
      probe_sequence_.reset();
    }
    positions.push_back(std::move(record.position));
  }
  if (!records.empty()) lost_ = loss_by(records.back());
  if (!positions.empty()) return positions;
  if (lost_) return fail(*lost_);
  // An append that failed leaves nothing to read back: its error is found here.
  DAYBOOK_TRY(appender_->append({}));
  return positions;
}

Result<PartitionJournal::Recorded> PartitionJournal::recorded_at(std::uint64_t offset) {
  DAYBOOK_ASSIGN(read, log_.read_one(partition_, offset, kRecordWait));
  if (!read.record && read.next_offset <= offset) {
    // Nothing came, which is no proof: a cluster that is away for a while gives nothing.
    DAYBOOK_ASSIGN(end, log_.end_offset(partition_));
    if (offset < end)
      return fail(ErrorKind::kUnavailable, "log.read_timeout",
                  "the record at offset " + std::to_string(offset) +
                      " could not be read in time; try again");
  }
  if (!read.record || read.record->offset != offset) {
    return fail(
        ErrorKind::kCorrupt, "log.shorter_than_witness",
        "a receipt names offset " + std::to_string(offset) + ", which the log does not have");
  }
  const auto record = decode_record(read.record->bytes);
  if (!record)
    return fail(ErrorKind::kCorrupt, "log.damaged",
                "the record at offset " + std::to_string(offset) + " is damaged");
  Recorded recorded;
  DAYBOOK_ASSIGN(outcome, outcome_of(*record, offset));
  recorded.outcome = std::move(outcome);
  recorded.envelope.ParseFromString(record->envelope());
  return recorded;
}

}  // namespace daybook::log
