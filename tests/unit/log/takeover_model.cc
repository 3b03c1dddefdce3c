#include "tests/unit/log/takeover_model.h"

#include <array>
#include <map>
#include <optional>
#include <set>

#include "infra/log/partition_journal.h"
#include "tests/support/log_records.h"
#include "tests/support/memory_event_log.h"

namespace daybook::test {
namespace {

using std::chrono::milliseconds;

// What an outcome says, told apart from any other decision of the same command.
struct Fact {
  std::string command;
  std::string content;        // who decided it and when
  std::uint64_t version = 0;  // how many outcomes there were before it, by the decider's state, plus one
  friend bool operator==(const Fact&, const Fact&) = default;
};

Fact fact_of(const log::Outcome& outcome) {
  return {outcome.command_id(), outcome.command(), outcome.lost_from()};
}

struct Answer {
  Fact fact;
  std::uint64_t offset = 0;
};

struct Valid {
  Fact fact;
  std::uint64_t offset = 0;
  std::uint64_t epoch = 0;
  std::string owner;
};

class Model;

class Handler {
 public:
  Handler(Model& model, char letter) : model_(model), letter_(letter) { restart(); }

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

  Model& model_;
  char letter_;
  std::unique_ptr<log::PartitionJournal> journal_;
  bool owns_ = false;
  bool busy_ = false;
  std::map<std::string, Answer> folded_;
  std::vector<Fact> ahead_;
  std::optional<log::Progress> stored_progress_;
  std::map<std::string, Answer> stored_;
};

class Model {
 public:
  Model(Choices& choices, const Bounds& bounds, Defect defect)
      : choices(choices), bounds(bounds), defect(defect), handlers_{Handler(*this, 'A'), Handler(*this, 'B')} {
    log.never_wait();
    log.inject(0, genesis());
    log.on_record([this](const std::string&) { return fate(); });
    log.before_append([this] { let_the_other_go_first(); });
  }

  std::string run() {
    while (step()) {
    }
    healing_ = true;
    std::string violation = check();
    if (violation.empty()) violation = heal();
    return violation.empty() ? "" : violation + "\nafter: " + trace;
  }

  std::string new_owner(char letter) {
    std::string bytes = owner(letter);
    bytes.back() = static_cast<char>(++owners_);
    return bytes;
  }

  Choices& choices;
  const Bounds& bounds;
  const Defect defect;
  MemoryEventLog log;
  std::string trace;
  std::vector<Answer> answers;
  int decisions = 0;

 private:
  struct Step {
    std::string name;
    std::function<void()> run;
  };

  bool step() {
    if (steps_ == bounds.steps) return false;
    std::vector<Step> steps;
    for (Handler& handler : handlers_) add_steps(handler, steps);
    for (std::size_t i = 0; i < log.late_count(); ++i) {
      steps.push_back({"late record " + std::to_string(i) + " lands", [this, i] { log.land_late(i); }});
    }
    if (steps.empty()) return false;
    ++steps_;
    const Step& chosen = steps[choices.choose(steps.size())];
    trace += "; " + chosen.name;
    chosen.run();
    return true;
  }

  void add_steps(Handler& handler, std::vector<Step>& steps) {
    if (handler.busy()) return;
    const std::string name(1, handler.letter());
    if (!handler.owns()) steps.push_back({name + " claims", [&handler] { handler.claim(); }});
    if (!handler.owns()) return;
    if (!handler.wanted().empty()) {
      steps.push_back({name + " decides " + handler.wanted(), [&handler] { handler.decide(); }});
    }
    if (handler.has_something_to_read()) {
      steps.push_back({name + " reads back", [&handler] { handler.read_back(); }});
    }
    if (crashes_ < bounds.crashes) {
      steps.push_back({name + " crashes", [this, &handler] {
                         ++crashes_;
                         handler.restart();
                       }});
    }
  }

  Fate fate() {
    if (healing_ || faults_ == bounds.faults) return Fate::kLands;
    constexpr std::array kFates{Fate::kLands,      Fate::kLost,          Fate::kLate,
                                Fate::kLandsTwice, Fate::kUnknownLanded, Fate::kUnknownLate};
    constexpr std::array kNames{"", " (lost)", " (late)", " (twice)", " (unknown, landed)", " (unknown, late)"};
    const std::size_t chosen = choices.choose(kFates.size());
    if (chosen > 0) ++faults_;
    trace += kNames.at(chosen);
    return kFates.at(chosen);
  }

  // Between what a handler has read and where its record comes to stand, the other may do anything.
  void let_the_other_go_first() {
    if (healing_ || going_first_) return;
    going_first_ = true;
    while (steps_ < bounds.steps && choices.choose(2) == 1) {
      trace += " [meanwhile";
      const bool stepped = step();
      trace += "]";
      if (!stepped) break;
    }
    going_first_ = false;
  }

  std::vector<Valid> valid_outcomes() {
    log::ReaderRule rule(0);
    std::vector<Valid> valid;
    for (const log::RawRecord& record : log.records()) {
      const auto judged = rule.judge(record.offset, record.bytes);
      if (!judged || judged->verdict != log::Verdict::kOutcome) continue;
      const auto outcome = log::outcome_of(judged->record, record.offset);
      valid.push_back({fact_of(*outcome), record.offset, judged->record.epoch(), judged->record.owner()});
    }
    return valid;
  }

  std::string check() {
    const std::vector<Valid> valid = valid_outcomes();
    std::map<std::string, const Valid*> first;
    std::map<std::uint64_t, std::string> owner_of_epoch;
    std::uint64_t version = 0;
    for (const Valid& each : valid) {
      if (!first.emplace(each.fact.command, &each).second) return "I2: two valid outcomes of " + each.fact.command;
      if (each.fact.version != ++version) return "I3: " + each.fact.content + " was decided on another state";
      const auto [known, fresh] = owner_of_epoch.emplace(each.epoch, each.owner);
      if (!fresh && known->second != each.owner) return "I10: two owners in epoch " + std::to_string(each.epoch);
    }
    for (const Answer& answer : answers) {
      const auto found = first.find(answer.fact.command);
      const bool truthful = found != first.end() && found->second->offset == answer.offset &&
                            found->second->fact == answer.fact;
      if (!truthful) return "I1: the answer " + answer.fact.content + " is not in the log";
    }
    for (const Handler& handler : handlers_) {
      if (std::string violation = check_handler(handler, valid); !violation.empty()) return violation;
    }
    return check_readers();
  }

  // I5: an owner's state is the fold of the valid outcomes that it has read.
  static std::string check_handler(const Handler& handler, const std::vector<Valid>& valid) {
    if (!handler.owns()) return "";
    std::size_t expected = 0;
    for (const Valid& each : valid) {
      if (each.offset >= handler.journal().progress().next_offset()) break;
      ++expected;
      const auto found = handler.folded().find(each.fact.command);
      if (found == handler.folded().end() || !(found->second.fact == each.fact)) {
        return std::string("I5: ") + handler.letter() + "'s state lacks " + each.fact.content;
      }
    }
    if (handler.folded().size() == expected) return "";
    return std::string("I5: ") + handler.letter() + "'s state has what is not valid";
  }

  // All readers agree, whatever piece by piece they read and wherever they begin again.
  std::string check_readers() {
    const auto whole = read_all(bytes_of(log.records()));
    if (!whole.error.empty()) return "a reader stops: " + whole.error;
    for (Handler& handler : handlers_) {
      const log::Progress& progress = handler.journal().progress();
      if (progress.log_id().empty()) continue;
      log::ValidReader reader(log, 0);
      if (!reader.start(&progress)) return "a progress is not a witness of its own log";
      while (reader.progress().next_offset() < whole.progress.next_offset()) {
        if (!reader.read_records(1, milliseconds(0))) return "a reader that went on stops";
      }
      if (reader.progress().SerializeAsString() != whole.progress.SerializeAsString()) {
        return "a reader that went on disagrees with one that began anew";
      }
    }
    return "";
  }

  // When faults stop, whoever takes over gets every command decided exactly once.
  std::string heal() {
    Handler& last = handlers_.front();
    last.restart();
    trace += "; A heals";
    for (int i = 0; i < 3 && !last.owns(); ++i) last.claim();
    if (!last.owns()) return "I11: the partition cannot be had any more";
    while (!last.wanted().empty()) last.decide();
    last.read_back();
    if (!last.owns()) return "I11: the owner is lost without a fault";
    const std::size_t decided = valid_outcomes().size();
    if (decided != static_cast<std::size_t>(bounds.commands)) return "I1: a command has no outcome";
    return check();
  }

  std::array<Handler, 2> handlers_;
  int steps_ = 0;
  int faults_ = 0;
  int crashes_ = 0;
  int owners_ = 0;
  bool going_first_ = false;
  bool healing_ = false;
};

void Handler::restart() {
  owns_ = false;
  ahead_.clear();
  folded_ = stored_;
  journal_ = std::make_unique<log::PartitionJournal>(model_.log, 0, [this] { return model_.new_owner(letter_); });
}

void Handler::lose() {
  if (model_.defect == Defect::kDecidesOnAfterLoss) return;
  owns_ = false;
  ahead_.clear();
}

void Handler::store() {
  if (letter_ == 'A') return;
  stored_progress_ = journal_->progress();
  stored_ = folded_;
}

void Handler::claim() {
  busy_ = true;
  folded_ = stored_;
  const auto fold = [this](const ReadOutcome& read) -> Result<void> {
    if (model_.defect == Defect::kForgetsWhatItFolded) return {};
    folded_[read.outcome.command_id()] = {fact_of(read.outcome), read.position.offset};
    return {};
  };
  const auto rest = []() -> Result<void> { return {}; };
  owns_ = journal_->claim(stored_progress_ ? &*stored_progress_ : nullptr, fold, rest).has_value();
  busy_ = false;
  if (!owns_) return;
  // Both handlers' clients wait for every command: what is found is answered.
  for (const auto& [command, answer] : folded_) model_.answers.push_back(answer);
  store();
}

std::string Handler::wanted() const {
  for (int i = 1; i <= model_.bounds.commands; ++i) {
    const std::string command = "c" + std::to_string(i);
    bool known = folded_.count(command) > 0;
    for (const Fact& fact : ahead_) known = known || fact.command == command;
    if (!known) return command;
  }
  return "";
}

bool Handler::has_something_to_read() const {
  return !ahead_.empty() || model_.log.records().back().offset >= journal_->progress().next_offset();
}

void Handler::decide() {
  busy_ = true;
  const std::string command = wanted();
  const std::string content = command + " by " + letter_ + " in decision " + std::to_string(++model_.decisions);
  ahead_.push_back({command, content, folded_.size() + ahead_.size() + 1});
  log::Outcome decided = outcome(command);
  decided.set_command(content);
  decided.set_lost_from(ahead_.back().version);
  const auto appended = journal_->append({&decided});
  if (model_.defect == Defect::kAnswersBeforeReadBack) {
    model_.answers.push_back({ahead_.back(), journal_->progress().next_offset()});
  }
  if (!appended) lose();
  busy_ = false;
}

void Handler::read_back() {
  const auto positions = journal_->read_back(milliseconds(0));
  if (!positions) {
    if (model_.defect == Defect::kAppliesVoidRecords) {
      for (const Fact& fact : ahead_) folded_[fact.command] = {fact, 0};
      ahead_.clear();
      return;
    }
    return lose();
  }
  for (const Position& position : *positions) {
    const Answer answer{ahead_.front(), position.offset};
    ahead_.erase(ahead_.begin());
    folded_[answer.fact.command] = answer;
    model_.answers.push_back(answer);
  }
  store();
}

}  // namespace

std::size_t Choices::choose(std::size_t options) {
  if (depth_ == choices_.size()) choices_.push_back({0, options});
  return choices_.at(depth_++).taken;
}

bool Choices::next_run() {
  depth_ = 0;
  while (!choices_.empty() && choices_.back().taken + 1 == choices_.back().options) choices_.pop_back();
  if (choices_.empty()) return false;
  ++choices_.back().taken;
  return true;
}

std::string run_model(Choices& choices, const Bounds& bounds, Defect defect) {
  return Model(choices, bounds, defect).run();
}

}  // namespace daybook::test
