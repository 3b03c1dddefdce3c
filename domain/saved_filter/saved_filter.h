// Saved filters: what is decided (rules SF-1, SF-2, SF-4) and how their events fold.
//
// Every decider gets a command in normal form whose references are live records of the organization
// and whose target the actor may change; it adds the rules of saved filters. Evolving never
// refuses.
#pragma once

#include "domain/core/context.h"
#include "domain/core/decision.h"
#include "domain/core/result.h"
#include "domain/core/view.h"
#include "schemas/saved_filter.pb.h"

namespace daybook::saved_filter {

// Uses that one command may forget, by purging or with their filter.
inline constexpr std::size_t kUsesForgottenMax = 10'000;

[[nodiscard]] Result<Decision> decide(const SaveFilter& command, const std::string& id,
                                      const View& view, const Context& context);
// The upsert: what the command gives, on the record that holds its external id.
[[nodiscard]] Result<Decision> decide(const SaveFilter& command, const SavedFilter& filter,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const PatchSavedFilter& command, const SavedFilter& filter,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const UseSavedFilter& command, const SavedFilter& filter,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const AssignOwner& command, const SavedFilter& filter,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const DeleteRecord& command, const SavedFilter& filter,
                                      const View& view, const Context& context);

// `at` is the decision time of the event's outcome.
void evolve(SavedFilter& filter, const Event& event, std::int64_t at);

}  // namespace daybook::saved_filter
