#include "tests/unit/commands/handler_fixture.h"

namespace daybook::test {

std::function<std::string()> owners(char letter) {
  return [letter, count = 0U]() mutable {
    std::string bytes = owner(letter);
    ++count;
    bytes[14] = static_cast<char>(count >> 8U);
    bytes[15] = static_cast<char>(count);
    return bytes;
  };
}

HandlerFixture::HandlerFixture() { log_.inject(0, genesis()); }

void HandlerFixture::start_on(StateStore& store, commands::HandlerOptions options) {
  static char letter = 'A';
  journal_ = std::make_unique<log::PartitionJournal>(log_, 0, owners(letter++));
  handler_ = std::make_unique<commands::PartitionHandler>(*journal_, store, clock_, options);
  handler_->start();
}

void HandlerFixture::start_with_organization(commands::HandlerOptions options) {
  start(options);
  ASSERT_EQ(text_of(sender_.ask(command(0, organization()))), "accepted");
}

std::vector<log::Outcome> HandlerFixture::valid_outcomes() const {
  std::vector<log::Outcome> outcomes;
  log::ReaderRule rule(0);
  for (const log::RawRecord& record : log_.records()) {
    const auto judged = rule.judge(record.offset, record.bytes);
    EXPECT_TRUE(judged);
    if (judged->verdict != log::Verdict::kOutcome) continue;
    outcomes.push_back(*log::outcome_of(judged->record, record.offset));
  }
  return outcomes;
}

std::map<std::string, int> HandlerFixture::outcomes_of_commands() const {
  std::map<std::string, int> counts;
  for (const log::Outcome& outcome : valid_outcomes()) ++counts[outcome.command_id()];
  return counts;
}

MemoryStateStore::Content HandlerFixture::folded(const MemoryStateStore& store) {
  MemoryStateStore::Content content = store.content();
  std::erase_if(content,
                [](const auto& item) { return item.first.find("progress") != std::string::npos; });
  return content;
}

MemoryStateStore::Content HandlerFixture::fold_anew() {
  MemoryStateStore store;
  log::PartitionJournal journal(log_, 0, owners('z'));
  commands::PartitionHandler handler(journal, store, clock_);
  handler.start();
  EXPECT_TRUE(wait_until([&] { return handler.status().owns; }));
  handler.stop();
  return folded(store);
}

}  // namespace daybook::test
