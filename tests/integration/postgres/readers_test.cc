// Reporting logins and the installation's roles: names, passwords, several databases on one server,
// an owner without CREATEROLE.
#include "infra/postgres/readers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "infra/postgres/migrations.h"
#include "infra/postgres/roles.h"
#include "infra/postgres/schema_check.h"
#include "infra/postgres/url.h"
#include "tests/integration/postgres/crm_data.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::postgres {
namespace {

using daybook::testing::connect;
using daybook::testing::create_database;
using daybook::testing::create_migrated_database;
using daybook::testing::id;
using daybook::testing::insert_organization;
using daybook::testing::refusal;
using daybook::testing::run;
using daybook::testing::temporary_folder;
using daybook::testing::TestDatabase;
using daybook::testing::value;
using daybook::testing::values;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ReadersTest : public ::testing::Test {
 protected:
  TestDatabase database_ = create_migrated_database("logins");
  std::string folder_ = temporary_folder("logins");
  Connection owner_ = connect(database_.owner_url);
  Readers readers_{owner_, database_.owner_url, folder_};
  ReaderSpec spec_{"boss", id("acme", "organization"), std::nullopt};
};

TEST_F(ReadersTest, ALoginIsMadeOnceAndKeepsItsUrl) {
  const auto url = readers_.ensure(spec_);
  ASSERT_TRUE(url.has_value()) << url.error().detail;
  EXPECT_EQ(*url, *readers_.ensure(spec_));
  EXPECT_THAT(*url, HasSubstr(database_.name + "_reader_boss:"));
  EXPECT_THAT(*url, HasSubstr("/" + database_.name));
  Connection login = connect(*url);
  EXPECT_EQ(value(login, "SELECT session_user"), database_.name + "_reader_boss");
  EXPECT_EQ(value(login, "SHOW search_path"), "crm, public");
}

TEST_F(ReadersTest, PasswordsAreKeptForTheirOwnerOnly) {
  ASSERT_TRUE(readers_.ensure(spec_).has_value());
  struct stat state {};
  ASSERT_EQ(::stat((folder_ + "/readers").c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777U, 0600U);
  // The server has only a verifier.
  EXPECT_THAT(
      value(owner_,
            "SELECT rolpassword FROM pg_authid WHERE rolname = daybook.role_name('reader_boss')"),
      HasSubstr("SCRAM-SHA-256$"));
}

TEST_F(ReadersTest, ALostOrChangedPasswordIsSetAnew) {
  ASSERT_TRUE(readers_.ensure(spec_).has_value());
  std::filesystem::remove(folder_ + "/readers");
  const auto fresh = readers_.ensure(spec_);
  ASSERT_TRUE(fresh.has_value()) << fresh.error().detail;
  run(owner_, "ALTER ROLE \"" + database_.name + "_reader_boss\" PASSWORD 'other'");
  const auto again = readers_.ensure(spec_);
  ASSERT_TRUE(again.has_value()) << again.error().detail;
  EXPECT_EQ(*again, *fresh);
}

TEST_F(ReadersTest, AreListedRemappedAndDropped) {
  ASSERT_TRUE(readers_.ensure(spec_).has_value());
  spec_.user_id = id("acme", "user", "rep");
  const auto url = readers_.ensure(spec_);
  ASSERT_TRUE(url.has_value());
  const auto list = readers_.list();
  ASSERT_EQ(list->size(), 1U);
  EXPECT_EQ(list->front().name, "boss");
  EXPECT_EQ(list->front().role, database_.name + "_reader_boss");
  EXPECT_EQ(list->front().user_id, spec_.user_id);

  Connection login = connect(*url);
  ASSERT_TRUE(readers_.drop("boss").has_value());
  EXPECT_FALSE(login.exec("SELECT 1").has_value());
  EXPECT_FALSE(Connection::open(*url).has_value());
  EXPECT_THAT(*readers_.list(), IsEmpty());
  EXPECT_EQ(readers_.drop("boss").error().code, "reader.not_found");
}

TEST_F(ReadersTest, RefuseNamesThatCannotBe) {
  for (const std::string& name : {std::string(), std::string("Boss"), std::string("a b"),
                                  std::string("a\"b"), std::string(31, 'a')}) {
    EXPECT_EQ(readers_.ensure({name, spec_.organization_id, {}}).error().code, "reader.name")
        << name;
  }
}

TEST_F(ReadersTest, LeaveARoleAloneThatIsNotTheirs) {
  const std::string role = "\"" + database_.name + "_reader_boss\"";
  run(owner_, "CREATE ROLE " + role + " NOLOGIN");
  EXPECT_EQ(readers_.ensure(spec_).error().code, "reader.name_taken");
  EXPECT_EQ(readers_.drop("boss").error().code, "reader.not_found");
  run(owner_, "DROP ROLE " + role);
}

TEST_F(ReadersTest, LongDatabaseNamesGetShorterRoleNames) {
  const TestDatabase database = create_migrated_database(std::string(55, 'n'));
  Connection owner = connect(database.owner_url);
  Readers readers(owner, database.owner_url, folder_);
  const std::string name(30, 'x');
  const auto url = readers.ensure({name, spec_.organization_id, {}});
  ASSERT_TRUE(url.has_value()) << url.error().detail;
  EXPECT_EQ(readers.list()->front().name, name);
  EXPECT_TRUE(check_schema(owner)->matches());
}

TEST_F(ReadersTest, TwoDatabasesOfOneServerDoNotMeet) {
  const TestDatabase other = create_migrated_database("logins");
  Connection other_owner = connect(other.owner_url);
  insert_organization(owner_, "acme");
  insert_organization(other_owner, "globex");
  const auto url = readers_.ensure(spec_);
  Readers other_readers(other_owner, other.owner_url, folder_);
  const auto other_url = other_readers.ensure({"boss", id("globex", "organization"), {}});
  ASSERT_TRUE(url.has_value() && other_url.has_value());
  EXPECT_NE(*url, *other_url);

  // With the login of one database in the other there is nothing to be had.
  const std::string crossed = url->substr(0, url->rfind('/') + 1) + other.name;
  Connection stranger = connect(crossed);
  EXPECT_EQ(refusal(stranger, "SELECT count(*) FROM crm.companies"), "42501");
  EXPECT_EQ(refusal(stranger, "SELECT daybook.reader_organization()"), "42501");

  // And what one of them takes down leaves the other as it was.
  ASSERT_THAT(migrate_down(other_owner, 0)->roles.notes, IsEmpty());
  EXPECT_EQ(
      value(owner_, "SELECT count(*) FROM pg_roles WHERE rolname LIKE '" + other.name + "\\_%'"),
      "0");
  Connection reader = connect(*url);
  EXPECT_EQ(value(reader, "SELECT count(*) FROM crm.companies"), "2");
}

// A role that owns its database but may not create roles, as hosting providers give it.
class WithoutCreateRoleTest : public ::testing::Test {
 protected:
  WithoutCreateRoleTest() {
    run(administrator_, "CREATE ROLE \"" + owner_name_ +
                            "\" LOGIN PASSWORD 'tenant'; ALTER DATABASE \"" + database_.name +
                            "\" OWNER TO \"" + owner_name_ + "\"");
  }
  std::string folder_ = temporary_folder("tenant");
  TestDatabase database_ = create_database("tenant");
  std::string owner_name_ = database_.name + "_owner";
  std::string owner_url_ = *url_for_login(database_.owner_url, owner_name_, "tenant");
  Connection administrator_ = connect(database_.owner_url);
};

TEST_F(WithoutCreateRoleTest, MigratePrintsTheSqlForAnAdministratorAndGoesOn) {
  Connection owner = connect(owner_url_);
  const auto report = migrate_up(owner);
  ASSERT_TRUE(report.has_value()) << report.error().detail;
  EXPECT_FALSE(report->roles.complete);
  const std::string prefix = "\"?" + database_.name;
  EXPECT_EQ(report->roles.administrator_sql.size(), 7U);
  EXPECT_EQ(
      report->roles.administrator_sql.at(0),
      "CREATE ROLE " + database_.name + "_readers NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;");
  EXPECT_TRUE(check_schema(owner)->matches());
  EXPECT_FALSE(*assume_projector(owner));  // so the engine works as the owner of the tables
  insert_organization(owner, "acme");
  EXPECT_EQ(value(owner, "SELECT count(*) FROM crm.companies"), "2");

  // url says what is missing ...
  Readers readers(owner, owner_url_, folder_);
  const ReaderSpec spec{"boss", id("acme", "organization"), std::nullopt};
  const auto first = readers.ensure(spec);
  ASSERT_FALSE(first.has_value());
  EXPECT_EQ(first.error().code, "reader.roles_missing");
  EXPECT_THAT(first.error().detail, HasSubstr(report->roles.administrator_sql.at(0)));

  // ... the administrator runs it, the owner migrates again ...
  for (const std::string& statement : report->roles.administrator_sql) {
    run(administrator_, statement);
  }
  const auto again = migrate_up(owner);
  ASSERT_TRUE(again.has_value()) << again.error().detail;
  EXPECT_TRUE(again->roles.complete);
  EXPECT_TRUE(*assume_projector(owner));
  EXPECT_EQ(value(owner, "SELECT count(*) FROM crm.companies"), "2");
  run(owner, "RESET ROLE");

  // ... and the same for the login itself.
  const auto second = readers.ensure(spec);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, "reader.cannot_create_role");
  const std::string detail = second.error().detail;
  run(administrator_, detail.substr(detail.find("\n  CREATE ROLE")));
  const auto url = readers.ensure(spec);
  ASSERT_TRUE(url.has_value()) << url.error().detail;
  Connection reader = connect(*url);
  EXPECT_EQ(value(reader, "SELECT count(*) FROM crm.companies"), "2");
  EXPECT_THAT(migrate_down(owner, 0)->roles.notes,
              ::testing::SizeIs(4));  // it may not drop them either
}

TEST_F(WithoutCreateRoleTest, ARoleThatSomebodyElseMadeIsNotUsed) {
  run(administrator_, "CREATE ROLE \"" + database_.name + "_projector\"");
  const auto report = migrate_up(administrator_);
  ASSERT_TRUE(report.has_value()) << report.error().detail;
  EXPECT_FALSE(report->roles.complete);
  EXPECT_THAT(report->roles.notes,
              ElementsAre(HasSubstr("COMMENT ON ROLE " + database_.name + "_projector")));
  EXPECT_FALSE(*assume_projector(administrator_));
}

TEST(Url, IsMadeForAnotherLogin) {
  EXPECT_EQ(
      *url_for_login("postgresql://me:secret@db.example:5433/crm?sslmode=require", "r", "p w"),
      "postgresql://r:p%20w@db.example:5433/crm?sslmode=require");
  EXPECT_EQ(*url_for_login("host=/var/run/postgresql port=5432 dbname=my\\ crm user=me passfile=/x",
                           "r", "p"),
            "postgresql://r:p@/my%20crm?host=%2Fvar%2Frun%2Fpostgresql&port=5432");
  EXPECT_EQ(url_for_login("mysql://x", "r", "p").error().code, "url.malformed");
}

TEST(Url, IsMaskedForPeople) {
  EXPECT_EQ(masked_url("postgresql://me:secret@h:1/d"), "postgresql://me:***@h:1/d");
  EXPECT_EQ(masked_url("postgresql://me@h:1/d"), "postgresql://me@h:1/d");
  EXPECT_EQ(masked_url("::"), "(not a connection string)");
}

}  // namespace
}  // namespace daybook::postgres
