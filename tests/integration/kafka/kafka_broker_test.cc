// The fixture that gives tests a real broker.
#include "tests/support/kafka_broker.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace daybook::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

// What a shell command says on both streams.
std::string output_of(const std::string& command) {
  FILE* const pipe = ::popen(("{ " + command + "; } 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string said;
  char buffer[4096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) {
    said.append(buffer, count);
  }
  ::pclose(pipe);
  return said;
}

std::string kcat(const std::string& bootstrap, const std::string& arguments) {
  return output_of("timeout 60 kcat -q -b " + bootstrap + " " + arguments);
}

// What the system says to somebody who connects: nothing when the port is open.
std::string connecting(const std::string& bootstrap) {
  const std::string port = bootstrap.substr(bootstrap.find(':') + 1);
  return output_of("bash -c 'exec 3<>/dev/tcp/127.0.0.1/" + port + "'");
}

void produce(const std::string& bootstrap, const std::string& text) {
  const std::string command = "timeout 60 kcat -q -P -t words -X acks=all -b " + bootstrap;
  ASSERT_THAT(output_of("echo " + text + " | " + command + " && echo done"), EndsWith("done\n"));
}

// All that is in the topic; on the other stream kcat names brokers that are down.
std::string words(const std::string& bootstrap) {
  return kcat(bootstrap, "-C -t words -o beginning -e 2>/dev/null");
}

KafkaOptions topics_by_use() {
  KafkaOptions options;
  options.properties = {"auto.create.topics.enable=true"};
  return options;
}

TEST(KafkaBroker, ServesAsSoonAsItIsThere) {
  KafkaBroker& broker = shared_broker();
  EXPECT_TRUE(broker.is_up());
  EXPECT_THAT(kcat(broker.bootstrap(), "-L"), HasSubstr("broker 1 at " + broker.bootstrap()));
  EXPECT_EQ(&broker, &shared_broker());
}

TEST(KafkaBroker, MakesNoTopicThatNobodyAskedFor) {
  EXPECT_THAT(kcat(shared_broker().bootstrap(), "-L -t unheard_of"),
              HasSubstr("Unknown topic or partition"));
}

TEST(KafkaBroker, ComesBackOnTheSamePortWithItsDataAfterAKill) {
  KafkaOptions options = topics_by_use();
  options.flush_each_message = true;
  KafkaBroker broker(options);
  const std::string bootstrap = broker.bootstrap();
  produce(bootstrap, "first");
  broker.kill();
  EXPECT_FALSE(broker.is_up());
  EXPECT_THAT(connecting(bootstrap), HasSubstr("Connection refused"));
  broker.start();
  EXPECT_EQ(broker.bootstrap(), bootstrap);
  produce(bootstrap, "second");
  EXPECT_EQ(words(bootstrap), "first\nsecond\n");
  broker.stop();
  EXPECT_FALSE(broker.is_up());
  broker.start();
  EXPECT_EQ(words(bootstrap), "first\nsecond\n");
}

TEST(KafkaBroker, DoesNotAnswerWhileItIsPaused) {
  KafkaBroker& broker = shared_broker();
  broker.pause();
  EXPECT_TRUE(broker.is_up());
  EXPECT_EQ(connecting(broker.bootstrap()), "");
  EXPECT_THAT(kcat(broker.bootstrap(), "-L -m 1"), HasSubstr("ERROR"));
  broker.resume();
  EXPECT_THAT(kcat(broker.bootstrap(), "-L"), HasSubstr("1 brokers"));
}

TEST(KafkaBroker, SaysWhyItDoesNotStart) {
  KafkaOptions options;
  options.properties = {"num.io.threads=none"};
  try {
    const KafkaBroker broker(options);
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("num.io.threads"));
  }
}

// A program of its own, for the test after it.
TEST(KafkaBroker, DISABLED_IsUpUntilTheProgramIsKilled) {
  const KafkaBroker broker;
  std::printf("serves at %s;\n", broker.bootstrap().c_str());
  std::fflush(stdout);
  ::pause();
}

TEST(KafkaBroker, DiesWithAProgramThatIsKilled) {
  int output[2];
  ASSERT_EQ(::pipe2(output, O_CLOEXEC), 0);
  const pid_t program = ::fork();
  if (program == 0) {
    ::dup2(output[1], 1);
    ::execl("/proc/self/exe", "kafka_broker_test", "--gtest_also_run_disabled_tests",
            "--gtest_filter=*.DISABLED_IsUpUntilTheProgramIsKilled", nullptr);
    ::_exit(127);
  }
  ::close(output[1]);
  std::string said;
  char buffer[4096];
  for (ssize_t count = 1; count > 0 && said.find(';') == std::string::npos;) {
    count = ::read(output[0], buffer, sizeof buffer);
    if (count > 0) said.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(output[0]);
  ::kill(program, SIGKILL);
  ::waitpid(program, nullptr, 0);
  const std::size_t begin = said.find("127.0.0.1:");
  ASSERT_NE(begin, std::string::npos) << said;
  const std::string bootstrap = said.substr(begin, said.find(';') - begin);
  // The system kills the broker a moment later.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  said.clear();
  while (said.find("Connection refused") == std::string::npos &&
         std::chrono::steady_clock::now() < deadline) {
    said = connecting(bootstrap);
  }
  EXPECT_THAT(said, HasSubstr("Connection refused"));
}

TEST(KafkaCluster, TakesWritesWhileOneOfThreeIsDown) {
  KafkaCluster cluster(3, topics_by_use());
  EXPECT_THAT(kcat(cluster.bootstrap(), "-L"), HasSubstr("3 brokers"));
  produce(cluster.bootstrap(), "first");
  cluster.broker(0).kill();
  produce(cluster.bootstrap(), "second");
  cluster.broker(0).start();
  cluster.broker(1).kill();
  produce(cluster.bootstrap(), "third");
  EXPECT_EQ(words(cluster.bootstrap()), "first\nsecond\nthird\n");
}

}  // namespace
}  // namespace daybook::testing
