#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "infra/log/embedded/witness.h"
#include "tests/contract/log/embedded_fixture.h"
#include "tests/support/files_stay_below.h"
#include "tests/support/log_records.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait_until.h"

namespace daybook::test {
namespace {

TEST(EmbeddedLog, RefusesASecondOpener) {
  const TemporaryFolder folder;
  const auto first = open_log(folder.path());
  ASSERT_TRUE(first);
  const auto second = open_log(folder.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "log.locked");
  EXPECT_EQ(second.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(second.error().detail.find(folder.path().string()), std::string::npos);
}

TEST(EmbeddedLog, KeepsItsPartitionCountAndLogId) {
  const TemporaryFolder folder;
  std::string log_id;
  {
    const auto log = open_log(folder.path(), 3);
    ASSERT_TRUE(log);
    log_id = (*log)->log_id();
  }
  const auto again = open_log(folder.path(), 8);
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->partition_count(), 3U);
  EXPECT_EQ((*again)->log_id(), log_id);
  EXPECT_TRUE((*again)->recovery_notes().empty());
}

TEST(EmbeddedLog, NeedsAPartition) {
  const TemporaryFolder folder;
  const auto log = open_log(folder.path(), 0);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, "log.partitions");
}

TEST(EmbeddedLog, BeginsEachPartitionWithItsGenesis) {
  const TemporaryFolder folder;
  const auto log = open_log(folder.path(), 2);
  ASSERT_TRUE(log);
  const auto contents = read_contents(**log);
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->at(0), std::vector<std::string>{genesis((*log)->log_id(), 0, 2)});
  EXPECT_EQ(contents->at(1), std::vector<std::string>{genesis((*log)->log_id(), 1, 2)});
}

// The newest are read from memory, the others from the disk, and after a restart all of them.
TEST(EmbeddedLog, GivesMoreThanItKeepsInMemory) {
  const TemporaryFolder folder;
  std::vector<std::string> records;
  for (char c = 'a'; c < 'a' + 20; ++c) records.emplace_back(100'000, c);
  const auto check = [&](log::EventLog& log) {
    const auto contents = read_contents(log);
    ASSERT_TRUE(contents);
    ASSERT_EQ(contents->at(0).size(), 1 + records.size());
    EXPECT_TRUE(std::equal(records.begin(), records.end(), contents->at(0).begin() + 1));
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto read = log.read_one(0, 1 + i, std::chrono::seconds(1));
      ASSERT_TRUE(read);
      ASSERT_TRUE(read->record);
      EXPECT_EQ(read->record->bytes, records[i]) << "record " << i;
    }
  };
  {
    const auto log = open_log(folder.path());
    ASSERT_TRUE(log);
    const auto appender = (*log)->open_appender(0);
    ASSERT_TRUE((*appender)->append(records));
    ASSERT_TRUE((*appender)->flush(std::chrono::seconds(10)));
    check(**log);
  }
  const auto again = open_log(folder.path());
  ASSERT_TRUE(again);
  check(**again);
}

TEST(EmbeddedLog, GivesEachNewLogAnotherId) {
  const TemporaryFolder one;
  const TemporaryFolder other;
  EXPECT_NE((*open_log(one.path()))->log_id(), (*open_log(other.path()))->log_id());
}

TEST(EmbeddedLog, SaysThatAFolderCannotBeUsed) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "clock") << "a file, not a folder";
  const auto log = open_log(folder.path() / "clock");
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, "log.io");
}

TEST(EmbeddedLog, GoesOnByItselfAfterAWriteThatFailed) {
  const TemporaryFolder folder;
  const auto log = open_log(folder.path(), 2);
  ASSERT_TRUE(log);
  append(**log, 0, {"before"});
  const auto spent = (*log)->open_appender(0);
  {
    const FilesStayBelow limit(200'000);
    ASSERT_TRUE((*spent)->append({std::string(300'000, 'x')}));
    const auto flushed = (*spent)->flush(std::chrono::seconds(10));
    ASSERT_FALSE(flushed);
    EXPECT_EQ(flushed.error().kind, ErrorKind::kUnknownOutcome) << flushed.error().detail;
  }
  EXPECT_TRUE(wait_until([&] {
    const auto appender = (*log)->open_appender(1);
    return (*appender)->append({"after"}) && (*appender)->flush(std::chrono::seconds(10));
  }));
  EXPECT_FALSE((*spent)->flush(std::chrono::seconds(1))) << "what it handed over is not there";
  EXPECT_FALSE((*spent)->append({"z"}));
  append(**log, 0, {"again"});
  const auto contents = read_contents(**log);
  ASSERT_TRUE(contents) << contents.error().detail;
  EXPECT_EQ(contents->at(0), (std::vector<std::string>{contents->at(0)[0], "before", "again"}));
  EXPECT_EQ(contents->at(1), (std::vector<std::string>{contents->at(1)[0], "after"}));
}

// ---- the witness
// ----------------------------------------------------------------------------------------------------

TEST(Witness, TellsTheNewestEntryOfEachPartition) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "witness";
  {
    log::Witness witness;
    ASSERT_TRUE(witness.open(path, 2));
    EXPECT_FALSE(witness.entry(0));
    for (std::uint64_t end = 1; end <= 5; ++end) ASSERT_TRUE(witness.write(0, {end, end * 10}));
    ASSERT_TRUE(witness.write(1, {7, 70}));
  }
  log::Witness witness;
  ASSERT_TRUE(witness.open(path, 2));
  EXPECT_EQ(witness.entry(0), (log::WitnessEntry{5, 50}));
  EXPECT_EQ(witness.entry(1), (log::WitnessEntry{7, 70}));
  EXPECT_TRUE(witness.notes().empty());
}

void flip(const std::filesystem::path& path, std::streamoff at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(at);
  const int byte = file.get();
  file.seekp(at);
  file.put(static_cast<char>(byte ^ 0x20));
}

TEST(Witness, FallsBackOnTheOtherSlotAndSaysSo) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "witness";
  for (std::streamoff at = 0; at < 80; ++at) {
    std::filesystem::remove(path);
    {
      log::Witness witness;
      ASSERT_TRUE(witness.open(path, 1));
      ASSERT_TRUE(witness.write(0, {1, 10}));
      ASSERT_TRUE(witness.write(0, {2, 20}));
    }
    flip(path, at);
    log::Witness witness;
    ASSERT_TRUE(witness.open(path, 1));
    ASSERT_TRUE(witness.entry(0));
    EXPECT_EQ(witness.entry(0)->end_offset, at < 40 ? 1U : 2U)
        << at;  // the second entry is in the first slot
    ASSERT_EQ(witness.notes().size(), 1U);
    EXPECT_NE(witness.notes()[0].find(at < 40 ? "byte 0 " : "byte 40 "), std::string::npos);
  }
}

TEST(Witness, WithBothSlotsDamagedIsRefused) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "witness";
  {
    log::Witness witness;
    ASSERT_TRUE(witness.open(path, 1));
    ASSERT_TRUE(witness.write(0, {1, 10}));
    ASSERT_TRUE(witness.write(0, {2, 20}));
  }
  flip(path, 17);
  flip(path, 57);
  log::Witness witness;
  const auto opened = witness.open(path, 1);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "witness.damaged");
  EXPECT_NE(opened.error().detail.find(path.string()), std::string::npos);
}

}  // namespace
}  // namespace daybook::test
