// Activities: rules AC-1 to AC-4.
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

Act start(std::string_view name) { return simply("start_activity", name); }
Act complete(std::string_view name) { return simply("complete_activity", name); }
Act mark_overdue(std::string_view name) { return simply("mark_activity_overdue", name); }

constexpr const char* kTask =
    "fields { type: ACTIVITY_TYPE_TASK subject: 'Activity A1' "
    "priority: PRIORITY_MEDIUM } ";

TEST(Activity, IsScheduledForItsOwner) {
  given(organization(), user("U1"))
      .as("U1")
      .when(activity("A1"))
      .then(event("A1", "scheduled",
                  std::string(kTask) + "links {} status: ACTIVITY_STATUS_PENDING "
                                       "assigned_to_id: '@U1' owner_id: '@U1'"));
}

TEST(Activity, IsAssignedToAnActiveUser) {
  auto world =
      given(organization(), user("U1"), user("U2"), user("U3"), simply("deactivate_user", "U3"));
  world.as("U1")
      .when(activity("A1").assigned_to("U2"))
      .then_accepted()
      .then_record("A1", "assigned_to_id: '@U2' ownership { owner_id: '@U1' }");
  world.when(activity("A2").assigned_to("U3"))
      .then_rejected("user.inactive", ErrorKind::kInvalid, "assignedToId");
  world.when(reassign("A1", "U3"))
      .then_rejected("user.inactive", ErrorKind::kInvalid, "assignedToId");
  world.as("integration").when(activity("A3")).then_record("A3", "", {"assigned_to_id"});
}

TEST(Activity, AC1WhatItRefersToMustBeLive) {
  auto world = given(organization(), stage("S1"), company("C1"), contact("K1"), deal("D1", "S1"),
                     remove("C1"), remove("K1"), remove("D1"), activity("A1"));
  world.when(activity("A2").at("C1").about("K1").for_deal("D1"))
      .then_rejected({{"company.not_found", ErrorKind::kInvalid, "companyId"},
                      {"contact.not_found", ErrorKind::kInvalid, "contactId"},
                      {"deal.not_found", ErrorKind::kInvalid, "dealId"}});
  world.when(logged("A2").at("C9"))
      .then_rejected("company.not_found", ErrorKind::kInvalid, "companyId");
  world.when(relink("A1", "deal_id: '@D1'"))
      .then_rejected("deal.not_found", ErrorKind::kInvalid, "dealId");
}

TEST(Activity, AC1TheThreeAreNotCheckedAgainstEachOther) {
  given(organization(), stage("S1"), company("C1"), company("C2"), company("C3"),
        contact("K1").at("C2"), deal("D1", "S1").at("C3"))
      .when(activity("A1").at("C1").about("K1").for_deal("D1"))
      .then_accepted()
      .then_record("A1", "links { company_id: '@C1' contact_id: '@K1' deal_id: '@D1' }");
}

TEST(Activity, AC2AMissingCompanyComesFromTheContactFirst) {
  given(organization(), stage("S1"), company("C1"), company("C2"), contact("K1").at("C1"),
        deal("D1", "S1").at("C2"))
      .when(activity("A1").about("K1").for_deal("D1"))
      .then_record("A1", "links { company_id: '@C1' contact_id: '@K1' deal_id: '@D1' }");
}

TEST(Activity, AC2AMissingCompanyAndContactComeFromTheDeal) {
  given(organization(), stage("S1"), company("C1"), contact("K1").at("C1"),
        deal("D1", "S1").at("C1").about("K1"))
      .when(logged("A1").for_deal("D1"))
      .then_record("A1", "links { company_id: '@C1' contact_id: '@K1' deal_id: '@D1' }");
}

TEST(Activity, AC2AContactWithoutCompanyLeavesItToTheDeal) {
  given(organization(), stage("S1"), company("C1"), contact("K1"), deal("D1", "S1").at("C1"))
      .when(activity("A1").about("K1").for_deal("D1"))
      .then_record("A1", "links { company_id: '@C1' contact_id: '@K1' }");
}

TEST(Activity, AC2NothingIsFilledInLater) {
  given(organization(), company("C1"), contact("K1").at("C1"), activity("A1"))
      .when(relink("A1", "contact_id: '@K1'"))
      .then(event("A1", "relinked", "set { contact_id: '@K1' }"))
      .then_record("A1", "links { contact_id: '@K1' }", {"links.company_id"});
}

TEST(Activity, AC3CompletingDatesItOnce) {
  auto world = given(organization(), activity("A1"));
  world.when(complete("A1"))
      .then(event("A1", "completed", "completed_at: 1742032800000"))
      .then_record("A1", "status: ACTIVITY_STATUS_COMPLETED completed_at: 1742032800000");
  world.at(kNow + 1000).when(complete("A1")).then_nothing();
  world.then_record("A1", "completed_at: 1742032800000");
}

TEST(Activity, AC3LeavingCompletedClearsTheTime) {
  const auto world = [] { return given(organization(), activity("A1"), complete("A1")); };
  world()
      .when(reopen("A1"))
      .then(event("A1", "reopened"))
      .then_record("A1", "status: ACTIVITY_STATUS_PENDING", {"completed_at"});
  world()
      .when(start("A1"))
      .then(event("A1", "started"))
      .then_record("A1", "status: ACTIVITY_STATUS_IN_PROGRESS", {"completed_at"});
  world()
      .when(cancel("A1"))
      .then(event("A1", "cancelled"))
      .then_record("A1", "status: ACTIVITY_STATUS_CANCELLED", {"completed_at"});
  world()
      .when(mark_overdue("A1"))
      .then(event("A1", "marked_overdue"))
      .then_record("A1", "status: ACTIVITY_STATUS_OVERDUE", {"completed_at"});
}

TEST(Activity, AC3WhatTookPlaceIsCompletedFromTheStart) {
  given(organization())
      .when(logged("A1"))
      .then_record("A1", "status: ACTIVITY_STATUS_COMPLETED completed_at: 1742032800000");
  given(organization())
      .when(activity("A1").with("status: ACTIVITY_STATUS_COMPLETED"))
      .then_record("A1", "status: ACTIVITY_STATUS_COMPLETED completed_at: 1742032800000");
}

TEST(Activity, AC3DeleteIsSoftAndCanBeUndone) {
  given(organization(), activity("A1"))
      .when(remove("A1"))
      .then(event("A1", "deleted"))
      .when(complete("A1"))
      .then_rejected("activity.not_found", ErrorKind::kNotFound, "id")
      .when(restore("A1"))
      .then(event("A1", "restored"))
      .when(restore("A1"))
      .then_nothing();
}

TEST(Activity, AC4OverdueIsStoredOnlyByCommand) {
  auto world = given(organization(), activity("A1").with("fields { due_date: 86400000 }"));
  world.when(patch("A1", "location: 'Oslo'"))
      .then(changed("A1", "location: 'Oslo'"))
      .then_record("A1", "status: ACTIVITY_STATUS_PENDING");
  world.when(mark_overdue("A1"))
      .then(event("A1", "marked_overdue"))
      .then_record("A1", "status: ACTIVITY_STATUS_OVERDUE");
}

TEST(Activity, WhoIsAssignedMayWorkIt) {
  const auto world = [] {
    return given(organization(), user("U1"), user("U2"), user("U3"),
                 activity("A1").assigned_to("U2").by("U1"));
  };
  for (const Act& each :
       {start("A1"), complete("A1"), reopen("A1"), cancel("A1"), mark_overdue("A1"),
        patch("A1", "location: 'Oslo'"), relink("A1", "", {"dealId"}), reassign("A1", "U3"),
        remove("A1"), restore("A1")}) {
    world().as("U1").when(each).then_accepted();
    world().as("U2").when(each).then_accepted();
    world().as("U3").when(each).then_rejected("activity.not_found", ErrorKind::kNotFound, "id");
  }
}

TEST(Activity, IsReassignedAndHandedOver) {
  auto world =
      given(organization(), user("U1"), user("U2"), manager("U3"), activity("A1").by("U1"));
  world.as("U1")
      .when(reassign("A1", "U2"))
      .then(event("A1", "reassigned", "assigned_to_id: '@U2'"));
  world.when(reassign("A1", "")).then(event("A1", "reassigned"));
  world.then_record("A1", "ownership { owner_id: '@U1' }", {"assigned_to_id"});
  world.when(assign("A1", "U2")).then_rejected("not_allowed", ErrorKind::kNotAllowed);
  world.as("U3").when(assign("A1", "U2")).then(owner_assigned("A1", "U2"));
}

TEST(Activity, LinksAreTakenAway) {
  given(organization(), company("C1"), activity("A1").at("C1"))
      .when(relink("A1", "", {"company_id"}))
      .then(event("A1", "relinked", "set {} clear: 'company_id'"))
      .then_record("A1", "", {"links.company_id"});
}

}  // namespace
}  // namespace daybook::test
