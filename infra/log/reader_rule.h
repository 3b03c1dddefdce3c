// The reader rule: which records of a partition count. Everybody who reads the log judges with this
// and nothing else, so all agree, whatever was lost, repeated, delayed or written by somebody who
// no longer owned the partition.
//
//   - The first record is the partition's Genesis; a later one is void.
//   - A fence is valid if its epoch is higher than the current one; it sets the current (epoch,
//   owner).
//   - An outcome is valid only if it carries the current epoch and owner, the sequence after the
//   last valid outcome's,
//     and the running hash that the reader has.
//   - Everything else of ours is void: counted, shown, never applied. A record without our magic is
//   foreign.
// Damage (our magic, wrong checksum) stops the partition, as does a valid record that needs a newer
// reader. Validity is decided from the frozen part of the record alone. Pure; used by one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/core/position.h"
#include "domain/core/result.h"
#include "schemas/log.pb.h"

namespace daybook::log {

enum class Verdict { kGenesis, kFence, kOutcome, kVoid, kForeign };

struct Judged {
  Verdict verdict = Verdict::kVoid;
  LogRecord record;   // empty for foreign bytes
  Envelope envelope;  // of a valid fence or outcome
};

class ReaderRule {
 public:
  // Starts before the Genesis record of `partition`, or where `progress` of an earlier reader
  // stands.
  explicit ReaderRule(std::uint32_t partition);
  explicit ReaderRule(Progress progress);

  // Judges the next record. Errors: kCorrupt "log.damaged", "log.no_genesis",
  // "log.wrong_partition"; kUnavailable "log.upgrade_first". After an error the rule stands before
  // that record.
  [[nodiscard]] Result<Judged> judge(std::uint64_t offset, std::string_view bytes);

  // There is no record below `offset` that has not been judged.
  void skip_to(std::uint64_t offset);

  // How far it has got: can be stored and gone on from.
  [[nodiscard]] const Progress& progress() const { return progress_; }
  // The position of the last valid outcome (or fence, or Genesis).
  [[nodiscard]] Position position() const;
  // Takes over what the fold knows: the newest decision time.
  void note_decided_at(std::int64_t decided_at);

 private:
  [[nodiscard]] Result<void> begin_with(std::uint64_t offset, const LogRecord& record);
  [[nodiscard]] Verdict classify(const LogRecord& record) const;
  void accept(std::uint64_t offset, std::string_view bytes, const LogRecord& record,
              Verdict verdict);
  void note_envelope(const Envelope& envelope);

  Progress progress_;
};

}  // namespace daybook::log
