// An embedded log in a folder of its own, and what was acknowledged of it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "infra/log/embedded/embedded_log.h"

namespace daybook::test {

using Contents = std::map<std::uint32_t, std::vector<std::string>>;  // by partition

[[nodiscard]] Result<std::unique_ptr<log::EmbeddedLog>> open_log(
    const std::filesystem::path& folder, std::uint32_t partitions = 1);
// Appends and waits until it is acknowledged.
void append(log::EventLog& log, std::uint32_t partition, std::vector<std::string> records);
// Everything that can be read, Genesis included; the error that ended it, if one did.
[[nodiscard]] Result<Contents> read_contents(log::EventLog& log);
// The regular files below `folder` that hold the log, in order.
[[nodiscard]] std::vector<std::filesystem::path> data_files(const std::filesystem::path& folder);

}  // namespace daybook::test
