// Users: what is decided (rules US-1 to US-5) and how their events fold.
//
// Everybody in the organization sees its users, so a user that may not be changed is "not allowed",
// not "not found": the deciders check the actor themselves. Evolving never refuses.
#pragma once

#include "domain/core/context.h"
#include "domain/core/decision.h"
#include "domain/core/result.h"
#include "domain/core/view.h"
#include "schemas/user.pb.h"

namespace daybook::user {

[[nodiscard]] Result<Decision> decide(const CreateUser& command, const std::string& id,
                                      const View& view, const Context& context);
// The upsert: what the command gives, on the record that holds its external id.
[[nodiscard]] Result<Decision> decide(const CreateUser& command, const User& user, const View& view,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const PatchUser& command, const User& user, const View& view,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const ChangeUserRole& command, const User& user,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const ActivateUser& command, const User& user,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const DeactivateUser& command, const User& user,
                                      const View& view, const Context& context);

// `at` is the decision time of the event's outcome.
void evolve(User& user, const Event& event, std::int64_t at);

}  // namespace daybook::user
