#include "tests/contract/log/event_log_contract.h"

#include <atomic>
#include <thread>

namespace daybook::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{30};

std::vector<std::string> numbered(const std::string& prefix, int count) {
  std::vector<std::string> records;
  for (int i = 0; i < count; ++i) records.push_back(prefix + std::to_string(i));
  return records;
}

std::vector<std::string> bytes_of(const std::vector<log::RawRecord>& records) {
  std::vector<std::string> bytes;
  for (const log::RawRecord& record : records) bytes.push_back(record.bytes);
  return bytes;
}

std::vector<std::string> with_prefix(const std::vector<std::string>& all,
                                     const std::string& prefix) {
  std::vector<std::string> chosen;
  for (const std::string& each : all) {
    if (each.compare(0, prefix.size(), prefix) == 0) chosen.push_back(each);
  }
  return chosen;
}

}  // namespace

void EventLogContract::append(std::uint32_t partition, std::vector<std::string> records) {
  auto appender = log_->open_appender(partition);
  ASSERT_TRUE(appender);
  ASSERT_TRUE((*appender)->append(std::move(records)));
  ASSERT_TRUE((*appender)->flush(kPatience));
}

std::vector<log::RawRecord> EventLogContract::read(std::uint32_t partition, std::uint64_t offset,
                                                   std::size_t count) {
  std::vector<log::RawRecord> all;
  auto cursor = log_->open_cursor(partition, offset);
  EXPECT_TRUE(cursor);
  while (all.size() < count) {
    auto records = (*cursor)->read(count - all.size(), kPatience);
    EXPECT_TRUE(records);
    if (!records || records->empty()) break;
    for (auto& record : *records) all.push_back(std::move(record));
  }
  return all;
}

std::uint64_t EventLogContract::end(std::uint32_t partition) {
  const auto end = log_->end_offset(partition);
  EXPECT_TRUE(end);
  return end.value_or(0);
}

TEST_P(EventLogContract, KeepsTheOrderAndTheBytesOfAPartition) {
  const std::uint64_t start = end(last_partition());
  std::vector<std::string> records = numbered("r", 10);
  records.emplace_back("");
  records.emplace_back("\0\xff\n", 3);
  append(last_partition(), records);
  const auto all = read(last_partition(), start, records.size());
  EXPECT_EQ(bytes_of(all), records);
  EXPECT_EQ(bytes_of(read(last_partition(), all.at(10).offset, 1)), std::vector<std::string>{""});
}

TEST_P(EventLogContract, GivesGrowingOffsetsAndAnEndBehindThem) {
  const std::uint64_t start = end(0);
  append(0, numbered("r", 20));
  const auto records = read(0, start, 20);
  ASSERT_EQ(records.size(), 20U);
  EXPECT_GE(records[0].offset, start);
  for (std::size_t i = 1; i < records.size(); ++i)
    EXPECT_GT(records[i].offset, records[i - 1].offset);
  EXPECT_EQ(end(0), records.back().offset + 1);
}

TEST_P(EventLogContract, GoesOnFromTheMiddle) {
  const std::uint64_t start = end(0);
  append(0, numbered("r", 20));
  const auto all = read(0, start, 20);
  for (std::size_t from = 0; from < all.size(); ++from) {
    EXPECT_EQ(bytes_of(read(0, all[from].offset, 1)),
              std::vector<std::string>{"r" + std::to_string(from)});
  }
  auto at_end = log_->open_cursor(0, end(0));
  EXPECT_TRUE((*at_end)->read(10, milliseconds(0))->empty());
}

TEST_P(EventLogContract, GivesNoMoreThanAskedFor) {
  const std::uint64_t start = end(0);
  append(0, numbered("r", 10));
  auto cursor = log_->open_cursor(0, start);
  std::vector<std::string> all;
  while (all.size() < 10) {
    const auto records = (*cursor)->read(3, kPatience);
    ASSERT_TRUE(records);
    ASSERT_FALSE(records->empty());
    ASSERT_LE(records->size(), 3U);
    for (const auto& record : *records) all.push_back(record.bytes);
  }
  EXPECT_EQ(all, numbered("r", 10));
}

TEST_P(EventLogContract, KeepsPartitionsApart) {
  const std::uint64_t first = end(0);
  const std::uint64_t last = end(last_partition());
  append(0, {"in the first"});
  if (GetParam().partitions > 1) {
    EXPECT_EQ(end(last_partition()), last);
    append(last_partition(), {"in the last"});
    EXPECT_EQ(bytes_of(read(last_partition(), last, 1)), std::vector<std::string>{"in the last"});
  }
  EXPECT_EQ(bytes_of(read(0, first, 1)), std::vector<std::string>{"in the first"});
  EXPECT_EQ(log_->partition_count(), GetParam().partitions);
}

TEST_P(EventLogContract, ShowsARecordOnlyWithEverythingBeforeIt) {
  const std::uint64_t start = end(0);
  auto appender = log_->open_appender(0);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE((*appender)->append({"r" + std::to_string(i)}));
  auto cursor = log_->open_cursor(0, start);
  int seen = 0;
  while (seen < 200) {
    const std::uint64_t end_before = end(0);
    const auto records = (*cursor)->read(1000, kPatience);
    ASSERT_TRUE(records);
    ASSERT_FALSE(records->empty());
    for (const auto& record : *records) EXPECT_EQ(record.bytes, "r" + std::to_string(seen++));
    EXPECT_GE(end(0), end_before);
    EXPECT_GT(end(0), records->back().offset);
  }
}

TEST_P(EventLogContract, WakesAReaderThatWaits) {
  const std::uint64_t start = end(0);
  std::atomic<bool> reading = false;
  std::vector<std::string> seen;
  std::thread reader([&] {
    auto cursor = log_->open_cursor(0, start);
    reading = true;
    seen = bytes_of(*(*cursor)->read(10, kPatience));
  });
  while (!reading) std::this_thread::yield();
  append(0, {"wake up"});
  reader.join();
  EXPECT_EQ(seen, std::vector<std::string>{"wake up"});
}

TEST_P(EventLogContract, ReturnsEmptyHandedWhenNothingComes) {
  auto cursor = log_->open_cursor(0, end(0));
  EXPECT_TRUE((*cursor)->read(10, milliseconds(5))->empty());
}

TEST_P(EventLogContract, TakesAppendersSideBySideEachInItsOrder) {
  const std::uint64_t start = end(0);
  const auto write = [this](const std::string& prefix) {
    auto appender = log_->open_appender(0);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE((*appender)->append({prefix + std::to_string(i)}));
    ASSERT_TRUE((*appender)->flush(kPatience));
  };
  std::thread other([&] { write("b"); });
  write("a");
  other.join();
  const auto all = bytes_of(read(0, start, 200));
  EXPECT_EQ(with_prefix(all, "a"), numbered("a", 100));
  EXPECT_EQ(with_prefix(all, "b"), numbered("b", 100));
}

TEST_P(LastingEventLogContract, HasWhatWasFlushedWhenItIsOpenedAgain) {
  const std::uint64_t start = end(0);
  append(0, numbered("r", 10));
  const std::uint64_t before = end(0);
  log_.reset();
  open();
  EXPECT_EQ(end(0), before);
  EXPECT_EQ(bytes_of(read(0, start, 10)), numbered("r", 10));
  append(0, {"r10"});
  EXPECT_EQ(bytes_of(read(0, start, 11)), numbered("r", 11));
}

TEST_P(EventLogContract, TakesBigRecords) {
  const std::uint64_t start = end(0);
  std::vector<std::string> records;
  for (char letter = 'a'; letter < 'f'; ++letter) records.emplace_back(900'000, letter);
  append(0, records);
  EXPECT_EQ(bytes_of(read(0, start, records.size())), records);
}

TEST_P(EventLogContract, TakesManySmallRecords) {
  const std::uint64_t start = end(0);
  const auto records = numbered("record ", 20'000);
  append(0, records);
  EXPECT_EQ(bytes_of(read(0, start, records.size())), records);
}

TEST_P(EventLogContract, TakesAnAppendOfNothing) {
  const std::uint64_t start = end(0);
  append(0, {});
  EXPECT_EQ(end(0), start);
}

}  // namespace daybook::test
