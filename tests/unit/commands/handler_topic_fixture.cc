#include "tests/unit/commands/handler_topic_fixture.h"

#include "commands/codec/json.h"

namespace daybook::test {

commands::TopicRecord record_of(const Command& command) {
  return {command.organization_id(), codec::encode_json(command), {}};
}

void HandlerTopic::start(commands::HandlerOptions options) {
  static char letter = 'A';
  journal_ = std::make_unique<log::PartitionJournal>(log_, 0, owners(letter++));
  topic_ = std::make_unique<MemoryCommandTopic>(topics_, 0);
  handler_ = std::make_unique<commands::PartitionHandler>(*journal_, store_, clock_, options,
                                                          topic_.get());
  handler_->start();
  handler_->assign(true);
}

void HandlerTopic::await(std::size_t answers) {
  ASSERT_TRUE(wait_until([&] { return topics_.answers().size() >= answers; }))
      << topics_.answers().size() << " of " << answers << ", " << handler_->status().trouble;
}

std::string HandlerTopic::kinds() const {
  std::string text;
  for (const log::Outcome& outcome : valid_outcomes()) {
    constexpr std::string_view kLetters = "?ARPFLC";
    text.push_back(kLetters[static_cast<std::size_t>(outcome.kind())]);
  }
  return text;
}

std::vector<std::int64_t> HandlerTopic::sources() const {
  std::vector<std::int64_t> offsets;
  log::ReaderRule rule(0);
  for (const log::RawRecord& record : log_.records()) {
    const auto judged = rule.judge(record.offset, record.bytes);
    if (judged->verdict == log::Verdict::kOutcome)
      offsets.push_back(judged->envelope.source().offset());
  }
  return offsets;
}

Receipt HandlerTopic::result(const std::string& origin, std::size_t which) const {
  Receipt receipt;
  const auto results = topics_.results_of(origin);
  EXPECT_GT(results.size(), which) << origin;
  if (results.size() > which) {
    EXPECT_TRUE(codec::decode_json(results[which], receipt).empty()) << results[which];
  }
  return receipt;
}

}  // namespace daybook::test
