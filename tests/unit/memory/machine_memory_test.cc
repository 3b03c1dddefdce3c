#include "infra/memory/machine_memory.h"

#include <gtest/gtest.h>

#include <fstream>

namespace daybook::test {
namespace {

std::uint64_t bytes_in_a_group_of(const std::string& limit) {
  const std::filesystem::path file =
      std::filesystem::path(testing::TempDir()) / ("memory.max-" + limit);
  std::ofstream(file) << limit << '\n';
  const std::uint64_t bytes = memory::machine_bytes(file);
  std::filesystem::remove(file);
  return bytes;
}

TEST(MachineMemory, IsTheGroupsWhereThatIsLess) {
  EXPECT_EQ(bytes_in_a_group_of("1048576"), 1'048'576U);
}

TEST(MachineMemory, IsTheMachinesWithoutALimit) {
  const std::uint64_t machine = memory::machine_bytes("/nonexistent");
  EXPECT_GT(machine, 64U << 20U);
  EXPECT_EQ(bytes_in_a_group_of("max"), machine);
  EXPECT_EQ(bytes_in_a_group_of("9223372036854771712"), machine);
}

}  // namespace
}  // namespace daybook::test
