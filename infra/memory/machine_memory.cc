#include "infra/memory/machine_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace daybook::memory {

std::uint64_t machine_bytes(const std::filesystem::path& group_limit) {
  const auto machine = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                       static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::ifstream file(group_limit);
  std::uint64_t group = 0;
  // Without a limit it says "max".
  return file >> group ? std::min(machine, group) : machine;
}

}  // namespace daybook::memory
