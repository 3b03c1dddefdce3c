#include "tests/support/log_records.h"

#include "infra/log/record.h"

namespace daybook::test {

using log::LogRecord;

std::string owner(char letter) { return std::string(16, letter); }

std::string genesis(const std::string& log_id, std::uint32_t partition,
                    std::uint32_t partition_count) {
  log::Genesis genesis;
  genesis.set_log_id(log_id);
  genesis.set_partition(partition);
  genesis.set_partition_count(partition_count);
  genesis.set_format(log::kFormat);
  LogRecord record;
  record.set_kind(log::RECORD_KIND_GENESIS);
  record.set_lowest_reader(1);
  record.set_body(genesis.SerializeAsString());
  return encode_record(std::move(record));
}

std::string fence(std::uint64_t epoch, const std::string& owner) {
  LogRecord record;
  record.set_kind(log::RECORD_KIND_FENCE);
  record.set_lowest_reader(1);
  record.set_epoch(epoch);
  record.set_owner(owner);
  return encode_record(std::move(record));
}

log::Outcome outcome(const std::string& command_id) {
  log::Outcome outcome;
  outcome.set_kind(log::OUTCOME_KIND_REJECTED);
  outcome.set_command_id(command_id);
  return outcome;
}

std::string outcome_record(std::uint64_t epoch, const std::string& owner, std::uint64_t sequence,
                           const RunningHash& previous, const std::string& command_id,
                           std::uint32_t lowest_reader) {
  LogRecord record;
  record.set_kind(log::RECORD_KIND_OUTCOME);
  record.set_lowest_reader(lowest_reader);
  record.set_epoch(epoch);
  record.set_owner(owner);
  record.set_sequence(sequence);
  record.set_previous_hash(log::to_bytes(previous));
  record.set_body(outcome(command_id).SerializeAsString());
  return encode_record(std::move(record));
}

std::string altered(const std::string& bytes, const std::function<void(LogRecord&)>& change) {
  LogRecord record = log::decode_record(bytes).value();
  change(record);
  return encode_record(std::move(record));
}

Writer::Writer(char letter, std::uint64_t epoch, const std::vector<std::string>& log)
    : owner_(owner(letter)), epoch_(epoch) {
  const Reading reading = read_all(log);
  sequence_ = reading.progress.sequence();
  hash_ = log::to_hash(reading.progress.hash());
}

std::string Writer::fence() const { return test::fence(epoch_, owner_); }

void Writer::follow(const std::string& valid_record) {
  hash_ = log::hash_after(hash_, valid_record);
}

std::string Writer::next(const std::string& command_id) {
  std::string bytes = outcome_record(epoch_, owner_, ++sequence_, hash_, command_id);
  follow(bytes);
  return bytes;
}

Reading read_on(log::ReaderRule rule, const std::vector<std::string>& log, std::size_t first) {
  constexpr std::string_view kLetters = "GFO-?";
  Reading reading;
  for (std::size_t i = first; i < log.size(); ++i) {
    auto judged = rule.judge(i, log[i]);
    if (!judged) {
      reading.error = judged.error().code;
      break;
    }
    reading.verdicts += kLetters.at(static_cast<std::size_t>(judged->verdict));
    if (judged->verdict != log::Verdict::kOutcome) continue;
    log::Outcome outcome;
    outcome.ParseFromString(judged->record.body());
    reading.commands.push_back(outcome.command_id());
  }
  reading.progress = rule.progress();
  return reading;
}

Reading read_all(const std::vector<std::string>& log) {
  return read_on(log::ReaderRule(0), log, 0);
}

std::vector<std::string> bytes_of(const std::vector<log::RawRecord>& records) {
  std::vector<std::string> bytes;
  bytes.reserve(records.size());
  for (const log::RawRecord& record : records) bytes.push_back(record.bytes);
  return bytes;
}

}  // namespace daybook::test
