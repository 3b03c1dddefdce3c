// Activities: what is decided (rules AC-1 to AC-4) and how their events fold.
//
// Every decider gets a command in normal form whose references are live records of the organization
// and whose target the actor may change; it adds the rules of activities. Evolving never refuses.
#pragma once

#include "domain/core/context.h"
#include "domain/core/decision.h"
#include "domain/core/result.h"
#include "domain/core/view.h"
#include "schemas/activity.pb.h"

namespace daybook::activity {

[[nodiscard]] Result<Decision> decide(const ScheduleActivity& command, const std::string& id,
                                      const View& view, const Context& context);
// The upsert: what the command gives, on the record that holds its external id.
[[nodiscard]] Result<Decision> decide(const ScheduleActivity& command, const Activity& activity,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const LogActivity& command, const std::string& id,
                                      const View& view, const Context& context);
// The upsert: what the command gives, on the record that holds its external id.
[[nodiscard]] Result<Decision> decide(const LogActivity& command, const Activity& activity,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const PatchActivity& command, const Activity& activity,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const RelinkActivity& command, const Activity& activity,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const StartActivity& command, const Activity& activity,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const CompleteActivity& command, const Activity& activity,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const ReopenActivity& command, const Activity& activity,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const CancelActivity& command, const Activity& activity,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const MarkActivityOverdue& command, const Activity& activity,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const ReassignActivity& command, const Activity& activity,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const AssignOwner& command, const Activity& activity,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const DeleteRecord& command, const Activity& activity,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const RestoreRecord& command, const Activity& activity,
                                      const View& view, const Context& context);

// `at` is the decision time of the event's outcome.
void evolve(Activity& activity, const Event& event, std::int64_t at);

}  // namespace daybook::activity
