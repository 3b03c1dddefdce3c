// Deals: what is decided (rules DE-1 to DE-12) and how their events fold.
//
// Every decider gets a command in normal form whose references are live records of the organization
// (stages: active ones, DE-1 and DE-2) and whose target the actor may change; it adds the rules of
// deals. Evolving never refuses.
#pragma once

#include "domain/core/context.h"
#include "domain/core/decision.h"
#include "domain/core/result.h"
#include "domain/core/view.h"
#include "schemas/deal.pb.h"

namespace daybook::deal {

[[nodiscard]] Result<Decision> decide(const OpenDeal& command, const std::string& id,
                                      const View& view, const Context& context);
// The upsert: what an open command gives, on the deal that holds its external id.
[[nodiscard]] Result<Decision> decide(const OpenDeal& command, const Deal& deal, const View& view,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const PatchDeal& command, const Deal& deal, const View& view,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const RelinkDeal& command, const Deal& deal, const View& view,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const MoveDeal& command, const Deal& deal, const View& view,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const WinDeal& command, const Deal& deal, const View& view,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const LoseDeal& command, const Deal& deal, const View& view,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const PostponeDeal& command, const Deal& deal,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const CancelDeal& command, const Deal& deal, const View& view,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const ReopenDeal& command, const Deal& deal, const View& view,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const AssignOwner& command, const Deal& deal,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const DeleteRecord& command, const Deal& deal,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const RestoreRecord& command, const Deal& deal,
                                      const View& view, const Context& context);

// `at` is the decision time of the event's outcome.
void evolve(Deal& deal, const Event& event, std::int64_t at);

}  // namespace daybook::deal
