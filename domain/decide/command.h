// A whole command: from its message to its outcome. Pure: the same command on the same state gives
// the same outcome.
#pragma once

#include <string>

#include "domain/core/validate.h"
#include "domain/state/state.h"
#include "schemas/command.pb.h"
#include "schemas/log.pb.h"

namespace daybook {

inline constexpr int kEventsPerOutcomeMax = 1000;
inline constexpr int kBatchMembersMax = 1000;

// Brings the command into normal form, and says what is wrong with it whatever the state is.
[[nodiscard]] Violations check_form(Command& command);

// Decides `command` on `state`, in a transaction that is left open: on an accepted outcome the
// state stands after it and the caller commits; on a rejected one nothing has changed. `now` is the
// decision time.
[[nodiscard]] log::Outcome decide_command(Command command, const std::string& payload_hash,
                                          State& state, std::int64_t now);

// The same of a command whose form has been checked.
[[nodiscard]] log::Outcome decide_checked(Command command, const Violations& form,
                                          const std::string& payload_hash, State& state,
                                          std::int64_t now);

[[nodiscard]] log::Violation violation_of(const Error& error);

// An outcome that refuses a command before it can be decided.
[[nodiscard]] log::Outcome refuse_command(const Command& command, const std::string& payload_hash,
                                          const Violations& violations, std::int64_t now);

}  // namespace daybook
