// Who changed what, when, by which command: the versions of one record with old and new values.
//
// Follows the index (record, version) -> offset in the state, so only the record's own outcomes are
// read. In two halves, because they run in different places: what the state knows is asked on the
// handler's thread in small portions, the outcomes are read elsewhere.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/submission.h"
#include "domain/core/result.h"
#include "domain/state/state.h"
#include "schemas/receipt.pb.h"

namespace daybook::commands {

// The record that a question is about, if the viewer may see it: its id. kNotFound if the
// organization never had such a record, or the viewer may not see it.
[[nodiscard]] Result<std::string> find_record(const State& state, const HistoryQuestion& question);

// The offsets of at most `count` versions of a record from `first` on.
[[nodiscard]] std::vector<std::uint64_t> version_offsets(const State& state,
                                                         const HistoryQuestion& question,
                                                         const std::string& id, std::uint64_t first,
                                                         std::size_t count);

// Folds a record version by version and notes what changed.
class HistoryFold {
 public:
  HistoryFold(const HistoryQuestion& question, const std::string& id);

  [[nodiscard]] std::uint64_t next_version() const { return version_ + 1; }
  // Takes the next versions from their outcome; all of them that it holds.
  void take(const log::Outcome& outcome);
  // True when there are more versions than were asked for.
  [[nodiscard]] bool full() const { return history_.more(); }
  [[nodiscard]] History finish() { return std::move(history_); }

 private:
  using Values = std::vector<std::optional<std::string>>;  // of the read columns

  void note(const log::Event& event, const log::Outcome& outcome, const Values& before);

  HistoryQuestion question_;
  std::unique_ptr<google::protobuf::Message> record_;
  Values values_;
  std::uint64_t version_ = 0;
  History history_;
};

}  // namespace daybook::commands
