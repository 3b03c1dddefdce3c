#include "infra/memory/machine_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace daybook::memory {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

std::uint64_t limit_in(const fs::path& file) {
  std::ifstream limit(file);
  std::uint64_t bytes = 0;
  return limit >> bytes ? bytes : kNone;  // without one the file says "max"
}

// Of the group and of all around it. In a container the path may be the host's: then only the
// outermost is found, which is the container's own.
std::uint64_t least_limit(const fs::path& mount, fs::path group, const std::string& file) {
  std::uint64_t least = limit_in(mount / file);
  for (; !group.empty(); group = group.parent_path())
    least = std::min(least, limit_in(mount / group / file));
  return least;
}

// Lines like "0::/a/b" for version 2, "9:cpu,memory:/a/b" for version 1.
std::uint64_t group_bytes(const fs::path& root) {
  const fs::path mounts = root / "sys/fs/cgroup";
  std::uint64_t least = kNone;
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const auto path = line.find(":/");
    if (path == std::string::npos) continue;
    const std::string group = line.substr(path + 2);
    if (line.starts_with("0:"))
      least = std::min(least, least_limit(mounts, group, "memory.max"));
    else if (line.substr(0, path).find("memory") != std::string::npos)
      least = std::min(least, least_limit(mounts / "memory", group, "memory.limit_in_bytes"));
  }
  return least;
}

}  // namespace

std::uint64_t machine_bytes(const fs::path& root) {
  const auto machine = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                       static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return std::min(machine, group_bytes(root));
}

}  // namespace daybook::memory
