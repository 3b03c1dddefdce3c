#include "tests/unit/log/takeover_model.h"

#include <array>
#include <map>

#include "tests/support/log_records.h"
#include "tests/unit/log/takeover_handler.h"

namespace daybook::test {
namespace {

using std::chrono::milliseconds;

struct Valid {
  Fact fact;
  std::uint64_t offset = 0;
  std::uint64_t epoch = 0;
  std::string owner;
};

class Model {
 public:
  Model(Choices& choices, const Bounds& bounds, Defect defect)
      : choices_(choices),
        world_{bounds, defect, MemoryEventLog(), {}, 0, 0},
        handlers_{Handler(world_, 'A'), Handler(world_, 'B')} {
    world_.log.never_wait();
    world_.log.inject(0, genesis());
    world_.log.on_record([this](const std::string&) { return fate(); });
    world_.log.before_append([this] { let_the_other_go_first(); });
  }

  std::string run() {
    while (step()) {
    }
    healing_ = true;
    std::string violation = check();
    if (violation.empty()) violation = heal();
    return violation.empty() ? "" : violation + "\nafter: " + trace_;
  }

 private:
  struct Step {
    std::string name;
    std::function<void()> run;
  };

  bool step() {
    if (steps_ == world_.bounds.steps) return false;
    std::vector<Step> steps;
    for (Handler& handler : handlers_) add_steps(handler, steps);
    for (std::size_t i = 0; i < world_.log.late_count(); ++i) {
      steps.push_back(
          {"late record " + std::to_string(i) + " lands", [this, i] { world_.log.land_late(i); }});
    }
    if (steps.empty()) return false;
    ++steps_;
    const Step& chosen = steps[choices_.choose(steps.size())];
    trace_ += "; " + chosen.name;
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
    if (crashes_ < world_.bounds.crashes) {
      steps.push_back({name + " crashes", [this, &handler] {
                         ++crashes_;
                         handler.restart();
                       }});
    }
  }

  Fate fate() {
    if (healing_ || faults_ == world_.bounds.faults) return Fate::kLands;
    constexpr std::array kFates{Fate::kLands,      Fate::kLost,          Fate::kLate,
                                Fate::kLandsTwice, Fate::kUnknownLanded, Fate::kUnknownLate};
    constexpr std::array kNames{
        "", " (lost)", " (late)", " (twice)", " (unknown, landed)", " (unknown, late)"};
    const std::size_t chosen = choices_.choose(kFates.size());
    if (chosen > 0) ++faults_;
    trace_ += kNames.at(chosen);
    return kFates.at(chosen);
  }

  // Between what a handler has read and where its record comes to stand, the other may do anything.
  void let_the_other_go_first() {
    if (healing_ || going_first_) return;
    going_first_ = true;
    while (steps_ < world_.bounds.steps && choices_.choose(2) == 1) {
      trace_ += " [meanwhile";
      const bool stepped = step();
      trace_ += "]";
      if (!stepped) break;
    }
    going_first_ = false;
  }

  std::vector<Valid> valid_outcomes() {
    log::ReaderRule rule(0);
    std::vector<Valid> valid;
    for (const log::RawRecord& record : world_.log.records()) {
      const auto judged = rule.judge(record.offset, record.bytes);
      if (!judged || judged->verdict != log::Verdict::kOutcome) continue;
      const auto outcome = log::outcome_of(judged->record, record.offset);
      valid.push_back(
          {fact_of(*outcome), record.offset, judged->record.epoch(), judged->record.owner()});
    }
    return valid;
  }

  std::string check() {
    const std::vector<Valid> valid = valid_outcomes();
    std::map<std::string, const Valid*> first;
    std::map<std::uint64_t, std::string> owner_of_epoch;
    std::uint64_t version = 0;
    for (const Valid& each : valid) {
      if (!first.emplace(each.fact.command, &each).second)
        return "I2: two valid outcomes of " + each.fact.command;
      if (each.fact.version != ++version)
        return "I3: " + each.fact.content + " was decided on another state";
      const auto [known, fresh] = owner_of_epoch.emplace(each.epoch, each.owner);
      if (!fresh && known->second != each.owner)
        return "I10: two owners in epoch " + std::to_string(each.epoch);
    }
    for (const Answer& answer : world_.answers) {
      const auto found = first.find(answer.fact.command);
      const bool truthful = found != first.end() && found->second->offset == answer.offset &&
                            found->second->fact == answer.fact;
      if (!truthful) return "I1: the answer " + answer.fact.content + " is not in the log";
    }
    for (const Handler& handler : handlers_) {
      if (std::string violation = check_handler(handler, valid); !violation.empty())
        return violation;
    }
    return check_readers();
  }

  // I5: an owner's state is the fold of the valid outcomes that it has read.
  static std::string check_handler(const Handler& handler, const std::vector<Valid>& valid) {
    if (!handler.owns()) return "";
    const std::string state = std::string("I5: the state of ") + handler.letter();
    std::size_t expected = 0;
    for (const Valid& each : valid) {
      if (each.offset >= handler.journal().progress().next_offset()) break;
      ++expected;
      const auto found = handler.folded().find(each.fact.command);
      const bool has = found != handler.folded().end() && found->second.fact == each.fact;
      if (!has) return state + " lacks " + each.fact.content;
    }
    if (handler.folded().size() != expected) return state + " has what is not valid";
    return "";
  }

  // All readers agree, whatever piece by piece they read and wherever they begin again.
  std::string check_readers() {
    const auto whole = read_all(bytes_of(world_.log.records()));
    if (!whole.error.empty()) return "a reader stops: " + whole.error;
    for (Handler& handler : handlers_) {
      const log::Progress& progress = handler.journal().progress();
      if (progress.log_id().empty()) continue;
      log::ValidReader reader(world_.log, 0);
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
    trace_ += "; A heals";
    for (int i = 0; i < 3 && !last.owns(); ++i) last.claim();
    if (!last.owns()) return "I11: the partition cannot be had any more";
    while (!last.wanted().empty()) last.decide();
    last.read_back();
    if (!last.owns()) return "I11: the owner is lost without a fault";
    const std::size_t decided = valid_outcomes().size();
    if (decided != static_cast<std::size_t>(world_.bounds.commands))
      return "I1: a command has no outcome";
    return check();
  }

  Choices& choices_;
  World world_;
  std::array<Handler, 2> handlers_;
  std::string trace_;
  int steps_ = 0;
  int faults_ = 0;
  int crashes_ = 0;
  bool going_first_ = false;
  bool healing_ = false;
};

}  // namespace

std::size_t Choices::choose(std::size_t options) {
  if (depth_ == choices_.size()) choices_.push_back({0, options});
  return choices_.at(depth_++).taken;
}

bool Choices::next_run() {
  depth_ = 0;
  while (!choices_.empty() && choices_.back().taken + 1 == choices_.back().options)
    choices_.pop_back();
  if (choices_.empty()) return false;
  ++choices_.back().taken;
  return true;
}

std::string run_model(Choices& choices, const Bounds& bounds, Defect defect) {
  return Model(choices, bounds, defect).run();
}

}  // namespace daybook::test
