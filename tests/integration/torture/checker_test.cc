// The checker of `daybook torture` finds nothing wrong with a sound history, and names every defect
// that is planted in its log, its answers or its tables.
#include "apps/daybook/torture/checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "apps/daybook/torture/workload.h"
#include "commands/partition_handler.h"
#include "commands/receipts.h"
#include "infra/log/partition_journal.h"
#include "infra/log/random_id.h"
#include "infra/log/valid_reader.h"
#include "infra/read_tables/postgres_read_tables.h"
#include "projections/projector.h"
#include "tests/support/command_sender.h"
#include "tests/support/log_records.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/memory_state_store.h"
#include "tests/support/postgres_fixture.h"
#include "tests/support/wait_until.h"

namespace daybook::torture {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr std::size_t kCommands = 120;

// Commands of the workload that a handler has decided, and tables that a projector has filled.
class TortureChecker : public ::testing::Test {
 protected:
  void SetUp() override {
    log_.inject(0, test::genesis());
    const Workload workload(7);
    std::vector<Command> commands = workload.preload();
    for (std::size_t i = 0; i < kCommands; ++i) commands.push_back(workload.command(i));
    decide(commands);
    project();
    answers_ = collected_.all();
  }

  void decide(const std::vector<Command>& commands) {
    log::PartitionJournal journal(log_, 0, log::random_uuid_bytes);
    test::MemoryStateStore store;
    commands::PartitionHandler handler(journal, store, clock_);
    handler.start();
    test::CommandSender sender(
        [&](commands::Submission submission) { handler.submit(std::move(submission)); });
    for (const Command& command : commands) {
      collected_.sent(command);
      sender.send(command);
    }
    ASSERT_TRUE(sender.wait_for_all());
    for (std::size_t i = 0; i < commands.size(); ++i)
      collected_.told(commands[i], sender.answer(i).value());
    handler.stop();
  }
  void project() {
    log::ValidReader reader(log_, 0);
    read_tables::PostgresReadTables tables(database_.owner_url);
    test::MemoryStateStore store;
    projections::Projector projector(0, reader, tables, store);
    projector.start();
    const auto end = log_.end_offset(0).value();
    ASSERT_TRUE(test::wait_until([&] { return projector.status().next_offset == end; }));
    projector.stop();
  }
  void sql(const std::string& statement) {
    postgres::Connection connection = testing::connect(database_.owner_url);
    (void)testing::run(connection, statement);
  }

  // Adds a valid outcome that is made from the last accepted one.
  ReadOutcome forge(const std::function<void(log::Outcome&)>& change) {
    log::PartitionJournal journal(log_, 0, log::random_uuid_bytes);
    log::Outcome outcome;
    const auto fold = [&](const ReadOutcome& read) -> Result<void> {
      if (read.outcome.kind() == log::OUTCOME_KIND_ACCEPTED) outcome = read.outcome;
      return {};
    };
    EXPECT_TRUE(journal.claim(nullptr, fold, []() -> Result<void> { return {}; }));
    change(outcome);
    EXPECT_TRUE(journal.append({{&outcome, {}}}));
    const auto positions = journal.read_back(std::chrono::seconds(10));
    EXPECT_TRUE(positions && positions->size() == 1);
    return {positions->front(), outcome};
  }
  // An outcome that would be valid, had its writer not been fenced out.
  log::Outcome add_void() {
    log::Outcome outcome = last_accepted().outcome;
    follow_on(outcome);
    log_.inject(0, test::altered(test::outcome_record(1, test::owner('Q'), 99, {}, "late"),
                                 [&](log::LogRecord& record) {
                                   record.set_body(outcome.SerializeAsString());
                                 }));
    return outcome;
  }
  // The same once more, a minute later, as another command.
  static void follow_on(log::Outcome& outcome) {
    outcome.set_command_id(test::command_id(4711));
    outcome.set_decided_at(outcome.decided_at() + 60'000);
    for (log::Event& event : *outcome.mutable_events()) event.set_version(event.version() + 1);
  }
  [[nodiscard]] ReadOutcome last_accepted() {
    ReadOutcome last;
    for (const auto& [offset, read] : judged().outcomes) {
      if (read.outcome.kind() == log::OUTCOME_KIND_ACCEPTED) last = read;
    }
    return last;
  }
  [[nodiscard]] check::Judgement judged() { return check::judge(0, log_.records(0)); }
  [[nodiscard]] static CommandKey key(const log::Outcome& outcome) {
    return {outcome.organization_id(), outcome.command_id()};
  }

  [[nodiscard]] std::vector<std::string> faults() {
    return check(log_, answers_, database_.owner_url, Stage::kAtRest).faults;
  }
  void expect_named(const std::string& defect) {
    EXPECT_THAT(faults(), Contains(HasSubstr(defect)));
  }

  testing::TestDatabase database_ = testing::create_migrated_database("torture");
  test::MemoryEventLog log_;
  test::ManualClock clock_{test::kNow};
  Answers collected_;
  Answers::All answers_;
};

TEST_F(TortureChecker, FindsNothingWrongWithASoundHistory) {
  const Verdict verdict = check(log_, answers_, database_.owner_url, Stage::kAtRest);
  EXPECT_EQ(verdict.faults, std::vector<std::string>());
  EXPECT_GT(verdict.outcomes, 100U);
  EXPECT_GT(verdict.rows, 500U);
}

TEST_F(TortureChecker, NamesALostOutcome) {
  log_.cut(0, log_.records(0).size() - 1);
  expect_named("has no valid outcome: it is lost");
}

TEST_F(TortureChecker, NamesAVoidRecordThatWasApplied) {
  const log::Outcome outcome = add_void();
  EXPECT_EQ(faults(), std::vector<std::string>()) << "it is void, and nobody has applied it";
  check::RowFold fold;
  for (const auto& [offset, read] : judged().outcomes) ASSERT_TRUE(fold.take(read.outcome));
  read_tables::PostgresReadTables tables(database_.owner_url);
  const auto checkpoint = tables.claim(0, judged().end.log_id);
  ASSERT_TRUE(checkpoint);
  auto rows = fold.take(outcome);
  ASSERT_TRUE(rows) << rows.error().detail;
  ASSERT_TRUE(tables.write(*rows, *checkpoint, projections::Refused::kFail));
  expect_named("I6: crm.");
}

TEST_F(TortureChecker, NamesAnEffectThatWasAppliedTwice) {
  const ReadOutcome second = forge([](log::Outcome&) {});
  expect_named("command " + second.outcome.command_id() + " has two outcomes");
  expect_named("has version");
}

TEST_F(TortureChecker, NamesAnOutcomeThatNobodyAskedFor) {
  const ReadOutcome stranger = forge([](log::Outcome& outcome) {
    outcome.set_command_id(test::command_id(4711));
    outcome.clear_events();
  });
  expect_named("command " + stranger.outcome.command_id() + ", which nobody sent");
}

TEST_F(TortureChecker, NamesALostAnswer) {
  const CommandKey last = key(last_accepted().outcome);
  answers_.told.erase(last);
  expect_named("command " + last.second + " was decided, and its answer is lost");
}

TEST_F(TortureChecker, NamesAnAnswerThatCameBeforeTheReadBack) {
  const log::Outcome outcome = add_void();
  answers_.sent.insert(key(outcome));
  answers_.told[key(outcome)] = commands::receipt_of(outcome, judged().end, false);
  expect_named("it was answered before it was read back");
}

TEST_F(TortureChecker, NamesAnswersThatAreNotTrue) {
  const CommandKey last = key(last_accepted().outcome);
  const Receipt truth = answers_.told.at(last);
  const auto told = [&](const std::function<void(Receipt&)>& lie) {
    answers_.told[last] = truth;
    lie(answers_.told[last]);
  };
  told([](Receipt& receipt) { receipt.set_outcome("rejected"); });
  expect_named("command " + last.second + " was told rejected, the log says accepted");
  told([](Receipt& receipt) { receipt.set_token("x" + receipt.token()); });
  expect_named("was told the token x");
  told([](Receipt& receipt) { receipt.clear_token(); });
  expect_named("was told accepted without a token");
  told([](Receipt& receipt) { receipt.mutable_records(0)->set_version(99); });
  expect_named("other records or versions than its events made");
  told([](Receipt& receipt) { receipt.set_decided_at(1); });
  expect_named("was told another time");
}

TEST_F(TortureChecker, NamesTwoAnswersToOneCommand) {
  const Workload workload(7);
  const Command command = workload.preload().front();
  Receipt other = answers_.told.at(key_of(command));
  other.set_token("another");
  collected_.told(command, other);
  answers_ = collected_.all();
  expect_named("command " + command.command_id() + " was answered in two ways");
}

TEST_F(TortureChecker, NamesACheckpointAheadOfItsRows) {
  const ReadOutcome next = forge(follow_on);
  answers_.sent.insert(key(next.outcome));
  answers_.told[key(next.outcome)] = commands::receipt_of(next.outcome, next.position, false);
  expect_named("I14: the checkpoint of partition 0 stands at sequence");
  sql("UPDATE daybook.checkpoint SET sequence = " + std::to_string(next.position.sequence) +
      ", running_hash = '\\x" + hex(next.position.hash.data(), next.position.hash.size()) + "'");
  expect_named("I6: crm.");
  EXPECT_THAT(faults(), Not(Contains(HasSubstr("checkpoint"))));
}

TEST_F(TortureChecker, NamesACheckpointThatIsNotOfTheLog) {
  sql("UPDATE daybook.checkpoint SET sequence = sequence + 1");
  expect_named("I7: the checkpoint of partition 0 stands at sequence");
  sql("UPDATE daybook.checkpoint SET sequence = sequence - 1, running_hash = '\\x00'");
  expect_named("I7: the checkpoint of partition 0 is of another history");
}

TEST_F(TortureChecker, NamesOneWrongColumnAMissingRowAndOneTooMany) {
  sql("UPDATE crm.deals SET title = 'forged' WHERE id = (SELECT min(id::text)::uuid FROM "
      "crm.deals)");
  expect_named("I6: crm.deals: the table has (");
  expect_named("forged");
  sql("DELETE FROM crm.activities WHERE id = (SELECT min(id::text)::uuid FROM crm.activities)");
  expect_named("I6: crm.activities: the log says (");
}

TEST_F(TortureChecker, NamesARowThatIsParkedWithoutReason) {
  sql("INSERT INTO daybook.parked (organization_id, table_name, record_id, partition, position,"
      " sqlstate, message, parked_at) SELECT organization_id, 'crm.deals', id, 0, 0, '23505',"
      " 'for no reason', now() FROM crm.deals LIMIT 1");
  expect_named("I13: a row is parked without reason: crm.deals");
}

}  // namespace
}  // namespace daybook::torture
