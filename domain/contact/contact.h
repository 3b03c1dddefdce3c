// Contacts: what is decided (rules CT-1 to CT-7) and how their events fold.
//
// Every decider gets a command in normal form whose references are live records of the organization
// and whose target the actor may change; it adds the rules of contacts. Evolving never refuses.
#pragma once

#include "domain/core/context.h"
#include "domain/core/decision.h"
#include "domain/core/result.h"
#include "domain/core/view.h"
#include "schemas/contact.pb.h"

namespace daybook::contact {

[[nodiscard]] Result<Decision> decide(const CreateContact& command, const std::string& id,
                                      const View& view, const Context& context);
// The upsert: what a create command gives, on the contact that holds its external id.
[[nodiscard]] Result<Decision> decide(const CreateContact& command, const Contact& contact,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const PatchContact& command, const Contact& contact,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const JoinCompany& command, const Contact& contact,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const LeaveCompany& command, const Contact& contact,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const MakePrimaryContact& command, const Contact& contact,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const ClearPrimaryContact& command, const Contact& contact,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const AssignOwner& command, const Contact& contact,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const DeleteRecord& command, const Contact& contact,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const RestoreRecord& command, const Contact& contact,
                                      const View& view, const Context& context);

// `at` is the decision time of the event's outcome.
void evolve(Contact& contact, const Event& event, std::int64_t at);

}  // namespace daybook::contact
