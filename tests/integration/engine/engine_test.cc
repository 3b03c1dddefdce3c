#include <cctype>
#include <thread>

#include "commands/await_answer.h"
#include "commands/routing.h"
#include "tests/integration/engine/engine_fixture.h"

namespace daybook::test {
namespace {

std::string shouted(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

class Engine : public EngineFixture {
 protected:
  Result<Receipt> receipt(const std::string& organization, const std::string& command,
                          const std::string& viewer = "integration") {
    return commands::await_answer(engine(),
                                  commands::ReceiptQuestion{organization, command, viewer});
  }
  Result<History> history(const std::string& organization, Entity entity,
                          const std::string& reference, const std::string& viewer = "integration",
                          std::uint64_t after = 0, std::size_t entries_max = 1'000) {
    return commands::await_answer(
        engine(),
        commands::HistoryQuestion{organization, entity, reference, viewer, after, entries_max});
  }
};

TEST_F(Engine, TakesEachOrganizationsCommandsInItsPartition) {
  start(3);
  std::uint64_t number = 0;
  for (std::uint64_t organization = 1; organization <= 12; ++organization) {
    sender_.send(command(++number, test::organization(), organization_id(organization)));
    for (int i = 0; i < 5; ++i) {
      sender_.send(
          command(++number, company("C" + std::to_string(i)), organization_id(organization)));
    }
  }
  ASSERT_TRUE(sender_.wait_for_all());
  for (std::size_t place = 0; place < sender_.sent(); ++place)
    EXPECT_EQ(text_of(sender_.answer(place)), "accepted");
  std::size_t organizations = 0;
  for (std::uint32_t partition = 0; partition < 3; ++partition) {
    const auto outcomes = outcomes_in(partition);
    EXPECT_FALSE(outcomes.empty());
    organizations += outcomes.size();
    for (const auto& [organization, count] : outcomes) {
      EXPECT_EQ(commands::partition_of(organization, 3), partition);
      EXPECT_EQ(count, 6);
    }
  }
  EXPECT_EQ(organizations, 12U);
}

TEST_F(Engine, FindsThePartitionHoweverTheOrganizationIsWritten) {
  start(3);
  for (std::uint64_t organization = 1; organization <= 6; ++organization) {
    const std::string id = organization_id(organization);
    ASSERT_EQ(text_of(sender_.ask(command(organization * 10, test::organization(), id))),
              "accepted");
    EXPECT_EQ(text_of(sender_.ask(command(organization * 10 + 1, company("C1"), shouted(id)))),
              "accepted");
    EXPECT_EQ(text_of(sender_.ask(command(organization * 10 + 2, company("C2"), " " + id + " "))),
              "accepted");
  }
}

TEST_F(Engine, AnswersReceiptsOfItsOwnOrganizationOnly) {
  start(3);
  ASSERT_TRUE(sender_.ask(command(1, organization(), organization_id(1))));
  ASSERT_TRUE(sender_.ask(command(2, organization(), organization_id(2))));
  const auto first = sender_.ask(command(3, company("C1"), organization_id(1)));
  const auto found = receipt(organization_id(1), command_id(3));
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_EQ(found->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(receipt(organization_id(2), command_id(3)).error().code, "receipt.not_found");
  EXPECT_EQ(receipt(organization_id(1), command_id(4)).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(receipt("nonsense", command_id(3)).error().kind, ErrorKind::kInvalid);
}

TEST_F(Engine, TellsWhoChangedWhatWhenByWhichCommand) {
  start(3);
  const std::string organization_1 = organization_id(1);
  ASSERT_TRUE(sender_.ask(command(1, organization(), organization_1)));
  const auto created = sender_.ask(command(2, company("C1"), organization_1));
  clock_.pass(1000);
  const std::string company_id = created->records(0).id();
  Command change = command(3, act("patch_company", "id: '" + company_id + "' set { city: 'Bern' }"),
                           organization_1);
  ASSERT_EQ(text_of(sender_.ask(change)), "accepted");
  for (const std::string& reference : {company_id, shouted(company_id), std::string("spec/C1")}) {
    const auto found = history(organization_1, ENTITY_COMPANY, reference);
    ASSERT_TRUE(found) << found.error().detail;
    ASSERT_EQ(found->entries_size(), 2);
    EXPECT_EQ(found->entries(0).command(), "createCompany");
    EXPECT_EQ(found->entries(1).command_id(), command_id(3));
    EXPECT_EQ(found->entries(1).decided_at(), kNow + 1000);
    EXPECT_EQ(found->entries(1).actor(), "integration");
    ASSERT_EQ(found->entries(1).changes_size(), 1);
    EXPECT_EQ(found->entries(1).changes(0).field(), "city");
    EXPECT_FALSE(found->entries(1).changes(0).has_old_value());
    EXPECT_EQ(found->entries(1).changes(0).new_value(), "Bern");
  }
  EXPECT_EQ(history(organization_id(2), ENTITY_COMPANY, company_id).error().kind,
            ErrorKind::kNotFound);
}

TEST_F(Engine, ShowsEveryViewerOnlyWhatItMaySee) {
  start(1);
  const std::string organization = organization_id(1);
  ASSERT_TRUE(sender_.ask(command(1, test::organization(), organization)));
  ASSERT_EQ(text_of(sender_.ask(command(2, user("U1"), organization))), "accepted");
  ASSERT_EQ(text_of(sender_.ask(command(3, user("U2"), organization))), "accepted");
  Command own = command(4, company("C1"), organization);
  own.set_actor("spec/U1");
  ASSERT_EQ(text_of(sender_.ask(own)), "accepted");
  EXPECT_TRUE(history(organization, ENTITY_COMPANY, "spec/C1", "spec/U1"));
  EXPECT_TRUE(receipt(organization, command_id(4), "spec/U1"));
  const auto strange = history(organization, ENTITY_COMPANY, "spec/C1", "spec/U2");
  const auto missing = history(organization, ENTITY_COMPANY, "spec/C2", "spec/U2");
  ASSERT_FALSE(strange);
  ASSERT_FALSE(missing);
  EXPECT_EQ(strange.error().detail, missing.error().detail);
  EXPECT_EQ(receipt(organization, command_id(4), "spec/U2").error().code, "receipt.not_found");
  EXPECT_EQ(history(organization, ENTITY_COMPANY, "spec/C1", "spec/U9").error().code,
            "actor.unknown");
}

TEST_F(Engine, TellsALongHistoryInPortions) {
  start(1);
  const std::string organization = organization_id(1);
  ASSERT_TRUE(sender_.ask(command(1, test::organization(), organization)));
  const std::string id = sender_.ask(command(2, company("C1"), organization))->records(0).id();
  for (std::uint64_t number = 3; number < 1'203; ++number) {
    const std::string set = "set { city: 'City " + std::to_string(number) + "' }";
    sender_.send(command(number, act("patch_company", "id: '" + id + "' " + set), organization));
  }
  ASSERT_TRUE(sender_.wait_for_all());
  const auto first = history(organization, ENTITY_COMPANY, "spec/C1", "integration", 0, 1'000);
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->entries_size(), 1'000);
  EXPECT_TRUE(first->more());
  const auto rest = history(organization, ENTITY_COMPANY, "spec/C1", "integration", 1'000, 1'000);
  ASSERT_EQ(rest->entries_size(), 201);
  EXPECT_FALSE(rest->more());
  EXPECT_EQ(rest->entries(0).version(), 1'001U);
  EXPECT_EQ(rest->entries(0).changes(0).old_value(), first->entries(999).changes(0).new_value());
}

TEST_F(Engine, CountsWhatItDid) {
  start(1);
  ASSERT_TRUE(sender_.ask(command(1, organization())));
  ASSERT_TRUE(sender_.ask(command(1, organization())));
  ASSERT_TRUE(sender_.ask(command(2, organization())));
  ASSERT_TRUE(wait_until([&] { return engine().status()[0].rejected == 1; }));
  const auto status = engine().status()[0];
  EXPECT_EQ(status.accepted, 1U);
  EXPECT_EQ(status.repeated, 1U);
  EXPECT_EQ(status.claims, 1U);
  EXPECT_TRUE(status.owns);
  EXPECT_EQ(status.progress.sequence(), 2U);
}

TEST_F(Engine, TakesCommandsFromManyThreads) {
  start(3);
  for (std::uint64_t i = 1; i <= 4; ++i)
    ASSERT_TRUE(sender_.ask(command(i, organization(), organization_id(i))));
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 1; thread <= 4; ++thread) {
    threads.emplace_back([this, thread] {
      for (std::uint64_t i = 0; i < 250; ++i) {
        sender_.send(
            command(thread * 1000 + i, company("C" + std::to_string(i)), organization_id(thread)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(sender_.wait_for_all());
  for (std::size_t place = 0; place < sender_.sent(); ++place)
    ASSERT_EQ(text_of(sender_.answer(place)), "accepted");
  EXPECT_EQ(sender_.surplus(), 0U);
}

}  // namespace
}  // namespace daybook::test
