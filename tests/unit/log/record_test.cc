#include "infra/log/record.h"

#include <gtest/gtest.h>

#include "tests/support/log_records.h"

namespace daybook::log {
namespace {

using test::owner;

std::string sample() { return test::outcome_record(3, owner('a'), 7, RunningHash{1, 2, 3}, "c1"); }

TEST(Record, ComesBackAsItWasWritten) {
  const auto record = decode_record(sample());
  ASSERT_TRUE(record);
  EXPECT_EQ(record->kind(), RECORD_KIND_OUTCOME);
  EXPECT_EQ(record->epoch(), 3U);
  EXPECT_EQ(record->owner(), owner('a'));
  EXPECT_EQ(record->sequence(), 7U);
  EXPECT_EQ(to_hash(record->previous_hash()), (RunningHash{1, 2, 3}));
  EXPECT_EQ(record->checksum(), checksum_of(sample()));
}

TEST(Record, BeginsWithTheMagicThatAnyClientCanSee) {
  EXPECT_EQ(sample().substr(0, 5), std::string("\x0d\x59\x44\x41\x59", 5));
}

TEST(Record, WithAnyByteChangedIsDamagedOrForeign) {
  const std::string whole = sample();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (int change = 1; change < 256; ++change) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ change);
      const auto record = decode_record(bytes);
      ASSERT_FALSE(record) << "byte " << i << " changed by " << change;
      EXPECT_EQ(record.error(), i < 5 ? RecordFault::kForeign : RecordFault::kDamaged);
    }
  }
}

TEST(Record, CutAnywhereIsDamagedOrForeign) {
  const std::string whole = sample();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_record(std::string_view(whole).substr(0, size))) << size;
  }
}

TEST(Record, WithBytesAddedIsDamaged) {
  EXPECT_EQ(decode_record(sample() + '\0').error(), RecordFault::kDamaged);
  EXPECT_EQ(decode_record(sample() + sample()).error(), RecordFault::kDamaged);
}

TEST(Record, OfSomebodyElseIsForeign) {
  for (const std::string bytes : {"", "x", "\x0d", "{\"not\": \"ours\"}"}) {
    EXPECT_EQ(decode_record(bytes).error(), RecordFault::kForeign) << bytes;
  }
}

TEST(Record, OfTheMagicAloneIsDamaged) {
  EXPECT_EQ(decode_record(sample().substr(0, 5)).error(), RecordFault::kDamaged);
}

TEST(RunningHash, DependsOnWhatWasBeforeAndOnTheRecord) {
  const RunningHash start{};
  const RunningHash one = hash_after(start, "one");
  EXPECT_NE(one, start);
  EXPECT_EQ(one, hash_after(start, "one"));
  EXPECT_NE(one, hash_after(start, "two"));
  EXPECT_NE(hash_after(one, "two"), hash_after(hash_after(start, "two"), "one"));
}

TEST(RunningHash, SurvivesTheWayThroughBytes) {
  const RunningHash hash = hash_after({}, "one");
  EXPECT_EQ(to_hash(to_bytes(hash)), hash);
  EXPECT_EQ(to_hash(""), RunningHash{});
}

}  // namespace
}  // namespace daybook::log
