// The command line on Kafka: topics made, checked and refused; status; processes that share the
// work, and take it over from each other.
#include "infra/kafka/admin.h"
#include "infra/log/random_id.h"
#include "tests/e2e/kafka_shared.h"
#include "tests/support/kafka_topics.h"

namespace daybook::testing {
namespace {

// A topic as somebody else might have made it.
void make_topic(const std::string& name, std::uint32_t partitions,
                std::map<std::string, std::string> config) {
  auto admin = kafka::Admin::open(test::shared_connection());
  ASSERT_TRUE(admin);
  const auto made =
      (*admin)->create_topic({name, partitions, 1, std::move(config)}, std::chrono::seconds(30));
  ASSERT_TRUE(made) << made.error().detail;
}

void expect_unfit(const Installation& daybook, const std::string& why) {
  const ProgramResult check = daybook.run({"topics", "check"});
  EXPECT_EQ(check.exit_code, 2) << check.out << check.err;
  EXPECT_TRUE(contains(check.out, why)) << check.out;
  const ProgramResult up = daybook.run({"up", "--http", "127.0.0.1:0"});
  EXPECT_EQ(up.exit_code, 1) << up.out;
  EXPECT_TRUE(contains(up.err, "topics.unfit") && contains(up.err, why)) << up.err;
}

Json status_of(const Installation& daybook) {
  return Json::parse(daybook.run({"status", "--json"}).out, nullptr, false);
}

// How many partitions this process decides or projects.
int share_of(const Installation& daybook, const char* role, const char* works) {
  int count = 0;
  const Json status = status_of(daybook);
  for (const Json& partition : status["partitions"])
    count += partition.contains(role) && partition[role].value(works, false) ? 1 : 0;
  return count;
}

int decided_by(const Installation& daybook) { return share_of(daybook, "commands", "owns"); }

// What the status of `asked` sums up over the partitions of a role.
double sum_of(const Installation& asked, const char* role, const char* figure) {
  double sum = 0;
  const Json status = status_of(asked);
  for (const Json& partition : status["partitions"])
    sum += partition.contains(role) ? partition[role].value(figure, 0.0) : 0.0;
  return sum;
}

// Commands of `prefix` for organizations of their own, so that every partition gets some.
void expect_all_partitions_decide(const std::string& prefix, int first) {
  for (int i = first; i < first + 2 * kPartitions; ++i) {
    const std::string organization = log::random_uuid_text();
    Json create = command(i, create_organization("Organization"), organization);
    const SeenRecord result = ask_by_kcat(prefix, create);
    EXPECT_EQ(result.headers.at("outcome"), "accepted") << result.value;
  }
}

// ---- topics -------------------------------------------------------------------------------------

TEST(KafkaTopicsCli, MakesTheTopicsOnceForAll) {
  const Installation daybook(kafka_environment("made"));
  expect_unfit(daybook, "topic made.commands: it is not there; make it: daybook topics create");
  const ProgramResult first = daybook.run({"topics", "create", "--partitions", "3", "--json"});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(Json::parse(first.out)["made"].size(), 4U) << first.out;
  const ProgramResult again = daybook.run({"topics", "create", "--partitions", "3", "--json"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(Json::parse(again.out)["made"].size(), 0U) << again.out;
  EXPECT_EQ(Json::parse(again.out)["log"], Json::parse(first.out)["log"]);
  const ProgramResult other = daybook.run({"topics", "create", "--partitions", "5"});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_TRUE(contains(other.err, "topics.partition_count") && contains(other.err, "3 partitions"))
      << other.err;
  const ProgramResult check = daybook.run({"topics", "check"});
  EXPECT_EQ(check.exit_code, 0) << check.out;
  EXPECT_TRUE(contains(check.out, "as they should be")) << check.out;
  EXPECT_EQ(daybook.run({"topics", "check", "--json"}).out, "[]\n");
}

TEST(KafkaTopicsCli, RefusesTopicsThatWouldLoseRecords) {
  const Installation daybook(kafka_environment("unfit"));
  make_topic("unfit.results", 3, {{"cleanup.policy", "compact"}});
  make_topic("unfit.events", 3, {{"retention.ms", "86400000"}});
  make_topic("unfit.commands", 3, {});
  make_topic("unfit.commands.dead-letter", 2, {});
  expect_unfit(daybook, "topic unfit.results: it is compacted");
  expect_unfit(daybook, "topic unfit.events: it expires");
  expect_unfit(daybook, "topic unfit.commands.dead-letter: it has 2 partitions");
}

TEST(KafkaTopicsCli, RefusesOptionsThatAreNotTheUsers) {
  const Installation daybook({"DAYBOOK_LOG=kafka", "DAYBOOK_KAFKA_ACKS=1"});
  const ProgramResult check = daybook.run({"topics", "check"});
  EXPECT_EQ(check.exit_code, 1);
  EXPECT_TRUE(contains(check.err, "config.fixed") && contains(check.err, "acks")) << check.err;
}

// ---- processes ----------------------------------------------------------------------------------

TEST(KafkaProcesses, ShowTheirStatusAndSeedTheDemo) {
  Installation daybook(kafka_environment("status"));
  create_topics(daybook);
  daybook.up();
  const ProgramResult alone = daybook.run({"seed", "demo", "--print"});
  EXPECT_EQ(std::count(alone.out.begin(), alone.out.end(), '\n'), 1) << alone.out;
  const ProgramResult seeded = daybook.run({"seed", "demo"});
  EXPECT_TRUE(contains(seeded.out, "38 commands: 38 accepted, 0 of them")) << seeded.out;
  const ProgramResult all = daybook.run({"seed", "demo", "--print"});
  EXPECT_TRUE(all.out.starts_with(alone.out));
  EXPECT_EQ(std::count(all.out.begin(), all.out.end(), '\n'), 38);

  Json status;
  await("a page with what the cluster says", [&] {  // which it has to say within a moment
    status = status_of(daybook);
    const Json& partitions = status["partitions"];
    return std::all_of(partitions.begin(), partitions.end(), [](const Json& partition) {
      return contains(partition["commands"].value("owner", ""), "daybook-");
    });
  });
  EXPECT_EQ(status["log"]["kind"], "kafka");
  EXPECT_EQ(status["log"]["partitions"], kPartitions);
  std::int64_t accepted = 0;
  for (const Json& partition : status["partitions"]) {
    EXPECT_EQ(partition["commands"].value("lagRecords", -1), 0) << partition;
    accepted += partition["commands"].value("accepted", 0);
  }
  EXPECT_EQ(accepted, 38);
  const ProgramResult shown = daybook.run({"status"});
  EXPECT_TRUE(contains(shown.out, "(kafka), 3 partition(s)") &&
              contains(shown.out, "commands: deciding (daybook-"))
      << shown.out;
  const ProgramResult repeated = daybook.run({"seed", "demo", "--json"});
  EXPECT_EQ(Json::parse(repeated.out)["known"], 38) << repeated.out;
  const ProgramResult second = daybook.run({"up", "--http", "127.0.0.1:0"});
  EXPECT_EQ(second.exit_code, 3) << second.err;
  EXPECT_TRUE(contains(second.err, "another process uses this data folder")) << second.err;
}

TEST(KafkaProcesses, DecideInOneAndProjectInAnother) {
  const auto environment = kafka_environment("split");
  Installation deciding(environment);
  Installation projecting(environment);
  const Installation sending(environment);
  create_topics(deciding);
  deciding.up_as("commands");
  projecting.up_as("projections");
  EXPECT_EQ(decided_by(deciding), kPartitions);
  EXPECT_EQ(share_of(projecting, "projection", "running"), kPartitions);
  expect_all_partitions_decide("split", 100);
  // Beside no engine of its own: through the topics.
  const ProgramResult sent =
      sending.run({"send", command(1, create_organization("Acme")).dump(), "--json"});
  EXPECT_EQ(sent.exit_code, 0) << sent.out << sent.err;
  const ProgramResult rows = run_program(
      {"/usr/bin/env", "psql", "-XAtc",
       "SELECT daybook.wait_for('" + Json::parse(sent.out)["token"].get<std::string>() + "')",
       deciding.owner_url()});
  EXPECT_EQ(rows.out, "t\n") << rows.err;
  const ProgramResult lookup = sending.run({"receipt", kAcme, command_id(1)});
  EXPECT_EQ(lookup.exit_code, 3);
  EXPECT_TRUE(contains(lookup.err, "partition.elsewhere")) << lookup.err;
  // Each knows how the other stands.
  await("the handlers have noted how far they are", [&] {
    return sum_of(projecting, "commands", "nextCommand") >= 2 * kPartitions &&
           sum_of(projecting, "commands", "lagRecords") == 0;
  });
  await("the projectors too", [&] {
    return sum_of(deciding, "projection", "nextOffset") > 2 * kPartitions &&
           sum_of(deciding, "projection", "lagRecords") == 0;
  });
  EXPECT_EQ(deciding.stop(), 0);
  for (int i = 1; i <= 3; ++i)
    publish("split", command(500 + i, create_organization("Waits")).dump());
  await("what waits is seen", [&] {
    return sum_of(projecting, "commands", "lagRecords") == 3 &&
           sum_of(projecting, "commands", "lagSeconds") > 0;
  });
  const ProgramResult shown = projecting.run({"status"});
  EXPECT_TRUE(contains(shown.out, "commands: decided by nobody")) << shown.out;
  EXPECT_EQ(projecting.stop(), 0);
}

TEST(KafkaProcesses, TakeOverFromOneThatWasKilled) {
  auto environment = kafka_environment("takeover");
  environment.emplace_back("DAYBOOK_KAFKA_SESSION_TIMEOUT_MS=2000");
  Installation first(environment);
  Installation second(environment);
  create_topics(first);
  first.up_as("commands");
  second.up_as("commands");
  await("both have a share", [&] {
    return decided_by(first) > 0 && decided_by(first) + decided_by(second) == kPartitions;
  });
  expect_all_partitions_decide("takeover", 200);
  const Json sent = command(300, create_organization("Acme"));
  const Json answer = ask_by_kcat("takeover", sent).json();
  first.kill_up();
  await("the second decides all", [&] { return decided_by(second) == kPartitions; });
  expect_all_partitions_decide("takeover", 400);
  const Json again = ask_by_kcat("takeover", sent).json();
  EXPECT_EQ(again["repeated"], true) << again;
  EXPECT_EQ(again["token"], answer["token"]) << again;
  first.up_as("commands");
  await("the first has a share again", [&] { return decided_by(first) > 0; });
  EXPECT_EQ(second.stop(), 0);
  EXPECT_EQ(first.stop(), 0);
}

}  // namespace
}  // namespace daybook::testing
