// Organizations: what is decided (who may make and change one; the purge of filter uses, SF-5) and
// how their events fold.
//
// The deciders check the actor themselves. Evolving never refuses.
#pragma once

#include "domain/core/context.h"
#include "domain/core/decision.h"
#include "domain/core/result.h"
#include "domain/core/view.h"
#include "schemas/organization.pb.h"
#include "schemas/saved_filter.pb.h"

namespace daybook::organization {

[[nodiscard]] Result<Decision> decide(const CreateOrganization& command, const std::string& id,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const saved_filter::PurgeFilterUses& command,
                                      const Organization& organization, const View& view,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const PatchOrganization& command,
                                      const Organization& organization, const View& view,
                                      const Context& context);

// `at` is the decision time of the event's outcome.
void evolve(Organization& organization, const Event& event, std::int64_t at);

}  // namespace daybook::organization
