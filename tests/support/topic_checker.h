// What must hold of the topics of an installation, whatever happened to its processes and brokers:
// computed from the whole contents of the topics alone, with the reader rule and nothing else of
// the engine's state.
//
// Checked, each fault a line of text:
// - I1: every record of the commands topic has exactly one valid outcome, or lies in a lost range;
//   outcomes name records that are there, by their hash, in strictly growing order
// - I2: each command is decided once; a repeat names the offset of that decision, a forwarded
//   record has its copy in the right partition, nothing is decided in a wrong one
// - I3, I4: versions without gap, by folding
// - I5, I10: each valid outcome carries epoch and owner of the newest valid fence, each epoch has
//   one owner, sequences have no gap
// - I14, I15: every outcome that is answered has a result, every dead letter is there; every result
//   and dead letter names a valid outcome and agrees with it in kind, command, organization,
//   repetition, origin, key and token
// - results of a partition first appear in the order of their outcomes, whoever published them
// Used by one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/daybook/check/fold.h"
#include "commands/ports/command_topic.h"
#include "infra/log/event_log.h"

namespace daybook::testing {

using check::FoldedLog;

struct TopicMessage {
  std::uint64_t offset = 0;
  commands::TopicRecord record;
};

// Everything that a partition has in the four topics.
struct PartitionContents {
  // By generation: an older one is of a topic that was deleted since.
  std::map<std::uint64_t, std::vector<commands::CommandRecord>> commands;
  std::vector<log::RawRecord> events;
  std::vector<TopicMessage> results;
  std::vector<TopicMessage> dead_letters;
};
using TopicContents = std::vector<PartitionContents>;

struct TopicVerdict {
  std::vector<std::string> faults;
  FoldedLog folded;
  std::size_t outcomes = 0;  // valid ones
  std::size_t fences = 0;
  std::size_t voids = 0;
  std::size_t foreign = 0;
  std::size_t forwarded = 0;
  std::size_t repeated = 0;    // outcomes that repeat another one
  std::size_t told_again = 0;  // results beyond the first one of an outcome
};

[[nodiscard]] TopicVerdict check_topics(const TopicContents& contents);

// What the engine still has to do, a line each: commands without outcome, outcomes untold. Only
// what is missing, not what is wrong.
[[nodiscard]] std::vector<std::string> open_ends(const TopicContents& contents);

// A command that one client has sent and that the broker has acknowledged.
struct SentCommand {
  std::string organization_id;
  std::string command_id;
};
// Commands of one client, each sent for the first time and to its own partition: all have been
// decided, and those of an organization in this order.
[[nodiscard]] std::vector<std::string> order_faults(const FoldedLog& folded,
                                                    const std::vector<SentCommand>& sent);

// Waits, bounded, until the read tables have got to the end of the log, and gives what differs.
[[nodiscard]] std::vector<std::string> table_faults(const FoldedLog& folded,
                                                    const std::string& owner_url);

}  // namespace daybook::testing
