// A handler as the model has it, and what the handlers share.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "infra/log/partition_journal.h"
#include "tests/support/memory_event_log.h"
#include "tests/unit/log/takeover_model.h"

namespace daybook::test {

// What an outcome says, told apart from any other decision of the same command.
struct Fact {
  std::string command;
  std::string content;        // who decided it and when
  std::uint64_t version = 0;  // which outcome it is, by the state that it was decided on
  friend bool operator==(const Fact&, const Fact&) = default;
};

[[nodiscard]] Fact fact_of(const log::Outcome& outcome);

struct Answer {
  Fact fact;
  std::uint64_t offset = 0;
};

// What both handlers see, and what they have told.
struct World {
  const Bounds& bounds;
  const Defect defect;
  MemoryEventLog log;
  std::vector<Answer> answers;
  int decisions = 0;
  int owners = 0;
};

class Handler {
 public:
  Handler(World& world, char letter) : world_(world), letter_(letter) { restart(); }

  void claim();
  void decide();
  void read_back();
  // Comes back with what its store has: the second handler stores after each read, the first never.
  void restart();

  [[nodiscard]] bool owns() const { return owns_; }
  [[nodiscard]] bool busy() const { return busy_; }
  [[nodiscard]] bool has_something_to_read() const;
  [[nodiscard]] std::string wanted() const;
  [[nodiscard]] char letter() const { return letter_; }
  [[nodiscard]] const std::map<std::string, Answer>& folded() const { return folded_; }
  [[nodiscard]] const log::PartitionJournal& journal() const { return *journal_; }

 private:
  void lose();
  void store();

  World& world_;
  char letter_;
  std::unique_ptr<log::PartitionJournal> journal_;
  bool owns_ = false;
  bool busy_ = false;
  std::map<std::string, Answer> folded_;
  std::vector<Fact> ahead_;
  std::optional<log::Progress> stored_progress_;
  std::map<std::string, Answer> stored_;
};

}  // namespace daybook::test
