// Keeps track of who has been told on the topics of answers, so that each outcome is told at least
// once, whoever owned the partition when it came about.
//
// Every outcome and fence says up to where all answers were acknowledged; what follows is told
// again by whoever takes the partition over. Receivers drop repeats. Used by the handler's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "commands/ports/command_topic.h"
#include "commands/ports/journal.h"
#include "domain/core/read_outcome.h"
#include "domain/state/state.h"
#include "schemas/receipt.pb.h"

namespace daybook::commands {

class TopicAnswers {
 public:
  // All three must outlive it.
  TopicAnswers(CommandTopic& topic, Journal& journal, const State& state)
      : topic_(topic), journal_(journal), state_(state) {}

  // Before folding from where a stored state stands (nullptr: from the beginning).
  void begin(const log::Progress* from);
  // A valid outcome, folded while the partition is being taken over.
  void note(const ReadOutcome& read);
  // After taking over: tells whatever may not have been told.
  [[nodiscard]] Result<void> publish_untold(const std::function<bool()>& stopping);

  // An own outcome that has been read back and applied to the state.
  [[nodiscard]] Result<void> publish(std::uint64_t offset, const log::Outcome& outcome,
                                     const log::Source& source, const CommandRecord& record);

  // The topic is to be begun again: what has not been acknowledged is untold, as what follows is
  // until then.
  void keep_untold();

  // The offsets of outcomes that have perhaps not been told yet.
  [[nodiscard]] std::vector<std::uint64_t> untold() const;
  // What the next outcome says: every outcome below has been told and acknowledged.
  [[nodiscard]] std::uint64_t answered_up_to() const;

 private:
  [[nodiscard]] Result<Receipt> receipt_for(const log::Outcome& outcome);
  [[nodiscard]] Result<Receipt> first_receipt(std::uint64_t offset, const Position& position);
  void keep(std::uint64_t offset, const Receipt& receipt);
  [[nodiscard]] Result<void> tell(std::uint64_t offset, const log::Outcome& outcome,
                                  const log::Source& source, const CommandRecord& record);
  [[nodiscard]] Result<void> publish_again(std::uint64_t offset, const Journal::Recorded& recorded);

  CommandTopic& topic_;
  Journal& journal_;
  const State& state_;
  bool begun_ = false;              // answers can go out
  std::set<std::uint64_t> stored_;  // perhaps untold, by the stored state or when the topic failed
  std::deque<std::pair<std::uint64_t, Journal::Recorded>> folded_;  // since then
  // A repeat mostly comes soon after the first one: no need to read that from the log.
  std::unordered_map<std::uint64_t, Receipt> recent_;  // by offset
  std::deque<std::uint64_t> recent_order_;
};

}  // namespace daybook::commands
