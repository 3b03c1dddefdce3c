// The log on a real broker: the contract, and what the mock does not know: transactions, retention,
// limits of size, a broker that dies.
#include <gtest/gtest.h>

#include <thread>

#include "infra/log/genesis.h"
#include "infra/log/partition_journal.h"
#include "infra/log/random_id.h"
#include "tests/contract/log/event_log_contract.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/kafka_topics.h"

namespace daybook::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kPatience{30};

// The folder of a test gives its topic the name.
std::unique_ptr<log::EventLog> open_on_broker(const std::filesystem::path& folder,
                                              std::uint32_t partitions) {
  const std::string topic = folder.filename().string();
  const auto admin = kafka::Admin::open(shared_connection());
  const auto made = (*admin)->create_topic({topic, partitions, 1, {}}, kPatience);
  EXPECT_TRUE(made) << made.error().detail;
  return open_log(topic);
}

const LogKind kOne{"kafka", 1, open_on_broker};
const LogKind kThree{"kafka_3_partitions", 3, open_on_broker};
INSTANTIATE_TEST_SUITE_P(Logs, EventLogContract, ::testing::Values(kOne, kThree), name_of);
INSTANTIATE_TEST_SUITE_P(Logs, LastingEventLogContract, ::testing::Values(kOne, kThree), name_of);

void append(log::EventLog& log, const std::vector<std::string>& records) {
  auto appender = log.open_appender(0);
  ASSERT_TRUE((*appender)->append(records));
  const auto flushed = (*appender)->flush(kPatience);
  ASSERT_TRUE(flushed) << flushed.error().detail;
}

Result<void> claim(log::PartitionJournal& journal) {
  return journal.claim(
      nullptr, [](auto&&...) { return Result<void>(); }, [] { return Result<void>(); });
}

TEST(KafkaLog, IsReadToItsEndBehindATransactionsMarker) {
  const std::string topic = make_topic(1);
  const auto log = open_log(topic);
  ASSERT_TRUE(log::ensure_genesis(*log, log::random_uuid_text()));
  for (const bool committed : {true, false}) {
    run_transaction(topic, 0, committed);
    const auto start = steady_clock::now();
    log::PartitionJournal journal(*log, 0, log::random_uuid_bytes);
    const auto claimed = claim(journal);
    ASSERT_TRUE(claimed) << claimed.error().detail;
    EXPECT_LT(steady_clock::now() - start, seconds(5));
    // The transaction's records are foreign; its markers are no records.
    EXPECT_EQ(journal.progress().foreign_records(), committed ? 1U : 2U);
    run_transaction(topic, 0, committed);
    log::ValidReader reader(*log, 0);
    ASSERT_TRUE(reader.start(&journal.progress()));
    while (reader.progress().next_offset() < *log->end_offset(0))
      ASSERT_TRUE(reader.read(10, kPatience));
    EXPECT_LT(steady_clock::now() - start, seconds(8));
    if (committed) break;
  }
}

TEST(KafkaLog, GetsOneIdFromTwoThatOpenItAtOnce) {
  for (int round = 0; round < 5; ++round) {
    const std::string topic = make_topic(3);
    std::string other_id;
    std::thread other([&] {
      const auto log = open_log(topic);
      other_id = log::ensure_genesis(*log, log::random_uuid_text()).value_or("none");
    });
    const auto log = open_log(topic);
    const auto id = log::ensure_genesis(*log, log::random_uuid_text());
    other.join();
    ASSERT_TRUE(id) << id.error().detail;
    EXPECT_EQ(*id, other_id);
    for (std::uint32_t partition = 0; partition < 3; ++partition) {
      log::PartitionJournal journal(*log, partition, log::random_uuid_bytes);
      ASSERT_TRUE(claim(journal));
      EXPECT_EQ(journal.progress().log_id(), *id);
    }
  }
}

TEST(KafkaLog, ThatLostItsBeginningIsRefused) {
  const std::string topic = make_topic(1);
  const auto log = open_log(topic);
  append(*log, {"a", "b", "c"});
  remove_records_below(topic, 0, 2);
  const auto opened = log::KafkaEventLog::open(log_options(topic));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "log.expired");
  EXPECT_EQ(opened.error().kind, ErrorKind::kCorrupt);
  auto cursor = log->open_cursor(0, 0);
  const auto records = (*cursor)->read(1, kPatience);
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().code, "log.expired");
  EXPECT_EQ(records.error().kind, ErrorKind::kCorrupt);
  cursor = log->open_cursor(0, 2);  // the pooled consumer is as good as new
  EXPECT_EQ((*cursor)->read(1, kPatience)->front().bytes, "c");
}

TEST(KafkaLog, ATopicThatIsNotThereIsNamedWithTheRemedy) {
  const auto opened = log::KafkaEventLog::open(log_options("no-such-topic"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "log.no_topic");
  EXPECT_EQ(opened.error().kind, ErrorKind::kInvalid);
  EXPECT_NE(opened.error().detail.find("daybook topics create"), std::string::npos);
}

TEST(KafkaLog, HasNothingBeyondItsEnd) {
  const auto log = open_log(make_topic(1));
  append(*log, {"a"});
  auto cursor = log->open_cursor(0, 1000);
  const auto records = (*cursor)->read(1, kPatience);
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().code, "log.beyond_end");
  EXPECT_EQ(records.error().kind, ErrorKind::kCorrupt);
}

TEST(KafkaLog, RefusesARecordThatTheTopicDoesNotTake) {
  const auto log = open_log(make_topic(1, {{"max.message.bytes", "10000"}}));
  auto appender = log->open_appender(0);
  ASSERT_TRUE((*appender)->append({"small", std::string(20'000, 'x')}));
  const auto flushed = (*appender)->flush(kPatience);
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().code, "log.append_refused") << flushed.error().detail;
  append(*log, {"small"});
}

TEST(KafkaLog, CursorsAreCheapAndReadWhatTheyWereOpenedFor) {
  const auto log = open_log(make_topic(1));
  std::vector<std::string> records;
  for (int i = 0; i < 300; ++i) records.push_back("r" + std::to_string(i));
  append(*log, records);
  const auto tail = log->open_cursor(0, 300);  // waits beside them
  for (std::size_t i = 0; i < 300; i += 7) {
    const auto cursor = log->open_cursor(0, i);
    const auto read = (*cursor)->read(3, kPatience);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->front().offset, i);
    EXPECT_EQ(read->front().bytes, records[i]);
    if (i % 2 == 0) static_cast<void>((*log->open_cursor(0, 299))->read(5, milliseconds(20)));
  }
  EXPECT_TRUE((*tail)->read(1, milliseconds(0))->empty());
}

TEST(KafkaLog, KeepsWhatWasAcknowledgedWhenTheBrokerIsKilled) {
  testing::KafkaBroker broker;
  kafka::Options connection;
  connection.brokers = broker.bootstrap();
  ASSERT_TRUE((*kafka::Admin::open(connection))->create_topic({"events", 1, 1, {}}, kPatience));
  log::KafkaEventLogOptions options;
  options.connection = connection;
  options.topic = "events";
  const auto log = log::KafkaEventLog::open(options);
  ASSERT_TRUE(log) << log.error().detail;
  auto appender = (*log)->open_appender(0);
  auto cursor = (*log)->open_cursor(0, 0);
  std::vector<std::string> read;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE((*appender)->append({std::to_string(round) + "/" + std::to_string(i)}));
      if (i != 50) continue;
      ASSERT_TRUE((*appender)->flush(kPatience));
      broker.kill();
      broker.begin_start();  // the rest is appended while it is away
    }
    broker.await_ready();
    const auto flushed = (*appender)->flush(kPatience);
    ASSERT_TRUE(flushed) << flushed.error().detail;
    for (const auto deadline = steady_clock::now() + kPatience;
         read.size() < static_cast<std::size_t>(round + 1) * 100 &&
         steady_clock::now() < deadline;) {
      const auto records = (*cursor)->read(1000, seconds(1));
      ASSERT_TRUE(records) << records.error().detail;
      for (const auto& record : *records) read.push_back(record.bytes);
    }
  }
  ASSERT_EQ(read.size(), 200U);
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(read[static_cast<std::size_t>(i)],
              std::to_string(i / 100) + "/" + std::to_string(i % 100));
}

TEST(KafkaLog, OutlivesTheLossOfTheLeader) {
  testing::KafkaCluster cluster(3);
  log::KafkaEventLogOptions options;
  options.connection.brokers = cluster.bootstrap();
  options.topic = "events";
  const auto admin = std::move(*kafka::Admin::open(options.connection));
  const auto made =
      admin->create_topic({"events", 1, 3, {{"min.insync.replicas", "2"}}}, kPatience);
  ASSERT_TRUE(made) << made.error().detail;
  const auto log = std::move(*log::KafkaEventLog::open(options));
  auto appender = log->open_appender(0);
  auto cursor = log->open_cursor(0, 0);
  std::vector<std::string> read;
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE((*appender)->append({std::to_string(i)}));
    if (i % 10 == 0) static_cast<void>((*appender)->flush(milliseconds(20)));
    if (i != 200) continue;
    const auto leader = admin->partitions("events", kPatience)->front().leader;
    cluster.broker(static_cast<std::size_t>(leader) - 1).kill();
  }
  const auto flushed = (*appender)->flush(kPatience);
  ASSERT_TRUE(flushed) << flushed.error().detail;
  EXPECT_EQ(log->end_offset(0).value_or(0), 400U);
  while (read.size() < 400) {
    const auto records = (*cursor)->read(1000, kPatience);
    ASSERT_TRUE(records) << records.error().detail;
    ASSERT_FALSE(records->empty());
    for (const auto& record : *records) read.push_back(record.bytes);
  }
  for (std::size_t i = 0; i < 400; ++i) EXPECT_EQ(read[i], std::to_string(i));
  const auto described = admin->partitions("events", kPatience);
  EXPECT_EQ(described->front().replicas, 3U);
}

TEST(KafkaLog, SaysThatNobodyKnowsWhenTheBrokerStandsStill) {
  testing::KafkaBroker broker;
  kafka::Options connection;
  connection.brokers = broker.bootstrap();
  ASSERT_TRUE((*kafka::Admin::open(connection))->create_topic({"events", 1, 1, {}}, kPatience));
  log::KafkaEventLogOptions options;
  options.connection = connection;
  options.topic = "events";
  options.append_timeout = milliseconds(1500);
  options.request_timeout = milliseconds(1500);
  const auto log = log::KafkaEventLog::open(options);
  auto appender = (*log)->open_appender(0);
  ASSERT_TRUE((*appender)->append({"known"}));
  ASSERT_TRUE((*appender)->flush(kPatience));
  broker.pause();
  ASSERT_TRUE((*appender)->append({"unknown"}));
  const auto flushed = (*appender)->flush(kPatience);
  EXPECT_EQ((*log)->end_offset(0).error().kind, ErrorKind::kUnavailable);
  broker.resume();
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().kind, ErrorKind::kUnknownOutcome);
  EXPECT_EQ(flushed.error().code, "log.append_unknown") << flushed.error().detail;
}

}  // namespace
}  // namespace daybook::test
