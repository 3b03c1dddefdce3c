#include <cctype>
#include <thread>

#include "commands/routing.h"
#include "tests/integration/engine/engine_fixture.h"

namespace daybook::test {
namespace {

class Engine : public EngineFixture {};

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
    std::string shouted;
    for (const char c : id)
      shouted += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    EXPECT_EQ(text_of(sender_.ask(command(organization * 10 + 1, company("C1"), shouted))),
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
  const auto receipt = engine().receipt(organization_id(1), command_id(3));
  ASSERT_TRUE(receipt) << receipt.error().detail;
  EXPECT_EQ(receipt->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(engine().receipt(organization_id(2), command_id(3)).error().code, "receipt.not_found");
  EXPECT_EQ(engine().receipt(organization_id(1), command_id(4)).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(engine().receipt("nonsense", command_id(3)).error().kind, ErrorKind::kInvalid);
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
  for (const std::string& reference : {company_id, std::string("spec/C1")}) {
    const auto history = engine().history(organization_1, ENTITY_COMPANY, reference);
    ASSERT_TRUE(history) << history.error().detail;
    ASSERT_EQ(history->entries_size(), 2);
    EXPECT_EQ(history->entries(0).command(), "createCompany");
    EXPECT_EQ(history->entries(1).command_id(), command_id(3));
    EXPECT_EQ(history->entries(1).decided_at(), kNow + 1000);
    EXPECT_EQ(history->entries(1).actor(), "integration");
    ASSERT_EQ(history->entries(1).changes_size(), 1);
    EXPECT_EQ(history->entries(1).changes(0).field(), "city");
    EXPECT_FALSE(history->entries(1).changes(0).has_old_value());
    EXPECT_EQ(history->entries(1).changes(0).new_value(), "Bern");
  }
  EXPECT_EQ(engine().history(organization_id(2), ENTITY_COMPANY, company_id).error().kind,
            ErrorKind::kNotFound);
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
