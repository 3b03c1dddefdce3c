// Outcomes of what came from the commands topic without a decision, and how outcomes are told on
// the topics of answers.
//
// Pure; every function is thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "commands/submission.h"
#include "domain/core/position.h"
#include "schemas/log.pb.h"

namespace daybook::commands {

// A copy stands where the command belongs; its outcome comes there.
[[nodiscard]] log::Outcome forwarded_outcome(const Submission& submission, std::int64_t now);
// Records that were removed before they were read.
[[nodiscard]] log::Outcome lost_outcome(CommandTopic::Range range, std::int64_t now);
// The same command again: `first` was its outcome.
[[nodiscard]] log::Outcome repeated_outcome(const Command& command, const std::string& payload_hash,
                                            std::uint64_t first_offset, std::int64_t now);
// Refused without being remembered under its id.
[[nodiscard]] log::Outcome unremembered_outcome(const Command& command,
                                                const std::string& payload_hash,
                                                const Violations& violations, std::int64_t now);

// False for outcomes that nobody is told of.
[[nodiscard]] bool is_answered(const log::Outcome& outcome);
// Whether it is what became of its command id.
[[nodiscard]] bool is_remembered(const log::Outcome& outcome);

// The answer to the record `origin`. `receipt` is the outcome's, or for a repeat the first one's.
[[nodiscard]] Answer answer_to(const log::Outcome& outcome, std::uint64_t outcome_offset,
                               const Receipt& receipt, const log::Source& source,
                               const CommandRecord& record);

// Instead of a result or dead letter that the topic refuses for good: who it is for, and why.
[[nodiscard]] TopicRecord replacement_of(const TopicRecord& record, const Error& refusal);

}  // namespace daybook::commands
