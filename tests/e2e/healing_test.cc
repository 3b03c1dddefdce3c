// What goes wrong around a running engine heals without a restart; what is damaged under a stopped
// one, when it starts.
#include <chrono>
#include <filesystem>
#include <thread>

#include "infra/http/client.h"
#include "tests/e2e/shared.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::testing {
namespace {

void send(const Installation& daybook, int number, const Json& action) {
  const ProgramResult sent = daybook.run({"send", command(number, action).dump()});
  ASSERT_EQ(sent.exit_code, 0) << sent.out << sent.err;
}

// Until the read tables have so many companies.
bool await_companies(const std::string& url, const std::string& count) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < limit) {
    auto connection = postgres::Connection::open(url);
    auto rows = connection ? connection->exec("SELECT count(*) FROM crm.companies")
                           : Result<postgres::Rows>(fail(connection.error()));
    if (rows && rows->rows[0][0] == count) return true;
    std::this_thread::yield();
  }
  return false;
}

TEST(Healing, ThePrivateDatabaseIsStartedAgain) {
  Installation daybook;
  daybook.up();
  send(daybook, 1, create_organization("Acme"));
  send(daybook, 2, create_company("c1", "One"));
  const std::string url = daybook.owner_url();
  ASSERT_TRUE(await_companies(url, "1"));
  daybook.kill_database();
  send(daybook, 3, create_company("c2", "Two"));
  EXPECT_TRUE(await_companies(url, "2")) << daybook.up_log();
  EXPECT_EQ(daybook.stop(), 0);
}

TEST(Healing, TablesThatWereMadeAnewAreFilled) {
  const std::string url = create_database("anew").owner_url;
  Installation daybook({"DATABASE_URL=" + url});
  daybook.up();
  send(daybook, 1, create_organization("Acme"));
  send(daybook, 2, create_company("c1", "One"));
  ASSERT_TRUE(await_companies(url, "1"));
  ASSERT_EQ(daybook.run({"migrate", "down", "--to", "0"}).exit_code, 0);
  const auto made_anew = daybook.run({"migrate", "up"});
  ASSERT_EQ(made_anew.exit_code, 0) << made_anew.err;
  EXPECT_TRUE(await_companies(url, "1")) << "without another command";
  EXPECT_EQ(daybook.stop(), 0);
}

TEST(Healing, ADatabaseThatIsAwayAtTheStartIsWaitedFor) {
  const TestDatabase database = create_database("away");
  postgres::Connection server = connect(create_database("server").owner_url);
  run(server, "ALTER DATABASE " + database.name + " RENAME TO " + database.name + "_hidden");
  Installation daybook({"DATABASE_URL=" + database.owner_url});
  daybook.up_until_logged("cannot connect");
  send(daybook, 1, create_organization("Acme"));
  send(daybook, 2, create_company("c1", "One"));
  run(server, "ALTER DATABASE " + database.name + "_hidden RENAME TO " + database.name);
  EXPECT_TRUE(await_companies(database.owner_url, "1")) << daybook.up_log();
  EXPECT_EQ(daybook.stop(), 0);
}

// A table file of the handler's state; nothing if there is none.
std::filesystem::path state_table(const Installation& daybook) {
  for (const auto& file :
       std::filesystem::directory_iterator(daybook.folder() / "state" / "commands-0")) {
    if (file.path().extension() == ".sst") return file.path();
  }
  return {};
}

TEST(Healing, ADamagedStateIsFoldedAgainAndTheFileIsNamed) {
  Installation daybook({"DATABASE_URL=" + create_database("state").owner_url});
  daybook.up();
  send(daybook, 1, create_organization("Acme"));
  send(daybook, 2, create_company("c1", "One"));
  EXPECT_EQ(daybook.stop(), 0);
  const auto table = state_table(daybook);
  ASSERT_FALSE(table.empty());
  std::filesystem::resize_file(table, std::filesystem::file_size(table) / 2);
  daybook.up();
  const std::string said = daybook.up_log();
  EXPECT_TRUE(contains(said, "commands-0 was damaged") && contains(said, table.filename())) << said;
  send(daybook, 3, patch_company("c1", {{"city", "Oslo"}}));
  EXPECT_EQ(daybook.stop(), 0);
}

TEST(Healing, ALockOfSomebodyElseKeepsNobodyFromStopping) {
  const std::string url = create_database("lock").owner_url;
  Installation daybook({"DATABASE_URL=" + url});
  daybook.up();
  send(daybook, 1, create_organization("Acme"));
  postgres::Connection other = connect(url);
  run(other, "BEGIN; LOCK TABLE crm.companies");
  send(daybook, 2, create_company("c1", "One"));
  daybook.terminate();
  EXPECT_EQ(daybook.await_end(std::chrono::seconds(5)), 0);
}

}  // namespace
}  // namespace daybook::testing
