// Users: rules US-1 to US-5.
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

Act change_role(std::string_view name, std::string_view role) {
  return simply("change_user_role", name).with("role: USER_ROLE_" + std::string(role));
}
Act activate(std::string_view name) { return simply("activate_user", name); }
Act deactivate(std::string_view name) { return simply("deactivate_user", name); }

Specification staff() {
  return given(organization(), admin("U1"), manager("U2"), user("U3"), viewer("U4"), user("U5"));
}

TEST(User, IsCreatedWithItsDefaults) {
  given(organization())
      .when(act("create_user",
                "fields { email: ' Ada@Example.COM ' first_name: 'Ada' last_name: "
                "'Lovelace' }")
                .known_as("spec", "U1"))
      .then(event("U1", "created",
                  "fields { email: 'ada@example.com' first_name: 'Ada' last_name: 'Lovelace' "
                  "timezone: 'UTC' locale: 'en' } role: USER_ROLE_USER is_active: true"));
}

TEST(User, US1IsCreatedByAdminAndIntegration) {
  auto world = staff();
  for (const char* other : {"U2", "U3", "U4"}) {
    world.as(other).when(user("U9")).then_rejected("not_allowed", ErrorKind::kNotAllowed);
  }
  world.as("U1").when(user("U8")).then_accepted();
  world.as("integration").when(user("U9")).then_accepted();
}

TEST(User, US1WhoMayNotCreateUsersIsNotToldWhichExternalIdsAreTaken) {
  given(organization(), manager("U1"), user("U2"))
      .as("U1")
      .when(user("U2"))
      .then_rejected("not_allowed", ErrorKind::kNotAllowed);
}

TEST(User, US1IsChangedByItselfAdminAndIntegration) {
  const Act rename = patch("U3", "first_name: 'Ada'");
  for (const char* who : {"U1", "U3", "integration"}) {
    staff().as(who).when(rename).then(changed("U3", "first_name: 'Ada'"));
  }
  for (const char* who : {"U2", "U4", "U5"}) {
    staff().as(who).when(rename).then_rejected("not_allowed", ErrorKind::kNotAllowed);
  }
  staff().as("U4").when(patch("U4", "locale: 'de'")).then(changed("U4", "locale: 'de'"));
}

TEST(User, US1IsDeactivatedAndActivatedByAdminAndIntegration) {
  for (const char* who : {"U2", "U3", "U4"}) {
    auto world = staff();
    world.as(who).when(deactivate("U5")).then_rejected("not_allowed", ErrorKind::kNotAllowed);
    world.when(activate("U5")).then_rejected("not_allowed", ErrorKind::kNotAllowed);
  }
  auto world = staff();
  world.as("U1").when(deactivate("U5")).then(event("U5", "deactivated"));
  world.as("integration").when(activate("U5")).then(event("U5", "activated"));
}

TEST(User, US2TheEmailMustBeUnused) {
  auto world = staff();
  world.when(user("U9").with("fields { email: 'U3@example.com' }"))
      .then_rejected("user.email_taken", ErrorKind::kConflict, "email");
  world.when(patch("U5", "email: ' u3@EXAMPLE.com'"))
      .then_rejected("user.email_taken", ErrorKind::kConflict, "email");
  world.when(patch("U3", "email: 'u3@example.com' first_name: 'Ada'"))
      .then(changed("U3", "first_name: 'Ada'"));
}

TEST(User, US2ADeactivatedUserKeepsItsEmailAndAChangedOneIsFree) {
  auto world = staff();
  world.after(deactivate("U5"));
  world.when(user("U9").with("fields { email: 'u5@example.com' }"))
      .then_rejected("user.email_taken", ErrorKind::kConflict, "email");
  world.after(patch("U3", "email: 'new@example.com'"));
  world.when(user("U9").with("fields { email: 'u3@example.com' }")).then_accepted();
}

TEST(User, US2AnotherOrganizationMayUseTheSameEmail) {
  given(organization(), user("U1"), organization().in_other_organization())
      .in(kOtherOrganization)
      .when(user("U1"))
      .then_accepted();
}

TEST(User, US3OnlyAdminAndIntegrationChangeRoles) {
  for (const char* who : {"U2", "U3", "U4"}) {
    for (const char* whom : {"U5", who}) {
      staff()
          .as(who)
          .when(change_role(whom, "ADMIN"))
          .then_rejected("not_allowed", ErrorKind::kNotAllowed);
    }
  }
  auto world = staff();
  world.as("U1")
      .when(change_role("U5", "MANAGER"))
      .then(event("U5", "role_changed", "role: USER_ROLE_MANAGER"));
  world.as("integration")
      .when(change_role("U5", "VIEWER"))
      .then(event("U5", "role_changed", "role: USER_ROLE_VIEWER"));
}

TEST(User, US3ARoleSentByAnybodyElseIsRefusedNotDropped) {
  auto world = staff();
  world.as("U3")
      .when(user("U3").with("fields { first_name: 'Ada' } role: USER_ROLE_ADMIN").or_update())
      .then_rejected("not_allowed", ErrorKind::kNotAllowed);
  world.when(user("U3").with("is_active: false").or_update())
      .then_rejected("not_allowed", ErrorKind::kNotAllowed);
}

TEST(User, US4NobodyDeactivatesItsOwnAccount) {
  auto world = staff();
  world.as("U1")
      .when(deactivate("U1"))
      .then_rejected("user.self_deactivation", ErrorKind::kRejected, "id");
  world.when(user("U1", "ADMIN").with("is_active: false").or_update())
      .then_rejected("user.self_deactivation", ErrorKind::kRejected, "id");
}

TEST(User, US5ADeactivatedUserIsStillThereAndChangeable) {
  auto world = staff();
  world.when(deactivate("U5"))
      .then(event("U5", "deactivated"))
      .then_record("U5", "fields { email: 'u5@example.com' } role: USER_ROLE_USER", {"is_active"});
  world.when(deactivate("U5")).then_nothing();
  world.when(patch("U5", "first_name: 'Ada'")).then_accepted();
}

TEST(User, ADeactivatedUserCannotAct) {
  auto world = staff();
  world.after(deactivate("U5"));
  world.as("U5")
      .when(company("C1"))
      .then_rejected("actor.unknown", ErrorKind::kNotAllowed, "actor");
  world.as("integration").after(activate("U5"));
  world.as("U5").when(company("C1")).then_accepted();
}

TEST(User, ActsUnderItsExternalIdToo) {
  staff().as("'spec/U3'").when(company("C1")).then_record("C1", "ownership { owner_id: '@U3' }");
  staff()
      .as("'spec/U9'")
      .when(company("C1"))
      .then_rejected("actor.unknown", ErrorKind::kNotAllowed, "actor");
}

}  // namespace
}  // namespace daybook::test
