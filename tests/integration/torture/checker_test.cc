// The checker of `daybook torture` finds nothing wrong with a sound history, and names every defect
// that is planted in its log, its answers or its tables.
#include <iterator>

#include "tests/integration/torture/checker_fixture.h"

namespace daybook::torture {
namespace {

TEST_F(TortureChecker, FindsNothingWrongWithASoundHistory) {
  seen_.figures = figures();
  const Verdict verdict = check(log_, answers_, database_.owner_url, Stage::kAtRest, seen_);
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
  expect_named("I5: a void record was applied: offset ");
  expect_named(", command " + outcome.command_id());
}

TEST_F(TortureChecker, BlamesNoVoidRecordForAnotherDefect) {
  (void)add_void();
  sql("DELETE FROM crm.activities");
  expect_named("I6: crm.activities");
  EXPECT_THAT(faults(), Not(Contains(HasSubstr("void record"))));
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
  const CommandKey accepted = key(last_accepted().outcome);
  expect_lie_named(accepted, "I1", "outcome: \"accepted\" -> \"rejected\"",
                   [](Receipt& receipt) { receipt.set_outcome("rejected"); });
  expect_lie_named(accepted, "I14", "modified: token",
                   [](Receipt& receipt) { receipt.set_token("x" + receipt.token()); });
  expect_lie_named(accepted, "I14", "modified: token",
                   [](Receipt& receipt) { receipt.clear_token(); });
  expect_lie_named(accepted, "I4", "records[0].version",
                   [](Receipt& receipt) { receipt.mutable_records(0)->set_version(99); });
  expect_lie_named(accepted, "I1", "decided_at",
                   [](Receipt& receipt) { receipt.set_decided_at(1); });
  expect_lie_named(accepted, "I1", "modified: command",
                   [](Receipt& receipt) { receipt.set_command("sellCompany"); });
  expect_lie_named(accepted, "I1", "correlation_id",
                   [](Receipt& receipt) { receipt.set_correlation_id("another"); });
  expect_lie_named(accepted, "I13", "notices[0]",
                   [](Receipt& receipt) { receipt.add_notices()->set_code("another"); });
  expect_lie_named(rejected(), "I13", "violations[0].message", [](Receipt& receipt) {
    receipt.mutable_violations(0)->set_message("for another reason");
  });
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
  stand_at(next.position);
  expect_named("I6: crm.");
  expect_named("I7: the checkpoint of partition 0 stands at sequence " +
               std::to_string(next.position.sequence) +
               ", ahead of its rows, which are those of sequence " +
               std::to_string(next.position.sequence - 1));
}

TEST_F(TortureChecker, NamesACheckpointFarAheadOfItsRows) {
  std::vector<Command> more;  // many of them change the same records again
  for (std::size_t i = kCommands; i < 2 * kCommands; ++i) more.push_back(Workload(7).command(i));
  decide(more);
  answers_ = collected_.all();
  stand_at(judged().outcomes.rbegin()->second.position);
  expect_named(", ahead of its rows, which are those of sequence ");
}

TEST_F(TortureChecker, BlamesNoCheckpointForAnotherDefect) {
  sql("DELETE FROM crm.activities");
  expect_named("I6: crm.activities");
  EXPECT_THAT(faults(), Not(Contains(HasSubstr("ahead of its rows"))));
}

TEST_F(TortureChecker, NamesACheckpointThatWentBack) {
  stage_ = Stage::kUnderWay;
  EXPECT_EQ(faults(), std::vector<std::string>());
  const auto outcomes = judged().outcomes;
  const Position last = outcomes.rbegin()->second.position;
  const Position before = std::next(outcomes.rbegin())->second.position;
  stand_at(before);
  expect_named("I7: the checkpoint of partition 0 went back from sequence " +
               std::to_string(last.sequence) + " to " + std::to_string(before.sequence));
  sql("DELETE FROM daybook.checkpoint");
  expect_named("went back from sequence " + std::to_string(before.sequence) + " to 0");
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

TEST_F(TortureChecker, NamesARecordOfTwoOrganizations) {
  const log::Event contact = forge_abroad("");
  expect_named("I9: record " + contact.id() + " is of two organizations");
}

TEST_F(TortureChecker, NamesAReferenceToAnotherOrganization) {
  const log::Event contact = forge_abroad("0c0c0c0c-0000-4000-8000-000000000001");
  expect_named("I9: crm.contacts " + contact.id() + " of organization " + kAbroad +
               " names as company_id the record ");
  EXPECT_THAT(faults(), Not(Contains(HasSubstr("of two organizations"))));
}

TEST_F(TortureChecker, NamesWhatTheEngineDoesNotShow) {
  ASSERT_GT(handled_.rejected, 0U);
  --handled_.rejected;
  projected_.parked = 1;
  (void)add_void();
  seen_.figures = figures();
  expect_named("I13: rejections: the engine shows " + std::to_string(handled_.rejected) +
               ", there are " + std::to_string(handled_.rejected + 1));
  expect_named("I13: parked rows: the engine shows 1, there are 0");
  expect_named("I5: void records: the engine shows 0, there are 1");
  seen_.figures = {{"up", 1}};
  expect_named("I13: the engine does not show daybook_parked_rows");
}

TEST_F(TortureChecker, NamesARowThatIsParkedWithoutReason) {
  sql("INSERT INTO daybook.parked (organization_id, table_name, record_id, partition, position,"
      " sqlstate, message, parked_at) SELECT organization_id, 'crm.deals', id, 0, 0, '23505',"
      " 'for no reason', now() FROM crm.deals LIMIT 1");
  expect_named("I13: a row is parked without reason: crm.deals");
}

}  // namespace
}  // namespace daybook::torture
