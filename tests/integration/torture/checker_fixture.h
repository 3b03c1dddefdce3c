// A sound history for the checker of `daybook torture`: a log, its answers and its tables, in which
// tests plant defects.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "apps/daybook/status_page.h"
#include "apps/daybook/torture/checker.h"
#include "apps/daybook/torture/engine_under_test.h"
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

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

inline constexpr std::size_t kCommands = 120;
inline const std::string kAbroad = Workload::organization(kOrganizations);  // none of the load's

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
    handled_ = handler.status();
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
    projected_ = projector.status();
  }
  void sql(const std::string& statement) {
    postgres::Connection connection = testing::connect(database_.owner_url);
    (void)testing::run(connection, statement);
  }
  // Moves the checkpoint, and nothing else.
  void stand_at(const Position& position) {
    sql("UPDATE daybook.checkpoint SET sequence = " + std::to_string(position.sequence) +
        ", running_hash = '\\x" + hex(position.hash.data(), position.hash.size()) + "'");
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
  [[nodiscard]] CommandKey rejected() {
    for (const auto& [offset, read] : judged().outcomes) {
      if (read.outcome.kind() == log::OUTCOME_KIND_REJECTED) return key(read.outcome);
    }
    throw std::logic_error("nothing was rejected");
  }
  // The first event of a contact once more, in an organization that has nothing else; under another
  // id if one is given.
  log::Event forge_abroad(const std::string& id) {
    log::Event contact;
    for (const auto& [offset, read] : judged().outcomes) {
      for (const log::Event& event : read.outcome.events()) {
        if (event.entity() == ENTITY_CONTACT && event.version() == 1) contact = event;
      }
    }
    if (!id.empty()) contact.set_id(id);
    (void)forge([&](log::Outcome& outcome) {
      outcome.set_command_id(test::command_id(4711));
      outcome.set_organization_id(kAbroad);
      outcome.clear_events();
      *outcome.add_events() = contact;
    });
    return contact;
  }
  [[nodiscard]] check::Judgement judged() { return check::judge(0, log_.records(0)); }
  [[nodiscard]] static CommandKey key(const log::Outcome& outcome) {
    return {outcome.organization_id(), outcome.command_id()};
  }

  [[nodiscard]] std::vector<std::string> faults() {
    return check(log_, answers_, database_.owner_url, stage_, seen_).faults;
  }
  // As the engine would show them.
  [[nodiscard]] Figures figures() const {
    metrics::Registry registry;
    app::export_metrics(registry, {handled_}, {projected_});
    return figures_in(registry.text());
  }
  void expect_named(const std::string& defect) {
    EXPECT_THAT(faults(), Contains(HasSubstr(defect)));
  }
  // One answer that is not true, in one way.
  void expect_lie_named(const CommandKey& of, const std::string& invariant, const std::string& what,
                        const std::function<void(Receipt&)>& lie) {
    const Receipt truth = answers_.told.at(of);
    lie(answers_.told[of]);
    EXPECT_THAT(faults(), ElementsAre(AllOf(HasSubstr(invariant + ": command " + of.second +
                                                      " was told otherwise than the log has it: "),
                                            HasSubstr(what))));
    answers_.told[of] = truth;
  }

  testing::TestDatabase database_ = testing::create_migrated_database("torture");
  test::MemoryEventLog log_;
  test::ManualClock clock_{test::kNow};
  Answers collected_;
  Answers::All answers_;
  Stage stage_ = Stage::kAtRest;
  Seen seen_;
  commands::HandlerStatus handled_;
  projections::ProjectorStatus projected_;
};

}  // namespace daybook::torture
