#include "infra/postgres/cluster.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "infra/postgres/postmaster.h"
#include "infra/postgres/process.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::postgres {
namespace {

namespace fs = std::filesystem;
using daybook::testing::connect;
using daybook::testing::run;
using daybook::testing::temporary_folder;
using daybook::testing::value;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ClusterTest : public ::testing::Test {
 protected:
  ~ClusterTest() override {
    if (auto cluster = Cluster::open(folder_); cluster) {
      (void)cluster->stop();
    }
  }
  Cluster started() {
    auto cluster = Cluster::open(folder_);
    EXPECT_TRUE(cluster.has_value()) << cluster.error().detail;
    const auto outcome = cluster->start();
    EXPECT_TRUE(outcome.has_value()) << outcome.error().detail;
    return *std::move(cluster);
  }
  std::string folder_ = temporary_folder("cluster");
};

// The postmaster and all processes that it started.
std::vector<int> processes_of(int postmaster) {
  std::vector<int> processes{postmaster};
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream status(entry.path() / "stat");
    int process = 0;
    std::string name;
    char state = 0;
    int parent = 0;
    if (status >> process >> name >> state >> parent && parent == postmaster) {
      processes.push_back(process);
    }
  }
  return processes;
}

TEST_F(ClusterTest, IsMadeStartedAndStopped) {
  auto cluster = Cluster::open(folder_);
  ASSERT_TRUE(cluster.has_value());
  EXPECT_EQ(cluster->state(), ClusterState::kAbsent);
  EXPECT_EQ(cluster->owner_url().error().code, "cluster.absent");
  std::vector<std::string> messages;
  ASSERT_TRUE(
      cluster->start([&](const std::string& message) { messages.push_back(message); }).has_value());
  EXPECT_EQ(messages.size(), 2U);
  EXPECT_EQ(cluster->state(), ClusterState::kRunning);

  Connection connection = connect(*cluster->owner_url());
  for (const auto& [setting, expected] : {std::pair("fsync", "on"),
                                          {"data_checksums", "on"},
                                          {"server_encoding", "UTF8"},
                                          {"lc_collate", "C.UTF-8"},
                                          {"listen_addresses", "127.0.0.1"},
                                          {"unix_socket_directories", ""},
                                          {"TimeZone", "UTC"}}) {
    EXPECT_EQ(value(connection, std::string("SHOW ") + setting), expected) << setting;
  }
  EXPECT_GE(connection.server_version(), 150000);

  const int postmaster = *cluster->postmaster();
  ASSERT_TRUE(cluster->start().has_value());  // nothing to do
  EXPECT_EQ(cluster->postmaster(), postmaster);
  ASSERT_TRUE(cluster->stop().has_value());
  EXPECT_EQ(cluster->state(), ClusterState::kStopped);
  ASSERT_TRUE(cluster->stop().has_value());
  ASSERT_TRUE(cluster->start().has_value());
  EXPECT_EQ(value(connection = connect(*cluster->owner_url()), "SELECT 1"), "1");
}

TEST_F(ClusterTest, IsReachedOnlyWithThePasswordInAFileOfItsOwner) {
  const Cluster cluster = started();
  struct stat state {};
  ASSERT_EQ(::stat((folder_ + "/postgres.cluster").c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777U, 0600U);
  EXPECT_FALSE(fs::exists(cluster.folder() / "password"));
  const std::string place = "127.0.0.1:" + std::to_string(cluster.port()) + "/daybook";
  EXPECT_FALSE(Connection::open("postgresql://daybook@" + place).has_value());
  EXPECT_FALSE(Connection::open("postgresql://daybook:wrong@" + place).has_value());
  EXPECT_THAT(run_process({"psql", *cluster.owner_url(), "-Atc", "SELECT current_user"})->output,
              StartsWith("daybook"));
}

TEST_F(ClusterTest, SurvivesKillNineOfEverything) {
  Cluster cluster = started();
  Connection connection = connect(*cluster.owner_url());
  run(connection, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)");
  for (const int process : processes_of(*cluster.postmaster())) {
    ::kill(process, SIGKILL);
  }
  ASSERT_TRUE(fs::exists(cluster.folder() / "data/postmaster.pid"));
  Cluster again = started();
  EXPECT_EQ(value(connection = connect(*again.owner_url()), "SELECT count(*) FROM kept"), "1");
}

TEST_F(ClusterTest, SurvivesKillNineOfThePostmasterAlone) {
  Cluster cluster = started();
  Connection busy = connect(*cluster.owner_url());
  ::kill(*cluster.postmaster(),
         SIGKILL);  // its children are orphans now, which end when they notice
  Cluster again = started();
  Connection connection = connect(*again.owner_url());
  EXPECT_EQ(value(connection, "SELECT 1"), "1");
}

// What it had begun goes on without it.
TEST_F(ClusterTest, SurvivesKillNineOfWhoeverIsStartingIt) {
  ASSERT_TRUE(started().stop().has_value());
  for (int round = 0; round < 3; ++round) {
    const int starting = ::fork();
    if (starting == 0) {
      started();
      ::_exit(0);
    }
    while (processes_of(starting).size() < 2) {
    }
    ::kill(starting, SIGKILL);
    ::waitpid(starting, nullptr, 0);
    Cluster again = started();
    ASSERT_EQ(again.state(), ClusterState::kRunning);
    ASSERT_TRUE(again.stop().has_value());
  }
}

TEST_F(ClusterTest, EndsAtOnceWhereThereIsNoTimeForMore) {
  Cluster cluster = started();
  Connection connection = connect(*cluster.owner_url());
  run(connection, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)");
  ASSERT_TRUE(cluster.stop(std::chrono::milliseconds(0)).has_value());
  EXPECT_EQ(cluster.state(), ClusterState::kStopped);
  Cluster again = started();
  EXPECT_EQ(value(connection = connect(*again.owner_url()), "SELECT count(*) FROM kept"), "1");
}

TEST_F(ClusterTest, DoesNotTakeAnotherProcessForItsServer) {
  Cluster cluster = started();
  ASSERT_TRUE(cluster.stop().has_value());
  {
    // As after a restart of the machine: the number in the file belongs to somebody else now.
    std::ofstream file(cluster.folder() / "data/postmaster.pid");
    file << ::getpid() << "\n"
         << (cluster.folder() / "data").string()
         << "\n1700000000\n5432\n\n127.0.0.1\n  1 1\nready\n";
  }
  EXPECT_EQ(cluster.state(), ClusterState::kStopped);
  Cluster again = started();
  EXPECT_EQ(again.state(), ClusterState::kRunning);
}

TEST_F(ClusterTest, TakesAnotherPortWhenItsOwnIsTaken) {
  Cluster cluster = started();
  const int port = cluster.port();
  ASSERT_TRUE(cluster.stop().has_value());
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int reuse = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  Cluster again = started();
  EXPECT_NE(again.port(), port);
  EXPECT_EQ(Cluster::open(folder_)->port(), again.port());  // noted
  ::close(listener);
}

TEST_F(ClusterTest, TwoMayStartItAtOnce) {
  std::thread other([&] { started(); });
  started();
  other.join();
  EXPECT_EQ(Cluster::open(folder_)->state(), ClusterState::kRunning);
}

TEST_F(ClusterTest, TakesUpACreationThatWasCutOff) {
  const Cluster cluster = started();
  const fs::path data = cluster.folder() / "data";
  ASSERT_TRUE(Cluster::open(folder_)->stop().has_value());
  fs::rename(data, cluster.folder() / "data.new");  // where initdb works until it is complete
  Cluster again = started();
  EXPECT_EQ(again.state(), ClusterState::kRunning);
  EXPECT_FALSE(fs::exists(cluster.folder() / "data.new"));
}

TEST_F(ClusterTest, RefusesToBeginAnewOverDamage) {
  Cluster cluster = started();
  ASSERT_TRUE(cluster.stop().has_value());
  fs::rename(cluster.folder() / "data/PG_VERSION", cluster.folder() / "PG_VERSION");
  EXPECT_EQ(cluster.start().error().code, "cluster.damaged");
  fs::rename(cluster.folder() / "PG_VERSION", cluster.folder() / "data/PG_VERSION");
  EXPECT_TRUE(cluster.start().has_value());
}

TEST_F(ClusterTest, TheServerHoldsNoHandleOfTheProcessThatStartedIt) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Cluster cluster = started();
  ::close(ends[1]);
  char byte = 0;
  EXPECT_EQ(::read(ends[0], &byte, 1), 0);  // the end of the pipe: nobody else can write to it
  ::close(ends[0]);
}

TEST_F(ClusterTest, SeveralFoldersHaveOneEach) {
  const Cluster cluster = started();
  const std::string other_folder = temporary_folder("other");
  auto other = Cluster::open(other_folder);
  ASSERT_TRUE(other->start().has_value());
  EXPECT_NE(other->port(), cluster.port());
  EXPECT_NE(*other->owner_url(), *cluster.owner_url());
  ASSERT_TRUE(other->stop().has_value());
  EXPECT_EQ(cluster.state(), ClusterState::kRunning);
}

TEST_F(ClusterTest, StandsElsewhereWhereItsUserCannotReachTheFolder) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only as root does the cluster belong to another user";
  }
  const fs::path hidden = fs::path(folder_) / "hidden";
  fs::create_directories(hidden);
  fs::permissions(hidden, fs::perms::owner_all);
  // As a strict umask leaves it when it is made for the first time.
  fs::create_directories("/var/lib/daybook");
  fs::permissions("/var/lib/daybook", fs::perms::owner_all);
  auto cluster = Cluster::open(hidden / "data");
  const auto started = cluster->start();
  ASSERT_TRUE(started.has_value()) << started.error().detail;
  EXPECT_THAT(cluster->folder().string(), StartsWith("/var/lib/daybook/"));
  EXPECT_EQ(Cluster::open(hidden / "data")->state(), ClusterState::kRunning);

  // The data folder is removed under the running server and made anew: the old server ends, a new
  // cluster begins.
  const Cluster first = *cluster;
  fs::remove_all(hidden / "data");
  auto second = Cluster::open(hidden / "data");
  ASSERT_TRUE(second->start().has_value());
  EXPECT_NE(second->folder(), first.folder());
  EXPECT_EQ(first.state(), ClusterState::kStopped);
  ASSERT_TRUE(second->stop().has_value());
  fs::remove_all(first.folder());
  fs::remove_all(second->folder());
}

}  // namespace
}  // namespace daybook::postgres
