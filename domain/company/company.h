// Companies: what is decided (rules CO-1 to CO-6, X-1) and how their events fold.
//
// Every decider gets a command in normal form whose references are live records of the organization
// and whose target the actor may change; it adds the rules of companies. Evolving never refuses.
#pragma once

#include "domain/core/context.h"
#include "domain/core/decision.h"
#include "domain/core/result.h"
#include "domain/core/view.h"
#include "schemas/company.pb.h"

namespace daybook::company {

[[nodiscard]] Result<Decision> decide(const CreateCompany& command, const std::string& id,
                                      const View& view, const Context& context);
// The upsert: the fields given by a create command, on the company that holds its external id.
[[nodiscard]] Result<Decision> decide(const CreateCompany& command, const Company& company,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const PatchCompany& command, const Company& company,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const AssignOwner& command, const Company& company,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const DeleteRecord& command, const Company& company,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const RestoreRecord& command, const Company& company,
                                      const View& view, const Context& context);

// `at` is the decision time of the event's outcome.
void evolve(Company& company, const Event& event, std::int64_t at);

}  // namespace daybook::company
