// Who changed what, when, by which command: the versions of one record with old and new values.
//
// Follows the index (record, version) -> offset in the state, so it reads the record's own outcomes
// only.
#pragma once

#include <string>

#include "commands/ports/journal.h"
#include "domain/core/result.h"
#include "domain/state/state.h"
#include "schemas/receipt.pb.h"

namespace daybook::commands {

// `reference` is an id or "namespace/external id". kNotFound if the organization never had such a
// record.
[[nodiscard]] Result<History> history_of(const State& state, Journal& journal,
                                         const std::string& organization_id, Entity entity,
                                         const std::string& reference);

}  // namespace daybook::commands
