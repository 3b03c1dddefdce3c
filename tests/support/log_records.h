// Records of a log, made by hand: good ones, and those that a hostile or unlucky writer would
// leave.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "infra/log/event_log.h"
#include "infra/log/reader_rule.h"
#include "schemas/log.pb.h"

namespace daybook::test {

inline constexpr const char* kLogId = "11111111-1111-4111-8111-111111111111";
inline constexpr const char* kOtherLogId = "22222222-2222-4222-8222-222222222222";

// An owner's 16 bytes, told apart by a letter.
[[nodiscard]] std::string owner(char letter);

[[nodiscard]] std::string genesis(const std::string& log_id = kLogId, std::uint32_t partition = 0,
                                  std::uint32_t partition_count = 1);
[[nodiscard]] std::string fence(std::uint64_t epoch, const std::string& owner);
// An outcome told apart by its command id, which need not be a UUID here.
[[nodiscard]] log::Outcome outcome(const std::string& command_id);
[[nodiscard]] std::string outcome_record(std::uint64_t epoch, const std::string& owner,
                                         std::uint64_t sequence, const RunningHash& previous,
                                         const std::string& command_id,
                                         std::uint32_t lowest_reader = 1);
// The record with other frozen fields, its checksum made right again.
[[nodiscard]] std::string altered(const std::string& bytes,
                                  const std::function<void(log::LogRecord&)>& change);

// Somebody who predicts sequences and hashes of his own outcomes from what he has folded.
class Writer {
 public:
  // Stands where a reader stands after `log`.
  Writer(char letter, std::uint64_t epoch, const std::vector<std::string>& log);

  [[nodiscard]] std::string fence() const;
  // After its own fence (or another's) became valid.
  void follow(const std::string& valid_record);
  [[nodiscard]] std::string next(const std::string& command_id);

 private:
  std::string owner_;
  std::uint64_t epoch_;
  std::uint64_t sequence_ = 0;
  RunningHash hash_{};
};

// What a reader makes of a log: the verdicts as letters (G genesis, F fence, O outcome, - void, ?
// foreign), or the letters so far and the code of the error that stopped it.
struct Reading {
  std::string verdicts;
  std::string error;
  std::vector<std::string> commands;  // of the valid outcomes
  log::Progress progress;
};
[[nodiscard]] Reading read_all(const std::vector<std::string>& log);
[[nodiscard]] Reading read_on(log::ReaderRule rule, const std::vector<std::string>& log,
                              std::size_t first);
[[nodiscard]] std::vector<std::string> bytes_of(const std::vector<log::RawRecord>& records);

}  // namespace daybook::test
