// How much memory there is.
#pragma once

#include <cstdint>
#include <filesystem>

namespace daybook::memory {

// Bytes that this process may use at most: the machine's, or its control group's if those are
// fewer. `group_limit` is the group's file of the second version, as a container sees its own.
[[nodiscard]] std::uint64_t machine_bytes(
    const std::filesystem::path& group_limit = "/sys/fs/cgroup/memory.max");

}  // namespace daybook::memory
