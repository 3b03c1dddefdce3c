// The Kafka clients against a real broker: what is refused, and how it is named.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "infra/kafka/admin.h"
#include "infra/kafka/consumer.h"
#include "infra/kafka/group_inspector.h"
#include "infra/kafka/producer.h"
#include "tests/support/kafka_topics.h"

namespace daybook::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{30};

Error refusal(const std::map<std::string, std::string>& extra) {
  const auto checked = kafka::check({"127.0.0.1:1", "test", extra});
  return checked ? Error{} : checked.error();
}

TEST(KafkaOptions, LeaveAloneWhatTheEngineReliesOn) {
  for (const char* name :
       {"enable.idempotence", "acks", "request.required.acks", "enable.auto.commit",
        "auto.offset.reset", "isolation.level", "partitioner", "check.crcs",
        "enable.auto.offset.store", "message.timeout.ms", "delivery.timeout.ms", "group.id",
        "bootstrap.servers", "metadata.broker.list", "partition.assignment.strategy",
        "enable.partition.eof", "transactional.id", "allow.auto.create.topics"}) {
    const Error error = refusal({{name, "1"}});
    EXPECT_EQ(error.code, "config.fixed") << name;
    EXPECT_EQ(error.kind, ErrorKind::kInvalid);
    EXPECT_EQ(error.path, name);
  }
}

TEST(KafkaOptions, AreNamedWhenLibrdkafkaDoesNotTakeThem) {
  EXPECT_EQ(refusal({{"no.such.option", "1"}}).code, "config.invalid");
  EXPECT_EQ(refusal({{"no.such.option", "1"}}).path, "no.such.option");
  EXPECT_EQ(refusal({{"compression.type", "morse"}}).code, "config.invalid");
  EXPECT_NE(refusal({{"compression.type", "morse"}}).detail.find("morse"), std::string::npos);
  const Error secret = refusal({{"ssl.key.password", std::string(3, '\0')}});
  EXPECT_EQ(secret.detail.find('\0'), std::string::npos);
  EXPECT_EQ(kafka::check({"", "test", {}}).error().path, "brokers");
  EXPECT_TRUE(kafka::check({"127.0.0.1:1", "test", {{"compression.type", "lz4"}}}));
}

// Produces, and waits for what became of it.
Result<std::uint64_t> produce(kafka::Producer& producer, const std::string& topic,
                              const kafka::Outgoing& message) {
  Result<std::uint64_t> outcome = fail(ErrorKind::kUnavailable, "test.no_delivery", "");
  DAYBOOK_TRY(producer.produce(topic, 0, message, [&outcome](Result<std::uint64_t> offset) {
    outcome = std::move(offset);
  }));
  EXPECT_TRUE(producer.flush(kPatience));
  return outcome;
}

std::unique_ptr<kafka::Producer> open_producer(kafka::ProducerOptions options = {}) {
  options.connection = shared_connection();
  options.connection.extra["topic.metadata.propagation.max.ms"] = "500";
  auto opened = kafka::Producer::open(options);
  EXPECT_TRUE(opened) << opened.error().detail;
  return std::move(*opened);
}

std::unique_ptr<kafka::Consumer> open_consumer() {
  kafka::ConsumerOptions options;
  options.connection = shared_connection();
  return std::move(*kafka::Consumer::open(options));
}

TEST(KafkaProducer, KeepsNullEmptyAndBinaryApart) {
  const std::string topic = make_topic(1);
  const auto producer = open_producer();
  const std::vector<kafka::Header> headers{{"origin", "3:17"}, {"empty", ""}, {"null", {}}};
  EXPECT_EQ(produce(*producer, topic, {"key", "value", headers}), 0U);
  EXPECT_EQ(produce(*producer, topic, {{}, {}, {}}), 1U);
  EXPECT_EQ(produce(*producer, topic, {"", "", {}}), 2U);
  EXPECT_EQ(produce(*producer, topic, {std::string_view("\0k", 2), std::string_view(), {}}), 3U);
  const auto consumer = open_consumer();
  ASSERT_TRUE(consumer->assign(topic, 0, 0));
  std::vector<kafka::Message> all;
  while (all.size() < 4) {
    auto some = consumer->read(10, kPatience);
    ASSERT_TRUE(some && !some->empty());
    for (auto& message : *some) all.push_back(std::move(message));
  }
  EXPECT_EQ(all[0].key, "key");
  EXPECT_EQ(all[0].value, "value");
  ASSERT_EQ(all[0].headers.size(), 3U);
  EXPECT_EQ(all[0].headers[0].name, "origin");
  EXPECT_EQ(all[0].headers[0].value, "3:17");
  EXPECT_EQ(all[0].headers[1].value, "");
  EXPECT_EQ(all[0].headers[2].value, std::nullopt);
  EXPECT_GT(all[0].timestamp_ms, 0);
  EXPECT_EQ(all[1].key, std::nullopt);
  EXPECT_EQ(all[1].value, std::nullopt);
  EXPECT_EQ(all[2].key, "");
  EXPECT_EQ(all[2].value, "");
  EXPECT_EQ(all[3].key, std::string("\0k", 2));
  EXPECT_EQ(all[3].value, "");
}

TEST(KafkaProducer, NamesWhatIsRefusedForGood) {
  const auto producer = open_producer();
  const std::string small = make_topic(1, {{"max.message.bytes", "2000"}});
  const auto by_broker = produce(*producer, small, {{}, std::string(5000, 'x'), {}});
  ASSERT_FALSE(by_broker);
  EXPECT_EQ(by_broker.error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(by_broker.error().code, "kafka.too_large");
  EXPECT_TRUE(produce(*producer, small, {{}, "small", {}}));
  const auto by_client = produce(*producer, small, {{}, std::string(2'000'000, 'x'), {}});
  ASSERT_FALSE(by_client);
  EXPECT_EQ(by_client.error().code, "kafka.too_large");
  const auto nowhere = produce(*producer, "no-such-topic", {{}, "x", {}});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind, ErrorKind::kNotFound) << nowhere.error().detail;
  EXPECT_TRUE(producer->check());
}

TEST(KafkaProducer, SaysWhenTooMuchIsOnItsWayAndCallsBackForAllOfIt) {
  kafka::ProducerOptions options;
  options.connection.brokers = "127.0.0.1:1";  // nobody is there
  options.connection.extra["log_level"] = "2";
  options.messages_max = 10;
  options.queue_wait = milliseconds(20);
  auto producer = kafka::Producer::open(options);
  std::atomic<int> unavailable = 0;
  Result<void> taken;
  int count = 0;
  while (taken && count < 100) {
    taken =
        (*producer)->produce("topic", 0, {{}, "x", {}}, [&](const Result<std::uint64_t>& offset) {
          if (!offset && offset.error().kind == ErrorKind::kUnavailable) ++unavailable;
        });
    count += taken ? 1 : 0;
  }
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, "kafka.queue_full");
  EXPECT_EQ(count, 10);
  EXPECT_FALSE((*producer)->flush(milliseconds(10)));
  const auto start = std::chrono::steady_clock::now();
  producer->reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(3));
  EXPECT_EQ(unavailable, 10);
}

TEST(KafkaConsumer, TellsWhatIsGoneFromWhatWasNeverThere) {
  const std::string topic = make_topic(1);
  const auto producer = open_producer();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(produce(*producer, topic, {{}, "x", {}}));
  remove_records_below(topic, 0, 3);
  const auto consumer = open_consumer();
  ASSERT_TRUE(consumer->assign(topic, 0, 1));
  EXPECT_EQ(consumer->read(10, kPatience).error().code, "kafka.expired");
  EXPECT_EQ(consumer->read(10, kPatience).error().code, "kafka.expired");
  ASSERT_TRUE(consumer->assign(topic, 0, 6));
  EXPECT_EQ(consumer->read(10, kPatience).error().code, "kafka.beyond_end");
  ASSERT_TRUE(consumer->assign(topic, 0, 3));
  EXPECT_EQ(consumer->read(1, kPatience)->front().offset, 3U);
}

TEST(KafkaConsumer, GoesOnBehindOffsetsWithoutMessages) {
  const std::string topic = make_topic(1);
  run_transaction(topic, 0, true);   // a message at 0, a marker at 1
  run_transaction(topic, 0, false);  // 2 and 3
  const auto consumer = open_consumer();
  ASSERT_TRUE(consumer->assign(topic, 0, 0));
  std::vector<std::uint64_t> offsets;
  while (consumer->next_offset() < 4) {
    const auto some = consumer->read(10, kPatience);
    ASSERT_TRUE(some) << some.error().detail;
    for (const auto& message : *some) offsets.push_back(message.offset);
  }
  EXPECT_EQ(offsets, (std::vector<std::uint64_t>{0, 2}));
  EXPECT_TRUE(consumer->read(10, milliseconds(10))->empty());
  const auto producer = open_producer();
  EXPECT_EQ(produce(*producer, topic, {{}, "x", {}}), 4U);
  EXPECT_EQ(consumer->read(10, kPatience)->front().offset, 4U);
}

std::unique_ptr<kafka::Admin> open_admin() {
  return std::move(*kafka::Admin::open(shared_connection()));
}

TEST(KafkaAdmin, MakesTopicsAndDescribesThem) {
  const auto admin = open_admin();
  const std::string topic = make_topic(3, {{"retention.ms", "-1"},
                                           {"cleanup.policy", "delete"},
                                           {"message.timestamp.type", "LogAppendTime"}});
  const auto described = admin->describe_topic(topic, kPatience);
  ASSERT_TRUE(described) << described.error().detail;
  ASSERT_EQ(described->partitions.size(), 3U);
  EXPECT_EQ(described->partitions[0].replicas, 1U);
  EXPECT_EQ(described->partitions[0].in_sync, 1U);
  EXPECT_GE(described->partitions[0].leader, 0);
  EXPECT_EQ(described->config.at("retention.ms"), "-1");
  EXPECT_EQ(described->config.at("cleanup.policy"), "delete");
  EXPECT_EQ(described->config.at("message.timestamp.type"), "LogAppendTime");
  EXPECT_EQ(described->config.at("unclean.leader.election.enable"), "false");
  for (const char* name : {"retention.bytes", "max.message.bytes", "min.insync.replicas"})
    EXPECT_TRUE(described->config.contains(name)) << name;
  EXPECT_EQ(admin->broker_count(kPatience), 1U);
  EXPECT_EQ(admin->begin_offset(topic, 2, kPatience), 0U);
  EXPECT_EQ(admin->end_offset(topic, 2, kPatience), 0U);
}

TEST(KafkaAdmin, NamesWhatIsWrong) {
  const auto admin = open_admin();
  EXPECT_EQ(admin->describe_topic("no-such-topic", kPatience).error().kind, ErrorKind::kNotFound);
  const auto bad = admin->create_topic({"bad", 1, 1, {{"retention.ms", "soon"}}}, kPatience);
  EXPECT_EQ(bad.error().kind, ErrorKind::kInvalid) << bad.error().detail;
  const auto many = admin->create_topic({"many", 1, 7, {}}, kPatience);
  EXPECT_EQ(many.error().kind, ErrorKind::kInvalid) << many.error().detail;
  const auto name = admin->create_topic({"a/b", 1, 1, {}}, kPatience);
  EXPECT_EQ(name.error().kind, ErrorKind::kInvalid) << name.error().detail;
}

TEST(KafkaAdmin, OfTwoThatMakeATopicAtOnceOneDoes) {
  for (int round = 0; round < 3; ++round) {
    const std::string topic = make_topic(1) + "-twice";
    std::atomic<int> made = 0;
    const auto make = [&] {
      const auto result = open_admin()->create_topic({topic, 2, 1, {}}, kPatience);
      ASSERT_TRUE(result) << result.error().detail;
      made += *result == kafka::TopicMade::kMade ? 1 : 0;
    };
    std::thread other(make);
    make();
    other.join();
    EXPECT_EQ(made, 1);
    EXPECT_EQ(open_admin()->partitions(topic, kPatience)->size(), 2U);
  }
}

TEST(KafkaAdmin, KeepsItsDeadlineWhenNobodyIsThere) {
  const auto admin = kafka::Admin::open({"127.0.0.1:1", "test", {{"log_level", "2"}}});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ((*admin)->end_offset("topic", 0, milliseconds(300)).error().kind,
            ErrorKind::kUnavailable);
  EXPECT_EQ((*admin)->partitions("topic", milliseconds(300)).error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ((*admin)->create_topic({"topic", 1, 1, {}}, milliseconds(300)).error().kind,
            ErrorKind::kUnavailable);
  const auto inspector = kafka::GroupInspector::open({"127.0.0.1:1", "test", {}}, "group");
  EXPECT_EQ((*inspector)->members(milliseconds(300)).error().kind, ErrorKind::kUnavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(5));
}

}  // namespace
}  // namespace daybook::test
