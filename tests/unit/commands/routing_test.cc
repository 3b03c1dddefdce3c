#include "commands/routing.h"

#include <gtest/gtest.h>

#include <array>

namespace daybook::commands {
namespace {

// The values of the Java client's own tests.
TEST(Routing, HashesAsTheJavaClientDoes) {
  const auto hash = [](std::string_view key) { return static_cast<std::int32_t>(murmur2(key)); };
  EXPECT_EQ(hash("21"), -973932308);
  EXPECT_EQ(hash("foobar"), -790332482);
  EXPECT_EQ(hash("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(hash("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(hash("abc"), 479470107);
}

TEST(Routing, PutsEveryOrganizationIntoOnePartitionOfTheCount) {
  std::array<int, 3> organizations{};
  for (int i = 0; i < 300; ++i)
    ++organizations.at(partition_of("organization " + std::to_string(i), 3));
  for (const int count : organizations) EXPECT_GT(count, 60);
  EXPECT_EQ(partition_of("any", 1), 0U);
}

}  // namespace
}  // namespace daybook::commands
