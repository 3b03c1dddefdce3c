// One action of a command: whom it addresses, who may do it, and the decision of its aggregate.
#pragma once

#include <tl/expected.hpp>

#include "domain/core/context.h"
#include "domain/core/decision.h"
#include "domain/core/validate.h"
#include "domain/core/view.h"
#include "domain/decide/references.h"

namespace daybook {

// `action` is in normal form; its references are resolved in place. `expected` is the version to
// compare an expected version with: that of the record before the command's own events. `path` is
// put before the path of every violation ("members[3]").
[[nodiscard]] tl::expected<Decision, Violations> decide(
    Action& action, const View& view, const Context& context, const RefusedRecords& refused,
    const std::string& path, const std::map<std::string, std::uint64_t>& events_before);

// The ids that a creating action would have given its record, for RefusedRecords.
[[nodiscard]] std::vector<std::string> names_of_new_record(const Action& action,
                                                           const Context& context);

}  // namespace daybook
