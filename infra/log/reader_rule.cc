#include "infra/log/reader_rule.h"

#include <algorithm>
#include <utility>

#include "infra/log/record.h"

namespace daybook::log {
namespace {

std::string place(std::uint32_t partition, std::uint64_t offset) {
  return "partition " + std::to_string(partition) + ", offset " + std::to_string(offset);
}

tl::unexpected<Error> upgrade_first(std::uint32_t partition, std::uint64_t offset) {
  return fail(ErrorKind::kUnavailable, "log.upgrade_first",
              "the record at " + place(partition, offset) +
                  " was written by a newer Daybook; upgrade this one first");
}

}  // namespace

ReaderRule::ReaderRule(std::uint32_t partition) { progress_.set_partition(partition); }
ReaderRule::ReaderRule(Progress progress) : progress_(std::move(progress)) {}

Position ReaderRule::position() const {
  return {progress_.log_id(), progress_.partition(), progress_.offset(), progress_.sequence(),
          to_hash(progress_.hash())};
}

void ReaderRule::note_decided_at(std::int64_t decided_at) {
  progress_.set_decided_at(std::max(progress_.decided_at(), decided_at));
}

void ReaderRule::skip_to(std::uint64_t offset) {
  progress_.set_next_offset(std::max(progress_.next_offset(), offset));
}

Result<Judged> ReaderRule::judge(std::uint64_t offset, std::string_view bytes) {
  const std::uint32_t partition = progress_.partition();
  auto decoded = decode_record(bytes);
  if (!decoded && decoded.error() == RecordFault::kDamaged) {
    return fail(ErrorKind::kCorrupt, "log.damaged",
                "the record at " + place(partition, offset) +
                    " is damaged: its checksum fails; restore the log from a copy");
  }
  if (progress_.log_id().empty()) {
    if (!decoded || decoded->kind() != RECORD_KIND_GENESIS) {
      return fail(ErrorKind::kCorrupt, "log.no_genesis",
                  "the log does not begin with a Genesis record at " + place(partition, offset) +
                      "; it is not a log of Daybook");
    }
    if (decoded->lowest_reader() > kReaderVersion) return upgrade_first(partition, offset);
    DAYBOOK_TRY(begin_with(offset, *decoded));
    accept(offset, bytes, *decoded, Verdict::kGenesis);
    return Judged{Verdict::kGenesis, *std::move(decoded), {}};
  }
  if (!decoded) {
    progress_.set_foreign_records(progress_.foreign_records() + 1);
    progress_.set_next_offset(offset + 1);
    return Judged{Verdict::kForeign, {}, {}};
  }
  const Verdict verdict = classify(*decoded);
  if (verdict != Verdict::kVoid && decoded->lowest_reader() > kReaderVersion) {
    return upgrade_first(partition, offset);
  }
  accept(offset, bytes, *decoded, verdict);
  Judged judged{verdict, *std::move(decoded), {}};
  if (verdict != Verdict::kVoid && judged.envelope.ParseFromString(judged.record.envelope()))
    note_envelope(judged.envelope);
  return judged;
}

void ReaderRule::note_envelope(const Envelope& envelope) {
  progress_.set_answered_up_to(std::max(progress_.answered_up_to(), envelope.answered_up_to()));
  if (!envelope.has_source()) return;
  const auto age = [](const Source& source) {
    return std::pair(source.generation(), source.offset());
  };
  if (!progress_.has_source() || age(envelope.source()) > age(progress_.source()))
    *progress_.mutable_source() = envelope.source();
}

Result<void> ReaderRule::begin_with(std::uint64_t offset, const LogRecord& record) {
  Genesis genesis;
  if (!genesis.ParseFromString(record.body()) || genesis.log_id().empty()) {
    return fail(ErrorKind::kCorrupt, "log.no_genesis", "the Genesis record does not parse");
  }
  if (genesis.partition() != progress_.partition()) {
    return fail(ErrorKind::kCorrupt, "log.wrong_partition",
                "the record at " + place(progress_.partition(), offset) +
                    " is the Genesis of partition " + std::to_string(genesis.partition()) +
                    "; the topic's partitions were mixed up");
  }
  if (genesis.format() > kFormat) return upgrade_first(progress_.partition(), offset);
  progress_.set_log_id(genesis.log_id());
  progress_.set_hash(to_bytes(RunningHash{}));
  return {};
}

Verdict ReaderRule::classify(const LogRecord& record) const {
  switch (record.kind()) {
    case RECORD_KIND_FENCE:
      return record.epoch() > progress_.epoch() ? Verdict::kFence : Verdict::kVoid;
    case RECORD_KIND_OUTCOME: {
      const bool valid = progress_.epoch() > 0 && record.epoch() == progress_.epoch() &&
                         record.owner() == progress_.owner() &&
                         record.sequence() == progress_.sequence() + 1 &&
                         record.previous_hash() == progress_.hash();
      return valid ? Verdict::kOutcome : Verdict::kVoid;
    }
    case RECORD_KIND_GENESIS:
    case RECORD_KIND_UNSPECIFIED:
    case RecordKind_INT_MIN_SENTINEL_DO_NOT_USE_:
    case RecordKind_INT_MAX_SENTINEL_DO_NOT_USE_:
      return Verdict::kVoid;
  }
  return Verdict::kVoid;
}

void ReaderRule::accept(std::uint64_t offset, std::string_view bytes, const LogRecord& record,
                        Verdict verdict) {
  progress_.set_next_offset(offset + 1);
  if (record.kind() == RECORD_KIND_FENCE) {
    progress_.set_highest_epoch(std::max(progress_.highest_epoch(), record.epoch()));
  }
  if (verdict == Verdict::kVoid) {
    progress_.set_void_records(progress_.void_records() + 1);
    return;
  }
  if (verdict == Verdict::kFence) {
    progress_.set_epoch(record.epoch());
    progress_.set_owner(record.owner());
  }
  progress_.set_offset(offset);
  progress_.set_last_checksum(checksum_of(bytes));
  progress_.set_hash(to_bytes(hash_after(to_hash(progress_.hash()), bytes)));
  if (verdict != Verdict::kOutcome) return;
  progress_.set_sequence(record.sequence());
  progress_.set_outcome_hash(progress_.hash());
}

}  // namespace daybook::log
