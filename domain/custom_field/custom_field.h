// Custom fields: one aggregate for each (parent, field name), of three kinds of parent.
//
// The parent is live and the actor may change it: that is checked before a decider is asked.
// Evolving never refuses.
#pragma once

#include "domain/core/context.h"
#include "domain/core/decision.h"
#include "domain/core/result.h"
#include "domain/core/view.h"
#include "schemas/custom_field.pb.h"

namespace daybook::custom_field {

// `entity` is the kind of custom field; `current` its state, null if the parent never had this
// field. A field that was removed goes on as the same record.
[[nodiscard]] Result<Decision> decide(const SetCustomField& command, Entity entity,
                                      const std::string& id, const CustomField* current,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const RemoveCustomField& command, Entity entity,
                                      const CustomField& field);

// The parent of a custom field's state.
[[nodiscard]] const std::string& parent_id(const CustomField& field);

// `at` is the decision time of the event's outcome.
void evolve(CustomField& field, const Event& event, std::int64_t at);

}  // namespace daybook::custom_field
