#include "domain/user/user.h"

#include "domain/core/access.h"
#include "domain/core/lifecycle.h"
#include "domain/core/patch.h"
#include "domain/core/schema.h"
#include "domain/core/steps.h"

namespace daybook::user {
namespace {

// US-2: unused in the organization, deactivated users included.
Result<void> check_email(const View& view, const std::string& email, const std::string& user_id) {
  if (email.empty()) return {};
  const auto holder = view.lookup(Index::kUserEmail, {email});
  if (!holder || *holder == user_id) return {};
  return fail(ErrorKind::kConflict, "user.email_taken",
              "another user of the organization has this e-mail address", "email");
}

Result<Decision> change(const UserFields& set, const FieldNames& clear, const User& user,
                        const View& view) {
  DAYBOOK_TRY(check_email(view, set.email(), user.record().id()));
  Decision decision;
  Event event;
  if (changes(user.fields(), set, clear, *event.mutable_changed()))
    decision.add(user.record().id(), std::move(event));
  return decision;
}

Decision change_role(UserRole role, const User& user) {
  Decision decision;
  if (user.role() == role) return decision;
  Event event;
  event.mutable_role_changed()->set_role(role);
  decision.add(user.record().id(), std::move(event));
  return decision;
}

// US-4: nobody deactivates the account that it acts with. US-5: deactivated is as far as a user can
// be removed.
Result<Decision> set_active(bool active, const User& user, const Context& context) {
  Decision decision;
  if (user.is_active() == active) return decision;
  if (!active && user.record().id() == context.actor.user_id) {
    return fail(ErrorKind::kRejected, "user.self_deactivation",
                "nobody can deactivate its own account; ask another ADMIN", "id");
  }
  Event event;
  if (active) {
    event.mutable_activated();
  } else {
    event.mutable_deactivated();
  }
  decision.add(user.record().id(), std::move(event));
  return decision;
}

}  // namespace

Result<Decision> decide(const CreateUser& command, const std::string& id, const View& view,
                        const Context& context) {
  DAYBOOK_TRY(require_admin(context));
  DAYBOOK_TRY(check_email(view, command.fields().email(), id));
  Decision decision;
  Event event;
  UserCreated& created = *event.mutable_created();
  *created.mutable_fields() = command.fields();
  schema::set_defaults(*created.mutable_fields());
  created.set_role(command.has_role() ? command.role() : USER_ROLE_USER);
  created.set_is_active(!command.has_is_active() || command.is_active());
  decision.add(id, std::move(event));
  return decision;
}

Result<Decision> decide(const CreateUser& command, const User& user, const View& view,
                        const Context& context) {
  DAYBOOK_TRY(require_admin(context));
  Steps<User> steps(user,
                    [](User& state, const log::Event& event) { evolve(state, event.user(), 0); });
  steps.then(change(command.fields(), {}, user, view));
  if (command.has_role()) steps.then(change_role(command.role(), user));
  if (command.has_is_active()) steps.then(set_active(command.is_active(), user, context));
  return std::move(steps).decision();
}

// US-1: the user itself, or ADMIN.
Result<Decision> decide(const PatchUser& command, const User& user, const View& view,
                        const Context& context) {
  if (!context.actor.administers() && context.actor.user_id != user.record().id()) {
    return not_allowed("a user is changed by itself, ADMIN or integration");
  }
  return change(command.set(), command.clear(), user, view);
}

// US-3.
Result<Decision> decide(const ChangeUserRole& command, const User& user, const View&,
                        const Context& context) {
  DAYBOOK_TRY(require_admin(context));
  return change_role(command.role(), user);
}
Result<Decision> decide(const ActivateUser&, const User& user, const View&,
                        const Context& context) {
  DAYBOOK_TRY(require_admin(context));
  return set_active(true, user, context);
}
Result<Decision> decide(const DeactivateUser&, const User& user, const View&,
                        const Context& context) {
  DAYBOOK_TRY(require_admin(context));
  return set_active(false, user, context);
}

void evolve(User& user, const Event& event, std::int64_t) {
  switch (event.event_case()) {
    case Event::kCreated:
      *user.mutable_fields() = event.created().fields();
      user.set_role(event.created().role());
      user.set_is_active(event.created().is_active());
      return;
    case Event::kChanged:
      patch::apply(*user.mutable_fields(), event.changed().set(), event.changed().clear());
      return;
    case Event::kRoleChanged:
      user.set_role(event.role_changed().role());
      return;
    case Event::kActivated:
      user.set_is_active(true);
      return;
    case Event::kDeactivated:
      user.set_is_active(false);
      return;
    case Event::kExternalIdsAdded:
      return lifecycle::evolve(user, event.external_ids_added());
    case Event::EVENT_NOT_SET:
      return;
  }
}

}  // namespace daybook::user
