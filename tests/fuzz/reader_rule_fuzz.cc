// The reader rule over logs that several writers, one of them hostile, have left: whatever is in
// there, readers agree, wherever they begin, and only what the rule allows counts.
//
// The input is a script: each byte appends one record.
#include <string>
#include <vector>

#include "infra/log/reader_rule.h"
#include "infra/log/record.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/log_records.h"

namespace {

using namespace daybook;

constexpr std::size_t kRecordsMax = 200;

// Appends what a script says, each writer from what it has folded so far.
class Script {
 public:
  void play(std::uint8_t step) {
    const char letter = static_cast<char>('a' + (step & 3U));
    switch ((step >> 2U) & 7U) {
      case 0:
        return take_over(letter);
      case 1:
        return append(test::fence(step >> 5U, test::owner(letter)));
      case 2:
        return append("nobody's");
      case 3:
        return append(test::genesis(test::kLogId, step >> 7U));
      case 4:
        return append(altered(step));
      case 5:
        return append(log_.at(log_.size() * step / 256));  // once more
      default:
        return write(letter);
    }
  }
  [[nodiscard]] const std::vector<std::string>& log() const { return log_; }

 private:
  void append(std::string bytes) { log_.push_back(std::move(bytes)); }
  [[nodiscard]] std::uint64_t highest_epoch() const {
    return test::read_all(log_).progress.highest_epoch();
  }
  void take_over(char letter) { append(test::Writer(letter, highest_epoch() + 1, log_).fence()); }
  void write(char letter) {
    append(test::Writer(letter, highest_epoch(), log_).next(std::to_string(log_.size())));
  }
  // The last record with one field of the frozen part changed, its checksum right.
  [[nodiscard]] std::string altered(std::uint8_t step) const {
    if (!log::decode_record(log_.back())) return log_.back();
    return test::altered(log_.back(), [&](log::LogRecord& record) {
      const std::uint64_t by = step >> 5U;
      if (by % 4 == 0) record.set_epoch(record.epoch() + by);
      if (by % 4 == 1) record.set_sequence(record.sequence() + by);
      if (by % 4 == 2) record.set_previous_hash(std::string(by, 'x'));
      if (by % 4 == 3) record.set_owner(test::owner('z'));
    });
  }

  std::vector<std::string> log_{test::genesis()};
};

void require_rule(const log::Progress& before, const log::Judged& judged,
                  const log::Progress& after) {
  const bool counts =
      judged.verdict != log::Verdict::kVoid && judged.verdict != log::Verdict::kForeign;
  if (judged.verdict == log::Verdict::kOutcome) {
    fuzz::require(after.sequence() == before.sequence() + 1, "outcomes have no gap");
    fuzz::require(judged.record.owner() == before.owner(), "outcomes are their owner's");
    fuzz::require(judged.record.epoch() == before.epoch(), "and of its epoch");
  }
  if (judged.verdict == log::Verdict::kFence)
    fuzz::require(after.epoch() > before.epoch(), "epochs grow");
  if (counts) return;
  fuzz::require(after.sequence() == before.sequence() && after.epoch() == before.epoch() &&
                    after.owner() == before.owner() && after.hash() == before.hash(),
                "what does not count changes nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Script script;
  for (std::size_t i = 0; i < size && i < kRecordsMax; ++i) script.play(data[i]);
  log::ReaderRule rule(0);
  std::uint64_t offset = 0;
  for (const std::string& bytes : script.log()) {
    const log::Progress before = rule.progress();
    const auto judged = rule.judge(offset++, bytes);
    fuzz::require(judged.has_value(), "nothing in a log with right checksums stops its readers");
    require_rule(before, *judged, rule.progress());
  }
  // Somebody who stopped in the middle and goes on comes to the same.
  const std::size_t middle = script.log().size() / 2;
  const std::vector<std::string> first(script.log().begin(),
                                       script.log().begin() + static_cast<std::ptrdiff_t>(middle));
  const auto begun = test::read_on(log::ReaderRule(0), first, 0);
  const auto ended = test::read_on(log::ReaderRule(begun.progress), script.log(), middle);
  fuzz::require(ended.progress.SerializeAsString() == rule.progress().SerializeAsString(),
                "readers agree wherever they begin");
  return 0;
}
