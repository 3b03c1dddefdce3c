// How much memory there is.
#pragma once

#include <cstdint>
#include <filesystem>

namespace daybook::memory {

// Bytes that this process may use at most: the machine's, or those of its control group or of one
// around it if they are fewer (versions 1 and 2, where they are usually mounted). `root` is where
// /proc and /sys are looked for.
[[nodiscard]] std::uint64_t machine_bytes(const std::filesystem::path& root = "/");

}  // namespace daybook::memory
