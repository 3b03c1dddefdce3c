#include "tests/unit/log/takeover_handler.h"

#include "tests/support/log_records.h"

namespace daybook::test {

Fact fact_of(const log::Outcome& outcome) {
  return {outcome.command_id(), outcome.command(), outcome.lost_from()};
}

void Handler::restart() {
  owns_ = false;
  ahead_.clear();
  folded_ = stored_;
  journal_ = std::make_unique<log::PartitionJournal>(world_.log, 0, [this] {
    std::string bytes = owner(letter_);
    bytes.back() = static_cast<char>(++world_.owners);
    return bytes;
  });
}

void Handler::lose() {
  if (world_.defect == Defect::kAnswersWhatWasLost) {
    for (const Fact& fact : ahead_) world_.answers.push_back({fact, 0});
  }
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
    if (world_.defect == Defect::kForgetsWhatItFolded) return {};
    folded_[read.outcome.command_id()] = {fact_of(read.outcome), read.position.offset};
    return {};
  };
  const auto rest = []() -> Result<void> { return {}; };
  owns_ = journal_->claim(stored_progress_ ? &*stored_progress_ : nullptr, fold, rest).has_value();
  busy_ = false;
  if (!owns_) return;
  // Both handlers' clients wait for every command: what is found is answered.
  for (const auto& [command, answer] : folded_) world_.answers.push_back(answer);
  store();
}

std::string Handler::wanted() const {
  for (int i = 1; i <= world_.bounds.commands; ++i) {
    const std::string command = "c" + std::to_string(i);
    bool known = folded_.count(command) > 0;
    for (const Fact& fact : ahead_) known = known || fact.command == command;
    if (!known) return command;
  }
  return "";
}

bool Handler::has_something_to_read() const {
  return !ahead_.empty() || *world_.log.end_offset(0) > journal_->progress().next_offset();
}

void Handler::decide() {
  busy_ = true;
  const std::string command = wanted();
  const std::string content =
      command + " by " + letter_ + " in decision " + std::to_string(++world_.decisions);
  ahead_.push_back({command, content, folded_.size() + ahead_.size() + 1});
  log::Outcome decided = outcome(command);
  decided.set_command(content);
  decided.set_lost_from(ahead_.back().version);
  const auto appended = journal_->append({{&decided, {}}});
  if (world_.defect == Defect::kAnswersBeforeReadBack) {
    world_.answers.push_back({ahead_.back(), journal_->progress().next_offset()});
  }
  if (!appended) lose();
  busy_ = false;
}

void Handler::read_back() {
  const auto positions = journal_->read_back(std::chrono::milliseconds(0));
  if (!positions) {
    if (world_.defect == Defect::kAppliesVoidRecords) {
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
    world_.answers.push_back(answer);
  }
  store();
}

}  // namespace daybook::test
