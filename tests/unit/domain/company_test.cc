// Companies: rules CO-1 to CO-6.
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

TEST(Company, CO1TheOwnerOfANewCompanyIsTheActingUser) {
  given(organization(), user("U1"))
      .as("U1")
      .when(company("C1"))
      .then(event("C1", "created",
                  "fields { name: 'Company C1' status: COMPANY_STATUS_ACTIVE } owner_id: '@U1'"));
}

TEST(Company, CO1TheIntegrationOwnsNothing) {
  given(organization())
      .when(company("C1"))
      .then(event("C1", "created", "fields { name: 'Company C1' status: COMPANY_STATUS_ACTIVE }"));
}

TEST(Company, CO1WhoManagesMayNameAnotherOwner) {
  for (const char* role : {"MANAGER", "ADMIN"}) {
    given(organization(), user("U1", role), user("U2"))
        .as("U1")
        .when(company("C1").owned_by("U2"))
        .then_accepted()
        .then_record("C1", "ownership { owner_id: '@U2' }");
  }
  given(organization(), user("U2"))
      .when(company("C1").owned_by("U2"))
      .then_record("C1", "ownership { owner_id: '@U2' }");
}

TEST(Company, CO1AUserWhoNamesAnotherOwnerIsRefused) {
  given(organization(), user("U1"), user("U2"))
      .as("U1")
      .when(company("C1").owned_by("U2"))
      .then_rejected("not_allowed", ErrorKind::kNotAllowed, "ownerId")
      .when(company("C1").owned_by("U1"))
      .then_accepted()
      .then_record("C1", "ownership { owner_id: '@U1' }");
}

TEST(Company, CO1AnOwnerMustBeAnActiveUser) {
  given(organization(), user("U2"), simply("deactivate_user", "U2"))
      .when(company("C1").owned_by("U2"))
      .then_rejected("user.inactive", ErrorKind::kInvalid, "ownerId")
      .when(company("C1").owned_by("U9"))
      .then_rejected("user.not_found", ErrorKind::kInvalid, "ownerId");
}

TEST(Company, CO2ASecondLiveOneOfTheSameNameAndOwnerIsAcceptedWithAWarning) {
  given(organization(), user("U1"), user("U2"), company("C1").by("U1"))
      .as("U1")
      .when(company("C2").with("fields { name: ' Company C1 ' }"))
      .then_notice("company.duplicate_name")
      .as("U2")
      .when(company("C3").with("fields { name: 'Company C1' }"))
      .then_no_notice();
}

TEST(Company, CO2RenamingIntoANamesakeWarnsToo) {
  given(organization(), company("C1"), company("C2"))
      .when(patch("C2", "name: 'Company C1'"))
      .then_notice("company.duplicate_name");
}

TEST(Company, CO2ADeletedNamesakeIsNoReasonToWarn) {
  given(organization(), company("C1"), remove("C1"))
      .when(company("C2").with("fields { name: 'Company C1' }"))
      .then_no_notice();
}

TEST(Company, CO3WhatAUserDoesNotOwnIsNotFound) {
  const auto world = [] {
    return given(organization(), user("U1"), user("U2"), company("C1").by("U1"));
  };
  for (const Act& each : {patch("C1", "city: 'Oslo'"), remove("C1"), restore("C1")}) {
    world().as("U2").when(each).then_rejected("company.not_found", ErrorKind::kNotFound, "id");
    world().as("U1").when(each).then_accepted();
  }
}

TEST(Company, CO3ManagersAdminsAndTheIntegrationChangeEverything) {
  auto world =
      given(organization(), user("U1"), manager("U2"), admin("U3"), company("C1").by("U1"));
  world.as("U2").when(patch("C1", "city: 'Oslo'")).then(changed("C1", "city: 'Oslo'"));
  world.as("U3").when(patch("C1", "city: 'Rome'")).then(changed("C1", "city: 'Rome'"));
  world.as("integration").when(patch("C1", "city: 'Lima'")).then(changed("C1", "city: 'Lima'"));
}

TEST(Company, CO3WhatDoesNotExistIsNotFound) {
  given(organization())
      .when(patch("C1", "city: 'Oslo'"))
      .then_rejected("company.not_found", ErrorKind::kNotFound, "id");
}

TEST(Company, CO5DeleteIsSoftAndAnswersWhatStillPointsAtIt) {
  auto world =
      given(organization(), stage("S1"), company("C1"), contact("K1").at("C1"),
            contact("K2").at("C1"), remove("K2"), deal("D1", "S1").at("C1"),
            deal("D2", "S1").at("C1"), simply("win_deal", "D2"), activity("A1").at("C1"),
            activity("A2").at("C1"), simply("start_activity", "A2"), logged("A3").at("C1"));
  world.when(remove("C1")).then(event("C1", "deleted")).then_notice("company.still_referenced");
  const auto& counts = world.outcome().notices(0).counts();
  EXPECT_EQ(counts.at("contacts"), 1);
  EXPECT_EQ(counts.at("openDeals"), 1);
  EXPECT_EQ(counts.at("openActivities"), 2);
  world.then_record("C1",
                    "deletion { is_deleted: true deleted_at: 1742032800000 } "
                    "record { updated_at: 1742032800000 }");
}

TEST(Company, CO5WhatPointsAtADeletedCompanyIsNotTouched) {
  given(organization(), stage("S1"), company("C1"), contact("K1").at("C1").primary(),
        deal("D1", "S1").at("C1"), activity("A1").at("C1"))
      .when(remove("C1"))
      .then(event("C1", "deleted"))
      .then_record("K1", "company_id: '@C1' is_primary: true record { version: 1 }", {"deletion"})
      .then_record("D1", "company_id: '@C1' record { version: 1 }", {"deletion"})
      .then_record("A1", "links { company_id: '@C1' } record { version: 1 }", {"deletion"});
}

TEST(Company, CO5DeletingADeletedCompanyIsNotFound) {
  given(organization(), company("C1"), remove("C1"))
      .when(remove("C1"))
      .then_rejected("company.not_found", ErrorKind::kNotFound, "id");
}

TEST(Company, CO6ADeleteDoesNotTakeTheContactsAlong) {
  given(organization(), company("C1"), contact("K1").at("C1"))
      .when(remove("C1"))
      .then(event("C1", "deleted"))
      .when(patch("K1", "job_title: 'CTO'"))
      .then(changed("K1", "job_title: 'CTO'"));
}

TEST(Company, ARestoredCompanyIsLiveAgain) {
  given(organization(), company("C1"), remove("C1"))
      .when(restore("C1"))
      .then(event("C1", "restored"))
      .then_record("C1", "record { version: 3 }", {"deletion"})
      .when(patch("C1", "city: 'Oslo'"))
      .then_accepted();
}

TEST(Company, AnotherOwnerIsNamedByWhoManages) {
  auto world = given(organization(), user("U1"), user("U2"), manager("U3"), company("C1").by("U1"));
  world.as("U1").when(assign("C1", "U2")).then_rejected("not_allowed", ErrorKind::kNotAllowed);
  world.as("U3").when(assign("C1", "U2")).then(owner_assigned("C1", "U2"));
  world.as("U1")
      .when(patch("C1", "city: 'Oslo'"))
      .then_rejected("company.not_found", ErrorKind::kNotFound, "id");
  world.as("U3").when(assign("C1", "")).then(owner_assigned("C1", ""));
  world.then_record("C1", "", {"ownership.owner_id"});
}

TEST(Company, SizeIsNotCheckedAgainstTheHeadCount) {
  given(organization())
      .when(company("C1").with("fields { company_size: COMPANY_SIZE_LARGE employee_count: 1200 }"))
      .then_accepted();
}

}  // namespace
}  // namespace daybook::test
