// Subcommands that look at the database: migrate, schema check, url, parked, doctor.
#include "tests/e2e/shared.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::testing {
namespace {

// ---- without a running engine
// -----------------------------------------------------------------------------------

class DatabaseCli : public ::testing::Test {
 protected:
  ProgramResult run(const std::vector<std::string>& arguments) { return daybook_.run(arguments); }
  Json json_of(std::vector<std::string> arguments, int exit_code = 0) {
    arguments.emplace_back("--json");
    const ProgramResult result = run(arguments);
    EXPECT_EQ(result.exit_code, exit_code) << result.out << result.err;
    return Json::parse(result.out, nullptr, false);
  }
  std::size_t applied() {
    std::size_t count = 0;
    for (const Json& each : json_of({"migrate", "status"}))
      count += each["appliedAt"].is_null() ? 0U : 1U;
    return count;
  }

  TestDatabase database_ = create_database("cli");
  postgres::Connection sql_ = connect(database_.owner_url);
  Installation daybook_{{"DATABASE_URL=" + database_.owner_url}};
};

TEST_F(DatabaseCli, MigratesUpAndDown) {
  EXPECT_EQ(applied(), 0U);
  const Json done = json_of({"migrate", "up"});
  const std::size_t all = json_of({"migrate", "status"}).size();
  EXPECT_GT(all, 20U);
  EXPECT_EQ(done.size(), all);
  EXPECT_EQ(applied(), all);
  EXPECT_EQ(json_of({"migrate", "up"}).size(), 0U) << "a second time there is nothing to do";
  EXPECT_EQ(json_of({"migrate", "down"}).size(), 1U);
  EXPECT_EQ(applied(), all - 1);
  EXPECT_EQ(json_of({"migrate", "down", "--to", "20"}).size(), all - 1 - 20);
  EXPECT_EQ(run({"migrate", "up"}).exit_code, 0);
  EXPECT_EQ(applied(), all);
  EXPECT_EQ(run({"migrate", "down", "--to", "0"}).exit_code, 0);
  EXPECT_EQ(value(sql_, "SELECT count(*) FROM pg_namespace WHERE nspname IN ('crm', 'daybook')"),
            "0");
  EXPECT_TRUE(contains(run({"migrate", "status"}).out, "companies"));
}

TEST_F(DatabaseCli, NamesEachDifferenceOfTheSchema) {
  (void)run({"migrate", "up"});
  const ProgramResult good = run({"schema", "check"});
  EXPECT_EQ(good.exit_code, 0) << good.out;
  EXPECT_TRUE(contains(good.out, "44 of  44 index (documented)")) << good.out;
  EXPECT_TRUE(contains(good.out, "matches the documented schema")) << good.out;
  EXPECT_TRUE(contains(good.out, "known difference")) << good.out;

  testing::run(
      sql_,
      "ALTER TABLE crm.deals ALTER COLUMN source TYPE text; DROP INDEX crm.idx_users_email;"
      "ALTER TABLE crm.contacts ADD COLUMN extra integer");
  const ProgramResult bad = run({"schema", "check"});
  EXPECT_EQ(bad.exit_code, 2);
  for (const char* object : {"crm.deals.source", "idx_users_email", "crm.contacts.extra"}) {
    EXPECT_TRUE(contains(bad.out, object)) << bad.out;
  }
  const Json json = json_of({"schema", "check"}, 2);
  EXPECT_EQ(json["matches"], false);
  EXPECT_EQ(json["differences"].size(), 3U) << json.dump(2);
}

TEST_F(DatabaseCli, SaysThatThereIsNoOrganizationYet) {
  (void)run({"migrate", "up"});
  const ProgramResult url = run({"url"});
  EXPECT_EQ(url.exit_code, 1);
  EXPECT_TRUE(contains(url.err, "organization.which")) << url.err;
}

TEST_F(DatabaseCli, FindsWhatIsWrong) {
  EXPECT_EQ(run({"doctor"}).exit_code, 2) << "nothing is migrated";
  EXPECT_FALSE(std::filesystem::exists(daybook_.folder() / "log")) << "it only looks";
  (void)run({"migrate", "up"});
  testing::run(sql_, "ALTER TABLE crm.contacts ADD COLUMN extra integer");
  const ProgramResult bad = run({"doctor"});
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_TRUE(contains(bad.out, "crm.contacts.extra")) << bad.out;
  bool named = false;
  for (const Json& finding : json_of({"doctor"}, 2)) named = named || finding["level"] == "problem";
  EXPECT_TRUE(named);
}

TEST(DatabaseCliAlone, FailsWhereThereIsNothing) {
  const Installation daybook({"DATABASE_URL=postgresql://nobody@127.0.0.1:1/nothing"});
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"migrate", "status"}, {"schema", "check"}, {"parked", "list"}, {"url"}}) {
    const ProgramResult result = daybook.run(arguments);
    EXPECT_EQ(result.exit_code, 3) << arguments.front() << result.err;
    EXPECT_NE(result.err, "");
  }
  EXPECT_EQ(daybook.run({"doctor"}).exit_code, 2);
  const ProgramResult nowhere =
      run_program({DAYBOOK_PROGRAM, "doctor", "--data", "/nonexistent/daybook"});
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_TRUE(contains(nowhere.out, "does not exist")) << nowhere.out;
  EXPECT_EQ(daybook.run({"status", "--http", "127.0.0.1:1"}).exit_code, 3);
  EXPECT_EQ(daybook.run({"parked", "retry", "--http", "127.0.0.1:1"}).exit_code, 3);
}

// ---- beside a running one
// ---------------------------------------------------------------------------------------

class DatabaseCliBeside : public SharedInstallation {
 protected:
  static bool is_parked() { return value("SELECT count(*) FROM daybook.parked") != "0"; }
};

TEST_F(DatabaseCliBeside, FindsNothingWrong) {
  const ProgramResult doctor = run({"doctor"});
  EXPECT_EQ(doctor.exit_code, 0) << doctor.out;
  for (const char* part : {"the engine runs", "answers", "all migrations", "documented", "roles"}) {
    EXPECT_TRUE(contains(doctor.out, part)) << doctor.out;
  }
}

TEST_F(DatabaseCliBeside, ShowsParkedRowsAndTriesThemAgain) {
  EXPECT_TRUE(contains(run({"parked", "list"}).out, "No rows are parked"));
  postgres::Connection owner = connect(daybook_->owner_url());
  testing::run(owner,
               "ALTER TABLE crm.companies ADD CONSTRAINT test_refusal CHECK (name <> 'refused')");
  await_tables(accept(command(50, create_company("p1", "refused"))));
  ASSERT_TRUE(is_parked());

  const std::string id = company_id("p1");
  const ProgramResult list = run({"parked", "list"});
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_TRUE(contains(list.out, "crm.companies " + id) && contains(list.out, "test_refusal"))
      << list.out;
  EXPECT_EQ(Json::parse(run({"parked", "list", "--json"}).out)[0]["record_id"], id);
  const ProgramResult shown = run({"parked", "show", "crm.companies", id});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_TRUE(contains(shown.out, "23514") && contains(shown.out, "refused")) << shown.out;
  const ProgramResult missing = run({"parked", "show", "crm.companies", company_id("p2")});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_TRUE(contains(missing.err, "parked.not_found"));
  EXPECT_EQ(run({"doctor"}).exit_code, 2) << "a parked row is something to look at";
  EXPECT_TRUE(contains(run({"status"}).out, "1 parked"));

  testing::run(owner, "ALTER TABLE crm.companies DROP CONSTRAINT test_refusal");
  EXPECT_EQ(run({"parked", "retry"}).exit_code, 0);
  // Tried soon; at the latest before what comes next.
  await_tables(accept(command(51, create_company("p3", "Next"))));
  EXPECT_FALSE(is_parked());
  EXPECT_EQ(value("SELECT name FROM crm.companies WHERE id = '" + id + "'"), "refused");
}

TEST_F(DatabaseCliBeside, GivesUrlsThatSeeTheirOwnOrganizationOnly) {
  await_tables(accept(command(60, create_company("u1", "Acme's"))));
  const ProgramResult only = run({"url"});
  EXPECT_EQ(only.exit_code, 0) << only.err;

  (void)accept(command(61, create_organization("Beta"), kBeta));
  await_tables(accept(command(62, create_company("u1", "Beta's"), kBeta)));
  const ProgramResult which = run({"url"});
  EXPECT_EQ(which.exit_code, 1);
  EXPECT_TRUE(contains(which.err, kAcme) && contains(which.err, kBeta)) << which.err;
  EXPECT_EQ(run({"history", "company", "e2e/u1"}).exit_code, 1)
      << "with two organizations one must be named";

  const std::string beta_url =
      Json::parse(run({"url", "--organization", kBeta, "--json"}).out)["url"];
  postgres::Connection beta = connect(beta_url);
  EXPECT_EQ(values(beta, "SELECT name FROM crm.companies"), std::vector<std::string>{"Beta's"});
  EXPECT_EQ(refusal(beta, "UPDATE crm.companies SET name = 'x'"), "42501");
  std::string acme_url = run({"url", "--organization", kAcme}).out;
  acme_url.pop_back();  // the line's end
  postgres::Connection acme = connect(acme_url);
  EXPECT_EQ(testing::value(acme, "SELECT count(*) FROM crm.companies WHERE organization_id <> '" +
                                     std::string(kAcme) + "'"),
            "0");
  EXPECT_EQ(testing::value(acme, "SELECT count(*) > 0 FROM crm.companies"), "t");
  std::string owner_url = run({"url", "--owner"}).out;
  owner_url.pop_back();
  postgres::Connection owner = connect(owner_url);
  EXPECT_EQ(testing::value(owner, "SELECT count(DISTINCT organization_id) FROM crm.companies"),
            "2");
  // Ids that begin alike have logins of their own: the one given out first still sees the same.
  EXPECT_EQ(values(beta, "SELECT DISTINCT organization_id FROM crm.companies"),
            std::vector<std::string>{kBeta});
  EXPECT_EQ(run({"url", "--organization", "acme"}).exit_code, 1);
}

TEST_F(DatabaseCliBeside, GivesAUrlWithAUsersEyes) {
  const Json action{
      {"createUser",
       {{"fields", {{"email", "rep@acme.com"}, {"firstName", "R"}, {"lastName", "Ep"}}},
        {"role", "USER"}}}};
  const Json receipt = accept(command(70, action));
  const std::string user = receipt["records"][0]["id"];
  Json own = command(71, create_company("own", "Own"));
  own["actor"] = user;
  await_tables(accept(own));
  std::string url = run({"url", "--organization", kAcme, "--user", user}).out;
  url.pop_back();
  postgres::Connection eyes = connect(url);
  EXPECT_EQ(values(eyes, "SELECT name FROM crm.companies"), std::vector<std::string>{"Own"});
}

}  // namespace
}  // namespace daybook::testing
