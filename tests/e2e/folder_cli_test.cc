// The data folder: what `up` makes of it, what the command line says while `up` does not run, and
// what it believes of an `up` that has gone.
#include <unistd.h>

#include <fstream>

#include "tests/e2e/shared.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::testing {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> own_database() {
  return {"DATABASE_URL=" + create_database("folder").owner_url};
}

fs::perms mode_of(const fs::path& path) { return fs::status(path).permissions(); }

bool is_private(const fs::path& folder) { return mode_of(folder) == fs::perms::owner_all; }

// ---- settings
// ---------------------------------------------------------------------------------------------------

TEST(Settings, ThatAreWrongLeaveNothingBehind) {
  const Installation daybook({"DAYBOOK_STATE_MEMORY=1G"});
  const ProgramResult refused = daybook.run({"up"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_TRUE(contains(refused.err, "config.invalid") &&
              contains(refused.err, "DAYBOOK_STATE_MEMORY"))
      << refused.err;
  EXPECT_TRUE(fs::is_empty(daybook.folder()));
}

// ---- stopped
// ----------------------------------------------------------------------------------------------------

TEST(StoppedCli, SaysThatThePrivateDatabaseRunsInsideUp) {
  Installation daybook;
  fs::permissions(daybook.folder(), fs::perms(0750));
  daybook.up();
  EXPECT_EQ(mode_of(daybook.folder()), ::geteuid() == 0 ? fs::perms(0751) : fs::perms(0750))
      << "only what another user's PostgreSQL needs";
  EXPECT_EQ(daybook.stop(), 0);
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"migrate", "status"},
                                             {"schema", "check"},
                                             {"parked", "list"},
                                             {"url"},
                                             {"url", "--organization", kAcme},
                                             {"history", "company", company_id("c1")}}) {
    const ProgramResult result = daybook.run(arguments);
    EXPECT_EQ(result.exit_code, 3) << arguments.front() << result.err;
    EXPECT_TRUE(contains(result.err, "cluster.stopped") && contains(result.err, "daybook up"))
        << result.err;
  }
  EXPECT_TRUE(contains(daybook.run({"history", "company", "c1"}).err, "--organization"));
  EXPECT_TRUE(contains(daybook.run({"history", "--help"}).out, "while `daybook up` does not run"));

  const ProgramResult doctor = daybook.run({"doctor", "--json"});
  EXPECT_EQ(doctor.exit_code, 0) << doctor.out;
  const Json findings = Json::parse(doctor.out);
  ASSERT_EQ(findings.size(), 2U) << doctor.out;
  for (const Json& finding : findings) {
    EXPECT_EQ(finding["level"], "info") << doctor.out;
    EXPECT_TRUE(contains(finding["finding"], "not running")) << doctor.out;
  }
}

TEST(StoppedCli, AsksNobodyElseForTheStatus) {
  Installation daybook(own_database());
  daybook.up();
  EXPECT_EQ(daybook.stop(), 0);
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"status"}, {"parked", "retry"}}) {
    const ProgramResult result = daybook.run(arguments);
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_TRUE(contains(result.err, "engine.not_running")) << result.err;
  }
}

// ---- up
// ---------------------------------------------------------------------------------------------------------

TEST(UpCli, OpensNothingOfAFolderThatWasClosed) {
  Installation daybook(own_database());
  fs::permissions(daybook.folder(), fs::perms(0750));
  daybook.up();
  EXPECT_EQ(mode_of(daybook.folder()), fs::perms(0750));
  EXPECT_EQ(daybook.stop(), 0);
}

TEST(UpCli, MakesAFolderForItsOwnUserAlone) {
  Installation daybook(own_database());
  fs::remove(daybook.folder());
  daybook.up();
  EXPECT_TRUE(is_private(daybook.folder()));
  EXPECT_EQ(daybook.stop(), 0);
}

TEST(UpCli, RefusesAnotherNumberOfPartitionsThanTheLogHas) {
  Installation daybook(own_database());
  daybook.up({"--partitions", "2"});
  EXPECT_EQ(daybook.stop(), 0);
  for (const char* other : {"1", "3"}) {
    const ProgramResult refused =
        daybook.run({"up", "--http", "127.0.0.1:0", "--partitions", other});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_TRUE(contains(refused.err, "log.other_partition_count") &&
                contains(refused.err, "has 2 partitions"))
        << refused.err;
  }
  for (const std::vector<std::string>& same :
       std::vector<std::vector<std::string>>{{}, {"--partitions", "2"}}) {
    daybook.up(same);
    EXPECT_EQ(Json::parse(daybook.run({"status", "--json"}).out)["log"]["partitions"], 2);
    EXPECT_EQ(daybook.stop(), 0);
  }
}

// ---- the noted address
// ------------------------------------------------------------------------------------------

class NotedAddress : public ::testing::Test {
 protected:
  static std::vector<std::string> note_of(const Installation& daybook) {
    std::ifstream file(daybook.folder() / "up.address");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  void rewrite_note(const std::string& address, pid_t process) const {
    const std::string log_id = note_of(daybook_).at(2);
    std::ofstream(daybook_.folder() / "up.address") << address << '\n'
                                                    << process << '\n'
                                                    << log_id << '\n';
  }
  static std::string log_id(const Installation& daybook) {
    return Json::parse(daybook.run({"status", "--json"}).out)["log"]["id"];
  }

  Installation daybook_{own_database()};
};

TEST_F(NotedAddress, HoldsTheLogsIdAndGoesWithTheEngine) {
  daybook_.up();
  const auto lines = note_of(daybook_);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], daybook_.address());
  EXPECT_EQ(lines[2], log_id(daybook_));
  EXPECT_EQ(daybook_.stop(), 0);
  EXPECT_EQ(note_of(daybook_).size(), 0U);
}

TEST_F(NotedAddress, CountsWhenTheProcessIsAnotherUsers) {
  daybook_.up();
  rewrite_note(daybook_.address(), 1);  // nobody but root may signal it
  EXPECT_EQ(daybook_.run({"status"}).exit_code, 0);
}

TEST_F(NotedAddress, SendsNothingToAnotherInstallation) {
  Installation other(own_database());
  other.up();
  daybook_.up();
  daybook_.kill_up();
  rewrite_note(other.address(), ::getpid());  // the process lives, but it is not that engine

  const std::string json = command(0, create_organization("Acme")).dump();
  const ProgramResult sent = daybook_.run({"send", json});
  EXPECT_EQ(sent.exit_code, 0) << sent.err;
  EXPECT_TRUE(contains(sent.err, "another installation") && contains(sent.err, log_id(other)))
      << sent.err;
  EXPECT_EQ(daybook_.run({"receipt", kAcme, command_id(0)}).exit_code, 0) << "it went to this log";
  EXPECT_EQ(other.run({"receipt", kAcme, command_id(0)}).exit_code, 1);
  EXPECT_EQ(daybook_.run({"status"}).exit_code, 3);
  const ProgramResult doctor = daybook_.run({"doctor"});
  EXPECT_EQ(doctor.exit_code, 0) << doctor.out;
  EXPECT_TRUE(contains(doctor.out, "another installation") &&
              contains(doctor.out, "not running; the log is sound"))
      << doctor.out;
}

TEST_F(NotedAddress, CountsForNothingWhenNobodyAnswers) {
  daybook_.up();
  daybook_.kill_up();
  rewrite_note("127.0.0.1:1", ::getpid());
  const std::string json = command(0, create_organization("Acme")).dump();
  EXPECT_EQ(daybook_.run({"send", json}).exit_code, 0);
}

}  // namespace
}  // namespace daybook::testing
