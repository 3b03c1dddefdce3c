// What can be learned about a postmaster from its data folder and from /proc, and the choice of its
// port. Internal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "domain/core/result.h"

namespace daybook::postgres {

// The running postmaster of this data folder. A process that merely got the number in a stale
// postmaster.pid is not it.
[[nodiscard]] std::optional<int> find_postmaster(const std::filesystem::path& data);

// Makes a stale postmaster.pid harmless whose number now belongs to some other process: PostgreSQL
// would take that for a running server. The rest of the file is kept, because with it PostgreSQL
// finds out whether orphans of the old server are still at work. Call only when find_postmaster()
// found nothing.
[[nodiscard]] Result<void> disarm_stale_pid_file(const std::filesystem::path& data);

// The first free port on 127.0.0.1 from `first` on, wrapping around inside the range that the
// kernel does not use itself.
[[nodiscard]] Result<int> free_port(int first);
[[nodiscard]] bool is_port_free(int port);
// Where to begin looking for a data folder: always the same for the same name.
[[nodiscard]] int preferred_port(const std::filesystem::path& data_folder);

// The settings that a private cluster has beside those of initdb.
[[nodiscard]] std::string configuration_text(int port);

[[nodiscard]] std::uint64_t fnv1a(std::string_view text);

}  // namespace daybook::postgres
