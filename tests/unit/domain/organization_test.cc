// Organizations: opened by the integration under an id of their own.
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

TEST(Organization, IsOpenedUnderTheIdOfTheCommand) {
  given()
      .when(organization())
      .then(event("ORG", "created", "fields { name: 'Acme Sales' }"))
      .then_record("ORG", "record { id: '0a000000-0000-4000-8000-000000000001' version: 1 }");
}

TEST(Organization, ExistsOnce) {
  given(organization())
      .when(organization())
      .then_rejected("organization.exists", ErrorKind::kConflict, "organizationId");
}

TEST(Organization, IsOpenedByTheIntegrationAlone) {
  given(organization(), admin("U1"))
      .as("U1")
      .when(organization())
      .then_rejected("organization.exists", ErrorKind::kConflict, "organizationId")
      .in(kOtherOrganization)
      .when(organization())
      .then_rejected("actor.unknown", ErrorKind::kNotAllowed, "actor");
}

TEST(Organization, MustExistBeforeAnythingElse) {
  given()
      .when(company("C1"))
      .then_rejected("organization.not_found", ErrorKind::kNotFound, "organizationId")
      .when(act("patch_organization", "set { name: 'B' }"))
      .then_rejected("organization.not_found", ErrorKind::kNotFound, "organizationId")
      .as("U1")
      .when(company("C1"))
      .then_rejected("actor.unknown", ErrorKind::kNotAllowed, "actor");
}

TEST(Organization, IsChangedByAdminAndIntegration) {
  const Act rename = act("patch_organization", "set { name: 'Acme' }");
  auto world = given(organization(), admin("U1"), manager("U2"), user("U3"), viewer("U4"));
  for (const char* who : {"U2", "U3", "U4"}) {
    world.as(who).when(rename).then_rejected("not_allowed", ErrorKind::kNotAllowed);
  }
  world.as("U1").when(rename).then(event("ORG", "changed", "set { name: 'Acme' }"));
  world.as("integration")
      .when(act("patch_organization", "set { name: 'Acme 2' }").expecting(2))
      .then_accepted();
  world.when(act("patch_organization", "set { name: 'Acme 3' }").expecting(2))
      .then_rejected("VERSION_CONFLICT", ErrorKind::kConflict, "expectedVersion");
}

TEST(Organization, KeepsTheTimesOfAnImport) {
  given()
      .when(organization().imported("created_at: 1000 updated_at: 2000"))
      .then_accepted()
      .then_record("ORG", "record { created_at: 1000 updated_at: 2000 }");
}

TEST(Organization, HasNoExternalIds) {
  given(organization())
      .when(act("add_external_ids",
                "entity: ENTITY_ORGANIZATION id: "
                "'0a000000-0000-4000-8000-000000000001' external_ids { namespace: "
                "'erp' id: '1' }"))
      .then_rejected("external_id.not_supported", ErrorKind::kInvalid, "entity");
}

}  // namespace
}  // namespace daybook::test
