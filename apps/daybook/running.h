// Which engine the command line talks to.
//
// `daybook up` notes in its data folder where it listens, its process and its log's id. A process
// that was killed leaves that behind; its number and its port may belong to others by now, to
// another installation too. So a note counts only while the process lives and the one who answers
// there has the noted log.
#pragma once

#include <optional>
#include <string>

#include "apps/daybook/settings.h"

namespace daybook::app {

struct Running {
  std::string address;  // empty: no `daybook up` runs on this data folder
  std::string note;     // why what is noted there does not count; empty normally
};

// Whether there is a log that a subcommand can open itself.
[[nodiscard]] bool has_log(const Settings& settings);

// Asks the noted engine who it is.
[[nodiscard]] Running find_running(const Settings& settings);

// The address of find_running; its note goes to stderr.
[[nodiscard]] std::optional<std::string> running_address(const Settings& settings);

// The engine that is meant: the one that runs on the data folder, or else the one at --http. With a
// log in the data folder only if that was given: the default may be another installation's.
// kUnavailable "engine.not_running".
[[nodiscard]] Result<std::string> engine_address(const Settings& settings);

// What `daybook up` notes. Kept by a rename, so that nobody reads half of it.
[[nodiscard]] Result<void> note_running(const Settings& settings, const std::string& address,
                                        const std::string& log_id);
void forget_running(const Settings& settings);

}  // namespace daybook::app
