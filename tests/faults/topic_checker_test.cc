// The checker of whole topics is checked: it finds nothing wrong with what handlers have done, and
// names every defect that is planted in it.
#include "tests/support/topic_checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>

#include "commands/codec/json.h"
#include "commands/intake.h"
#include "commands/partition_handler.h"
#include "commands/routing.h"
#include "infra/log/partition_journal.h"
#include "infra/log/random_id.h"
#include "infra/log/record.h"
#include "infra/log/valid_reader.h"
#include "tests/support/command_sender.h"
#include "tests/support/log_records.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_command_topic.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/memory_state_store.h"
#include "tests/support/wait_until.h"

namespace daybook::test {
namespace {

using testing::check_topics;
using testing::FoldedLog;
using ::testing::HasSubstr;
using testing::open_ends;
using testing::order_faults;
using testing::TopicContents;
using testing::TopicMessage;
using testing::TopicVerdict;

constexpr std::uint32_t kPartitions = 2;

std::string organization_of(std::uint32_t partition) {
  std::uint64_t number = 0;
  while (commands::partition_of(organization_id(number), kPartitions) != partition) ++number;
  return organization_id(number);
}

// Two partitions on which handlers have worked, with a repeat, a forwarded command, rubbish, a
// refusal, and a record that came too late.
class History {
 public:
  History() {
    for (std::uint32_t i = 0; i < kPartitions; ++i) log_.inject(i, genesis(kLogId, i, kPartitions));
    const std::string here = organization_of(0);
    const std::string there = organization_of(1);
    send(0, command(0, organization(), here));
    send(1, command(1, organization(), there));
    send(0, command(2, company("C1"), here));
    send(0, command(2, company("C1"), here));
    send(0, command(3, company("C1"), there));  // in the wrong partition
    send(1, command(4, company("C1"), there));
    topics_.send(0, {here, "rubbish", {}});
    work({"0:4", "1:1", "0:3"});
    log_.inject(0, outcome_record(1, owner('Q'), 99, {}, "late"));
    send(0, command(5, company("C5"), here));
    work({"0:5"});
  }

  [[nodiscard]] TopicContents contents() const {
    TopicContents all(kPartitions);
    for (std::uint32_t i = 0; i < kPartitions; ++i) {
      all[i].commands[0] = topics_.commands(i);
      all[i].events = log_.records(i);
    }
    for (const commands::Answer& answer : topics_.answers()) {
      testing::PartitionContents& to = all[commands::partition_of(*answer.result.key, kPartitions)];
      to.results.push_back({to.results.size(), answer.result});
      if (answer.dead_letter)
        to.dead_letters.push_back({to.dead_letters.size(), *answer.dead_letter});
    }
    return all;
  }

 private:
  void send(std::uint32_t partition, const Command& command) {
    topics_.send(partition, {command.organization_id(), codec::encode_json(command), {}});
  }
  // Handlers of their own take the partitions over, until what was sent to these places is
  // answered.
  void work(const std::vector<std::string>& origins) {
    struct Place {
      std::unique_ptr<log::PartitionJournal> journal;
      std::unique_ptr<MemoryCommandTopic> topic;
      MemoryStateStore store;
      std::unique_ptr<commands::PartitionHandler> handler;
    };
    std::array<Place, kPartitions> places;
    for (std::uint32_t i = 0; i < kPartitions; ++i) {
      Place& place = places[i];
      place.journal = std::make_unique<log::PartitionJournal>(log_, i, log::random_uuid_bytes);
      place.topic = std::make_unique<MemoryCommandTopic>(topics_, i);
      place.handler = std::make_unique<commands::PartitionHandler>(
          *place.journal, place.store, clock_, commands::HandlerOptions{}, place.topic.get());
      place.handler->start();
      place.handler->assign(true);
    }
    for (const std::string& origin : origins)
      EXPECT_TRUE(wait_until([&] { return !topics_.results_of(origin).empty(); })) << origin;
    for (Place& place : places) place.handler->stop();
  }

  MemoryEventLog log_{kPartitions};
  MemoryTopics topics_{kPartitions};
  ManualClock clock_{kNow};
};

class TopicChecker : public ::testing::Test {
 protected:
  // Adds a valid outcome to partition 0, after what is there.
  void forge(const std::function<void(log::Outcome&, log::Envelope&)>& change) {
    MemoryEventLog memory(kPartitions);
    for (const log::RawRecord& record : contents_[0].events) memory.inject(0, record.bytes);
    log::PartitionJournal journal(memory, 0, log::random_uuid_bytes);
    log::Outcome outcome;
    log::Envelope envelope;
    const auto fold = [&](const ReadOutcome& read) -> Result<void> {
      if (read.outcome.kind() == log::OUTCOME_KIND_ACCEPTED) outcome = read.outcome;
      envelope = read.envelope;
      return {};
    };
    ASSERT_TRUE(journal.claim(nullptr, fold, []() -> Result<void> { return {}; }));
    change(outcome, envelope);
    ASSERT_TRUE(journal.append({{&outcome, envelope}}));
    contents_[0].events = memory.records(0);
  }
  void expect_named(const std::string& defect) const {
    EXPECT_THAT(check_topics(contents_).faults, ::testing::Contains(HasSubstr(defect)));
  }

  static TopicContents sound() {
    static const TopicContents contents = History().contents();
    return contents;
  }

  TopicContents contents_ = sound();
};

TEST_F(TopicChecker, FindsNothingWrongWithWhatHandlersHaveDone) {
  const TopicVerdict verdict = check_topics(contents_);
  EXPECT_EQ(verdict.faults, std::vector<std::string>());
  EXPECT_EQ(open_ends(contents_), std::vector<std::string>());
  EXPECT_EQ(verdict.outcomes, 9U);
  EXPECT_EQ(verdict.voids, 1U);
  EXPECT_EQ(verdict.repeated, 1U);
  EXPECT_EQ(verdict.forwarded, 1U);
  EXPECT_EQ(verdict.fences, 4U);
}

TEST_F(TopicChecker, NamesResultsThatAreMissingForgedOrOutOfOrder) {
  const std::vector<TopicMessage> results = contents_[0].results;
  contents_[0].results.erase(contents_[0].results.begin() + 1);
  expect_named("has no result");
  contents_[0].results = results;

  for (const log::RawRecord& event : contents_[0].events) {
    if (log::decode_record(event.bytes)->sequence() != 99) continue;  // the void one
    contents_[0].results.push_back(results.back());
    for (auto& [name, value] : contents_[0].results.back().record.headers) {
      if (name == commands::header::kOutcomeOffset) value = std::to_string(event.offset);
    }
  }
  EXPECT_EQ(contents_[0].results.size(), results.size() + 1);
  expect_named("where there is no valid outcome");
  contents_[0].results = results;

  std::swap(contents_[0].results[0], contents_[0].results[1]);
  expect_named("tells of outcome");
}

TEST_F(TopicChecker, NamesResultsThatSaySomethingElse) {
  const std::vector<TopicMessage> results = contents_[0].results;
  const auto with = [&](const std::string& what, const std::string& instead) {
    contents_[0].results = results;
    std::string& json = *contents_[0].results[1].record.value;
    json.replace(json.find(what), what.size(), instead);
  };
  with("accepted", "rejected");
  expect_named("has the outcome \"rejected\"");
  with(kLogId, kOtherLogId);
  expect_named("has the token");
  with(command_id(2), command_id(7));
  expect_named("has the command id");
  with("{", "[");
  expect_named("has no receipt");
  contents_[0].results = results;
  contents_[0].results[1].record.key = organization_of(1);
  expect_named("has the key");
}

TEST_F(TopicChecker, NamesASecondOutcomeOfACommand) {
  forge([](log::Outcome&, log::Envelope&) {});
  expect_named("comes of a record that is not behind the last one's");
  expect_named("has two outcomes");
  expect_named("has version");
}

TEST_F(TopicChecker, NamesARepeatOfSomethingElse) {
  forge([](log::Outcome& outcome, log::Envelope&) {
    outcome.clear_events();
    outcome.set_kind(log::OUTCOME_KIND_REPEATED);
    outcome.set_first_offset(2);
  });
  expect_named("repeats another command");
}

TEST_F(TopicChecker, NamesCommandsWithoutOutcomeAndOutcomesWithoutCommand) {
  contents_[0].commands[0].push_back(contents_[0].commands[0].back());
  contents_[0].commands[0].back().offset += 1;
  expect_named("has no outcome");
  EXPECT_EQ(open_ends(contents_).size(), 1U);
  contents_[0].commands[0].pop_back();
  contents_[0].commands[0].pop_back();
  expect_named("comes of a record that is not there");
}

TEST_F(TopicChecker, NamesACommandRecordThatIsAnotherOne) {
  contents_[0].commands[0][0].hash = "other";
  expect_named("names a record by another hash");
}

TEST_F(TopicChecker, NamesARecordThatWasLostOnItsWayToTheOtherPartition) {
  std::erase_if(contents_[1].commands[0], [](const commands::CommandRecord& record) {
    return commands::find_header(record.headers, commands::header::kOrigin).has_value();
  });
  expect_named("was forwarded, but there is no copy");
}

TEST_F(TopicChecker, NamesADeadLetterThatIsNotThere) {
  contents_[0].dead_letters.clear();
  expect_named("has no dead letter");
}

TEST_F(TopicChecker, NamesALogThatLostOrChangedARecord) {
  const std::vector<log::RawRecord> events = contents_[0].events;
  contents_[0].events.erase(contents_[0].events.begin() + 2);
  expect_named("has no outcome");
  expect_named("where there is no valid outcome");
  contents_[0].events = events;
  contents_[0].events[2].bytes.back() ^= 1;
  expect_named("stops its readers: log.damaged");
}

TEST_F(TopicChecker, NamesCommandsThatOvertookEachOtherOrWereForgotten) {
  const FoldedLog folded = check_topics(contents_).folded;
  const std::string here = organization_of(0);
  EXPECT_TRUE(order_faults(folded, {{here, command_id(2)}, {here, command_id(5)}}).empty());
  EXPECT_THAT(order_faults(folded, {{here, command_id(5)}, {here, command_id(2)}}),
              ::testing::ElementsAre(HasSubstr("was decided after one sent later")));
  EXPECT_THAT(order_faults(folded, {{here, command_id(8)}}),
              ::testing::ElementsAre(HasSubstr("was acknowledged and never decided")));
}

}  // namespace
}  // namespace daybook::test
