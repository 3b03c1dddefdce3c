#include "infra/memory/machine_memory.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace daybook::test {
namespace {

class MachineMemory : public testing::Test {
 protected:
  void put(const std::string& path, const std::string& text) {
    const std::filesystem::path file = root_.path() / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text << '\n';
  }
  [[nodiscard]] std::uint64_t bytes() const { return memory::machine_bytes(root_.path()); }

  TemporaryFolder root_;
  const std::uint64_t all_ = memory::machine_bytes("/nonexistent");
};

TEST_F(MachineMemory, IsTheMachinesWithoutALimit) {
  EXPECT_GT(all_, 64U << 20U);
  put("proc/self/cgroup", "0::/user/shell");
  put("sys/fs/cgroup/user/memory.max", "max");
  put("sys/fs/cgroup/user/shell/memory.max", "9223372036854771712");
  EXPECT_EQ(bytes(), all_);
}

TEST_F(MachineMemory, IsThatOfTheNarrowestGroupAround) {
  put("proc/self/cgroup", "0::/system/daybook");
  put("sys/fs/cgroup/system/memory.max", "2097152");
  put("sys/fs/cgroup/system/daybook/memory.max", "4194304");
  EXPECT_EQ(bytes(), 2'097'152U);
}

TEST_F(MachineMemory, IsTheContainersWhereThePathIsTheHosts) {
  put("proc/self/cgroup", "0::/docker/4711");
  put("sys/fs/cgroup/memory.max", "1048576");
  EXPECT_EQ(bytes(), 1'048'576U);
}

TEST_F(MachineMemory, IsAlsoBoundByTheFirstVersion) {
  put("proc/self/cgroup", "12:cpu,cpuacct:/a\n11:memory:/a");
  put("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "3145728");
  EXPECT_EQ(bytes(), 3'145'728U);
}

}  // namespace
}  // namespace daybook::test
