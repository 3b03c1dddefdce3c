// Who may change what (the rules of tenancy and ownership), once for all aggregates.
#pragma once

#include <optional>
#include <string>

#include "domain/core/context.h"
#include "domain/core/result.h"

namespace daybook {

[[nodiscard]] inline tl::unexpected<Error> not_allowed(std::string who_may) {
  return fail(ErrorKind::kNotAllowed, "not_allowed",
              "the actor may not do this: " + std::move(who_may));
}

// VIEWER changes nothing.
[[nodiscard]] inline Result<void> require_writer(const Context& context) {
  if (context.actor.only_reads()) return not_allowed("a VIEWER changes nothing");
  return {};
}
[[nodiscard]] inline Result<void> require_manager(const Context& context) {
  if (!context.actor.manages()) return not_allowed("it is for MANAGER, ADMIN and integration");
  return {};
}
[[nodiscard]] inline Result<void> require_admin(const Context& context) {
  if (!context.actor.administers()) return not_allowed("it is for ADMIN and integration");
  return {};
}

// USER changes what it owns (and, where a record has one, what it is assigned); the others
// everything.
[[nodiscard]] inline bool may_change(const Actor& actor, std::string_view owner_id,
                                     std::string_view assignee_id = {}) {
  if (actor.manages()) return true;
  if (actor.only_reads() || actor.user_id.empty()) return false;
  return owner_id == actor.user_id || assignee_id == actor.user_id;
}

// The owner of a new record (CO-1, DE-11): the one named, if the actor may name one; else the
// acting user; for the integration nobody.
[[nodiscard]] inline Result<std::optional<std::string>> new_owner(const Context& context,
                                                                  bool named,
                                                                  const std::string& owner_id) {
  const Actor& actor = context.actor;
  if (!named) return actor.integration ? std::nullopt : std::optional(actor.user_id);
  if (!actor.manages() && owner_id != actor.user_id) {
    auto error = not_allowed("only MANAGER, ADMIN and integration name another owner").value();
    error.path = "ownerId";
    return fail(std::move(error));
  }
  return owner_id;
}

}  // namespace daybook
