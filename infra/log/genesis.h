// The first record of each partition: it gives the log its id and fixes the number of partitions.
#pragma once

#include <string>

#include "domain/core/result.h"
#include "infra/log/event_log.h"

namespace daybook::log {

// Reads the Genesis records; writes those that are missing (partition 0's first, read back, the
// others take its log id). Two processes may do this at once: the first record decides.
// `fresh_log_id` is the id of a log that is new. Returns the log id. Errors: kCorrupt if a
// partition begins otherwise, or the count or log id differ.
[[nodiscard]] Result<std::string> ensure_genesis(EventLog& log, const std::string& fresh_log_id);

// The id of a log that is there; writes nothing. Errors: as above, and kInvalid "log.no_genesis" if
// a record is missing.
[[nodiscard]] Result<std::string> read_log_id(EventLog& log);

}  // namespace daybook::log
