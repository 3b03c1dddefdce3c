// Ends a PostgreSQL server within a time that was given. Internal.
#pragma once

#include <chrono>
#include <filesystem>

#include "domain/core/result.h"
#include "infra/postgres/server_programs.h"

namespace daybook::postgres {

// What a server needs to end at once, on a busy machine too.
inline constexpr std::chrono::milliseconds kImmediateTime{700};

// Ends the server of this data folder: in order, if it can in that time, otherwise at once. Returns
// after `limit`, or after kImmediateTime if that is longer. Nothing to do when none runs;
// kUnavailable "cluster.cannot_stop" when it has not ended even then.
[[nodiscard]] Result<void> stop_server(const ServerUser& user, const std::filesystem::path& data,
                                       std::chrono::milliseconds limit);

}  // namespace daybook::postgres
