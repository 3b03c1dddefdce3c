#include "infra/log/valid_reader.h"

#include <gtest/gtest.h>

#include "infra/log/genesis.h"
#include "infra/log/record.h"
#include "tests/support/log_records.h"
#include "tests/support/memory_event_log.h"

namespace daybook::log {
namespace {

using std::chrono::milliseconds;
using test::MemoryEventLog;
using test::Writer;

// A log with Genesis, a fence and outcomes c1 ... cn, and a writer that can go on.
void fill(MemoryEventLog& log, int outcomes) {
  log.inject(0, test::genesis());
  Writer writer('a', 1, test::bytes_of(log.records()));
  log.inject(0, writer.fence());
  writer.follow(writer.fence());
  for (int i = 1; i <= outcomes; ++i) log.inject(0, writer.next("c" + std::to_string(i)));
}

std::vector<std::string> commands(const std::vector<ReadOutcome>& outcomes) {
  std::vector<std::string> commands;
  for (const ReadOutcome& each : outcomes) commands.push_back(each.outcome.command_id());
  return commands;
}

Progress read_to_end(MemoryEventLog& log) {
  ValidReader reader(log, 0);
  EXPECT_TRUE(reader.start(nullptr));
  EXPECT_TRUE(reader.read(1000, milliseconds(0)));
  return reader.progress();
}

TEST(ValidReader, GivesValidOutcomesWithTheirPositions) {
  MemoryEventLog log(1, 5);  // a log with gaps
  fill(log, 3);
  log.inject(0, "foreign");
  ValidReader reader(log, 0);
  ASSERT_TRUE(reader.start(nullptr));
  const auto outcomes = reader.read(1000, milliseconds(0));
  ASSERT_TRUE(outcomes);
  EXPECT_EQ(commands(*outcomes), (std::vector<std::string>{"c1", "c2", "c3"}));
  EXPECT_EQ(outcomes->back().position.offset, 20U);
  EXPECT_EQ(outcomes->back().position.sequence, 3U);
  EXPECT_EQ(outcomes->back().position.log_id, test::kLogId);
  EXPECT_EQ(reader.progress().next_offset(), 26U);
}

TEST(ValidReader, ReachesTheEndOfALogThatEndsWithAGap) {
  MemoryEventLog log;
  fill(log, 2);
  log.add_gap(0, 3);
  ValidReader reader(log, 0);
  ASSERT_TRUE(reader.start(nullptr));
  ASSERT_EQ(reader.read(1000, milliseconds(0))->size(), 2U);
  EXPECT_EQ(reader.progress().next_offset(), *reader.end_offset());
  log.add_gap(0, 2);
  // Returns at once: there is news, though no record.
  ASSERT_TRUE(reader.read(1000, std::chrono::minutes(5))->empty());
  EXPECT_EQ(reader.progress().next_offset(), *reader.end_offset());
  EXPECT_EQ(reader.progress().offset(), 3U);
  ValidReader another(log, 0);
  ASSERT_TRUE(another.start(&reader.progress()));
  log.inject(0, "foreign");
  ASSERT_EQ(another.read_records(1000, milliseconds(0))->size(), 1U);
  EXPECT_EQ(another.progress().next_offset(), *another.end_offset());
}

TEST(ValidReader, GoesOnFromAnyProgress) {
  MemoryEventLog log(1, 3);
  fill(log, 6);
  const Progress whole = read_to_end(log);
  ValidReader reader(log, 0);
  ASSERT_TRUE(reader.start(nullptr));
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(reader.read(1, milliseconds(0)));
    const Progress stored = reader.progress();
    ValidReader next(log, 0);
    ASSERT_TRUE(next.start(&stored));
    ASSERT_TRUE(next.read(1000, milliseconds(0)));
    EXPECT_EQ(next.progress().SerializeAsString(), whole.SerializeAsString());
  }
}

TEST(ValidReader, RefusesALogThatEndsBeforeTheProgress) {
  MemoryEventLog log;
  fill(log, 4);
  const Progress stored = read_to_end(log);
  for (std::size_t kept = 0; kept < log.records().size(); ++kept) {
    MemoryEventLog shorter;
    for (std::size_t i = 0; i < kept; ++i) shorter.inject(0, log.records()[i].bytes);
    ValidReader reader(shorter, 0);
    const auto started = reader.start(&stored);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().kind, ErrorKind::kCorrupt);
    EXPECT_EQ(started.error().code, "log.shorter_than_witness");
  }
}

TEST(ValidReader, RefusesALogWithAnotherRecordAtTheProgress) {
  MemoryEventLog log;
  fill(log, 4);
  const Progress stored = read_to_end(log);
  log.replace(0, 5, test::fence(9, test::owner('x')));
  ValidReader reader(log, 0);
  const auto started = reader.start(&stored);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, "log.other_than_witness");
  EXPECT_NE(started.error().detail.find("partition 0, offset 5"), std::string::npos);
}

TEST(ValidReader, RefusesTheProgressOfAnotherPartition) {
  MemoryEventLog log(2);
  ASSERT_TRUE(ensure_genesis(log, test::kLogId));
  const Progress stored = read_to_end(log);
  ValidReader reader(log, 1);
  EXPECT_EQ(reader.start(&stored).error().code, "log.other_than_witness");
}

TEST(ValidReader, GivesWhatIsBeforeDamageAndThenStopsForGood) {
  MemoryEventLog log;
  fill(log, 4);
  std::string damaged = log.records()[4].bytes;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  log.replace(0, 4, damaged);
  ValidReader reader(log, 0);
  ASSERT_TRUE(reader.start(nullptr));
  const auto outcomes = reader.read(1000, milliseconds(0));
  ASSERT_TRUE(outcomes);
  EXPECT_EQ(commands(*outcomes), (std::vector<std::string>{"c1", "c2"}));
  EXPECT_EQ(reader.progress().next_offset(), 4U);
  for (int i = 0; i < 3; ++i) {
    const auto stopped = reader.read(1000, milliseconds(0));
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, "log.damaged");
    EXPECT_NE(stopped.error().detail.find("partition 0, offset 4"), std::string::npos);
  }
}

TEST(ValidReader, SaysWhenTheLogCannotBeRead) {
  MemoryEventLog log;
  fill(log, 1);
  ValidReader reader(log, 0);
  ASSERT_TRUE(reader.start(nullptr));
  log.fail_reads(true);
  EXPECT_EQ(reader.read(10, milliseconds(0)).error().code, "log.io");
  log.fail_reads(false);
  EXPECT_EQ(commands(*reader.read(10, milliseconds(0))), std::vector<std::string>{"c1"});
}

// ---- Genesis
// --------------------------------------------------------------------------------------------------------

TEST(Genesis, IsWrittenOncePerPartitionWithOneLogId) {
  MemoryEventLog log(3);
  EXPECT_EQ(ensure_genesis(log, test::kLogId), test::kLogId);
  EXPECT_EQ(ensure_genesis(log, test::kOtherLogId), test::kLogId);
  for (std::uint32_t partition = 0; partition < 3; ++partition) {
    ASSERT_EQ(log.records(partition).size(), 1U);
    ReaderRule rule(partition);
    ASSERT_TRUE(rule.judge(0, log.records(partition)[0].bytes));
    EXPECT_EQ(rule.progress().log_id(), test::kLogId);
  }
}

TEST(Genesis, OfPartitionZeroDecidesForThoseThatAreMissing) {
  MemoryEventLog log(2);
  log.inject(0, test::genesis(test::kLogId, 0, 2));
  EXPECT_EQ(ensure_genesis(log, test::kOtherLogId), test::kLogId);
  EXPECT_EQ(log.records(1)[0].bytes, test::genesis(test::kLogId, 1, 2));
}

TEST(Genesis, OfWhoeverWasFirstDecides) {
  MemoryEventLog log;
  log.before_append([&log] {
    if (log.records().empty()) log.inject(0, test::genesis(test::kOtherLogId));
  });
  EXPECT_EQ(ensure_genesis(log, test::kLogId), test::kOtherLogId);
}

TEST(Genesis, OfAnotherLogInOnePartitionIsRefused) {
  MemoryEventLog log(2);
  log.inject(0, test::genesis(test::kLogId, 0, 2));
  log.inject(1, test::genesis(test::kOtherLogId, 1, 2));
  EXPECT_EQ(ensure_genesis(log, test::kLogId).error().code, "log.mixed");
}

TEST(Genesis, ThatTellsAnotherPartitionCountIsRefused) {
  MemoryEventLog log(2);
  log.inject(0, test::genesis(test::kLogId, 0, 3));
  EXPECT_EQ(ensure_genesis(log, test::kLogId).error().code, "log.partition_count");
}

TEST(Genesis, ThatIsMissingBeforeOtherRecordsIsRefused) {
  MemoryEventLog log;
  log.inject(0, "foreign");
  EXPECT_EQ(ensure_genesis(log, test::kLogId).error().code, "log.no_genesis");
}

}  // namespace
}  // namespace daybook::log
