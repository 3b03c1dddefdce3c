// Small files that only their owner may read (mode 0600): passwords, and what leads to them.
// Written whole and synced, then renamed into place, so that a crash leaves the old or the new
// content. Not for concurrent writers. Internal.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "domain/core/result.h"

namespace daybook::postgres {

[[nodiscard]] Result<void> write_private_file(const std::filesystem::path& path,
                                              const std::string& text);

// nullopt when there is no such file.
[[nodiscard]] Result<std::optional<std::string>> read_private_file(
    const std::filesystem::path& path);

// The same as lines "key=value"; keys without '=' and line ends, values without line ends.
using Settings = std::map<std::string, std::string>;
[[nodiscard]] Result<void> write_settings(const std::filesystem::path& path,
                                          const Settings& settings);
[[nodiscard]] Result<Settings> read_settings(const std::filesystem::path& path);

// `bytes` bytes of the operating system's randomness, in hexadecimal.
[[nodiscard]] Result<std::string> random_hex(std::size_t bytes);

}  // namespace daybook::postgres
