// kill -9 at any moment: what was acknowledged is there, in order, and nothing else is damaged.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "tests/contract/log/embedded_appender.h"
#include "tests/contract/log/embedded_fixture.h"
#include "tests/support/temporary_folder.h"

namespace daybook::test {
namespace {

constexpr int kKills = 12;

std::uint32_t seed() {
  const char* given = std::getenv("DAYBOOK_TEST_SEED");
  return given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10))
                          : std::random_device{}();
}

void expect_acknowledged(const Contents& contents, const Ends& ends) {
  for (std::uint32_t partition = 0; partition < kAppenderPartitions; ++partition) {
    const auto& records = contents.at(partition);
    ASSERT_GE(records.size(), ends.at(partition));
    for (std::uint64_t offset = 1; offset < records.size(); ++offset) {
      ASSERT_EQ(records[offset], appended_record(partition, offset));
    }
  }
}

TEST(EmbeddedLogCrash, LosesNothingThatWasAcknowledged) {
  const std::uint32_t first_seed = seed();
  SCOPED_TRACE("replay with DAYBOOK_TEST_SEED=" + std::to_string(first_seed));
  std::mt19937 random(first_seed);
  const TemporaryFolder folder;
  Ends ends{};
  for (int kill = 0; kill < kKills; ++kill) {
    run_appender(folder.path(), static_cast<std::uint32_t>(random()), 0, random() % 100 + 1, ends);
    auto log = open_log(folder.path(), kAppenderPartitions);
    ASSERT_TRUE(log) << log.error().detail;
    const auto contents = read_contents(**log);
    ASSERT_TRUE(contents) << contents.error().detail;
    expect_acknowledged(*contents, ends);
    for (const std::string& note : (*log)->recovery_notes()) {
      EXPECT_NE(note.find("are not known to have been acknowledged"), std::string::npos) << note;
    }
  }
}

}  // namespace
}  // namespace daybook::test
