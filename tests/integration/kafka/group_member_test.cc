// Members of a group share the partitions of a topic; who leaves, or dies, gives its own to others.
#include "infra/kafka/group_member.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "infra/kafka/group_inspector.h"
#include "infra/log/random_id.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/kafka_topics.h"

namespace daybook::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{30};
using Set = std::set<std::uint32_t>;

kafka::GroupMemberOptions options_for(const std::string& brokers, const std::string& group,
                                      const std::string& topic) {
  kafka::GroupMemberOptions options;
  options.connection.brokers = brokers;
  options.group = group;
  options.topic = topic;
  options.session_timeout = milliseconds(6000);
  options.heartbeat = milliseconds(500);
  return options;
}

// A member and what it was told.
class Member {
 public:
  Member(const std::string& group, const std::string& topic) {
    kafka::GroupCallbacks callbacks;
    callbacks.assigned = [this](const auto& partitions) { note(partitions); };
    callbacks.revoked = [this](const auto& partitions, bool) {
      EXPECT_EQ(Set(partitions.begin(), partitions.end()), owned());
      note({});
    };
    callbacks.failed = [](const Error& error) { ADD_FAILURE() << error.detail; };
    auto joined = kafka::GroupMember::join(options_for(shared_connection().brokers, group, topic),
                                           std::move(callbacks));
    EXPECT_TRUE(joined) << joined.error().detail;
    member_ = std::move(*joined);
  }

  kafka::GroupMember& operator*() { return *member_; }

  [[nodiscard]] Set owned() const {
    const std::lock_guard lock(mutex_);
    return owned_;
  }
  [[nodiscard]] bool await_count(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return owned_.size() == count; });
  }

 private:
  void note(const std::vector<std::uint32_t>& partitions) {
    const std::lock_guard lock(mutex_);
    owned_ = {partitions.begin(), partitions.end()};
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Set owned_;
  std::unique_ptr<kafka::GroupMember> member_;  // the last member: its callbacks end first
};

TEST(KafkaGroupMember, SharesThePartitionsAndTakesThemOver) {
  const std::string topic = make_topic(4);
  const std::string group = "group-" + topic;
  Member first(group, topic);
  ASSERT_TRUE(first.await_count(4));
  {
    Member second(group, topic);
    ASSERT_TRUE(second.await_count(2));
    ASSERT_TRUE(first.await_count(2));
    Set all = first.owned();
    all.merge(second.owned());
    EXPECT_EQ(all, (Set{0, 1, 2, 3}));
    const auto inspector = std::move(*kafka::GroupInspector::open(shared_connection(), group));
    const auto members = inspector->members(kPatience);
    ASSERT_TRUE(members) << members.error().detail;
    ASSERT_EQ(members->size(), 2U);
    EXPECT_EQ(members->front().client_id, "daybook");
    EXPECT_EQ(members->front().partitions.size(), 2U);
    EXPECT_EQ(members->front().partitions.front().topic, topic);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_TRUE((*second).stop(kPatience));
    EXPECT_TRUE(second.owned().empty());
    ASSERT_TRUE(first.await_count(4));
    // It has left, so nobody waits for its session to time out.
    EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(5));
  }
  EXPECT_TRUE((*first).stop(kPatience));
  EXPECT_TRUE(first.owned().empty());
}

TEST(KafkaGroupMember, NotesHowFarAPartitionWasWorkedOff) {
  const std::string topic = make_topic(2);
  Member member(topic, topic);
  ASSERT_TRUE(member.await_count(2));
  ASSERT_TRUE((*member).commit(0, 42));
  const auto inspector = std::move(*kafka::GroupInspector::open(shared_connection(), topic));
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const auto noted = [&] { return inspector->offsets(topic, 2, kPatience).value(); };
  while (noted()[0] != 42U && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_EQ(noted()[0], 42U);
  EXPECT_EQ(noted()[1], std::nullopt);
}

TEST(KafkaGroupInspector, SurvivesAnswersThatComeTooLate) {
  const std::string topic = make_topic(1);
  Member member(topic, topic);
  ASSERT_TRUE(member.await_count(1));
  const auto inspector = std::move(*kafka::GroupInspector::open(shared_connection(), topic));
  ASSERT_TRUE(inspector->members(kPatience));
  ASSERT_TRUE(inspector->offsets(topic, 1, kPatience));
  for (int round = 0; round < 3; ++round) {
    testing::shared_broker().pause();
    EXPECT_FALSE(inspector->members(milliseconds(300)));
    EXPECT_FALSE(inspector->offsets(topic, 1, milliseconds(300)));
    testing::shared_broker().resume();
    ASSERT_TRUE(inspector->offsets(topic, 1, kPatience));
    ASSERT_TRUE(inspector->members(kPatience));
  }
}

TEST(KafkaGroupInspector, ReadsNothingOutOfACutAssignment) {
  const std::string whole("\0\0\0\0\0\1\0\1t\0\0\0\2\0\0\0\3\0\0\0\5\0\0\0\0", 25);
  const auto partitions = kafka::partitions_in(whole);
  ASSERT_EQ(partitions.size(), 2U);
  EXPECT_EQ(partitions[1].topic, "t");
  EXPECT_EQ(partitions[1].partition, 5U);
  for (std::size_t size = 0; size < 21; ++size)
    EXPECT_TRUE(kafka::partitions_in(whole.substr(0, size)).empty()) << size;
}

// Another process as a member, which only waits to be killed.
TEST(KafkaGroupMember, DISABLED_InAProcessOfItsOwn) {
  const char* brokers = std::getenv("DAYBOOK_TEST_BROKERS");
  const char* topic = std::getenv("DAYBOOK_TEST_TOPIC");
  ASSERT_TRUE(brokers != nullptr && topic != nullptr);
  kafka::GroupCallbacks callbacks;
  callbacks.assigned = [](const auto&) {};
  callbacks.revoked = [](const auto&, bool) {};
  callbacks.failed = [](const Error&) {};
  const auto member = kafka::GroupMember::join(options_for(brokers, topic, topic), callbacks);
  ::pause();
}

TEST(KafkaGroupMember, IsReplacedWhenItDies) {
  const std::string topic = make_topic(2);
  ::setenv("DAYBOOK_TEST_BROKERS", shared_connection().brokers.c_str(), 1);
  ::setenv("DAYBOOK_TEST_TOPIC", topic.c_str(), 1);
  Member survivor(topic, topic);
  ASSERT_TRUE(survivor.await_count(2));
  const char* arguments[] = {"kafka_client_test", "--gtest_also_run_disabled_tests",
                             "--gtest_filter=*DISABLED_InAProcessOfItsOwn", nullptr};
  pid_t child = 0;
  ASSERT_EQ(::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr,
                          const_cast<char**>(std::begin(arguments)), environ),
            0);
  EXPECT_TRUE(survivor.await_count(1));
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(survivor.await_count(2));
}

TEST(KafkaGroupMember, EndsInTimeWhenNobodyIsThere) {
  kafka::GroupCallbacks callbacks;
  callbacks.assigned = [](const auto&) {};
  callbacks.revoked = [](const auto&, bool) {};
  callbacks.failed = [](const Error&) {};
  auto options = options_for("127.0.0.1:1", "group", "topic");
  options.connection.extra["log_level"] = "2";
  auto member = kafka::GroupMember::join(options, callbacks);
  ASSERT_TRUE(member);
  const auto start = std::chrono::steady_clock::now();
  static_cast<void>((*member)->stop(milliseconds(500)));
  member->reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(3));
}

}  // namespace
}  // namespace daybook::test
