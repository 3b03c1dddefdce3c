// Contacts: rules CT-1 to CT-7.
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

Act make_primary(std::string_view name) { return simply("make_primary_contact", name); }
Act clear_primary(std::string_view name) { return simply("clear_primary_contact", name); }
Act leave(std::string_view name) { return simply("leave_company", name); }

TEST(Contact, IsCreatedWithItsDefaults) {
  given(organization(), user("U1"), company("C1"))
      .as("U1")
      .when(contact("K1").at("C1"))
      .then(event("K1", "created",
                  "fields { first_name: 'K1' last_name: 'Contact' "
                  "preferred_contact: CONTACT_METHOD_EMAIL status: CONTACT_STATUS_ACTIVE } "
                  "company_id: '@C1' owner_id: '@U1'"));
}

TEST(Contact, CT1TheCompanyMustBeLive) {
  auto world = given(organization(), company("C1"), remove("C1"), contact("K1"));
  for (const char* gone : {"C1", "C9"}) {
    world.when(contact("K2").at(gone))
        .then_rejected("company.not_found", ErrorKind::kInvalid, "companyId");
    world.when(join("K1", gone))
        .then_rejected("company.not_found", ErrorKind::kInvalid, "companyId");
  }
}

TEST(Contact, CT1TheCompanyMayBelongToAnotherOwner) {
  given(organization(), user("U1"), user("U2"), company("C1").by("U2"))
      .as("U1")
      .when(contact("K1").at("C1"))
      .then_accepted();
}

TEST(Contact, CT2ASecondLiveOneWithTheSameEmailIsAcceptedWithAWarning) {
  const char* email = "fields { email: 'Ada@Example.com' }";
  auto world = given(organization(), contact("K1").with(email), contact("K2"));
  world.when(contact("K3").with(email)).then_notice("contact.duplicate_email");
  world.when(patch("K2", "email: 'ada@example.com'")).then_notice("contact.duplicate_email");
  world.when(patch("K2", "email: 'eve@example.com'")).then_no_notice();
}

TEST(Contact, CT2ADeletedOneIsNoReasonToWarn) {
  const char* email = "fields { email: 'ada@example.com' }";
  given(organization(), contact("K1").with(email), remove("K1"))
      .when(contact("K2").with(email))
      .then_no_notice();
}

TEST(Contact, CT3ANewPrimaryTakesThePlaceOfThePresentOne) {
  given(organization(), company("C1"), contact("K1").at("C1").primary())
      .when(contact("K2").at("C1").primary())
      .then(event("K1", "primary_cleared"),
            event("K2", "created",
                  "fields { first_name: 'K2' last_name: 'Contact' "
                  "preferred_contact: CONTACT_METHOD_EMAIL status: CONTACT_STATUS_ACTIVE } "
                  "company_id: '@C1' is_primary: true"));
}

TEST(Contact, CT3MakingOnePrimaryClearsTheOther) {
  given(organization(), company("C1"), contact("K1").at("C1").primary(), contact("K2").at("C1"))
      .when(make_primary("K2"))
      .then(event("K1", "primary_cleared"), event("K2", "made_primary"))
      .when(make_primary("K2"))
      .then_nothing();
}

TEST(Contact, CT3MayTouchContactsOfOtherOwners) {
  given(organization(), user("U1"), user("U2"), company("C1"),
        contact("K1").at("C1").primary().by("U1"))
      .as("U2")
      .when(contact("K2").at("C1").primary())
      .then_accepted()
      .then_record("K1", "record { version: 2 updated_at: 1742032800000 }", {"is_primary"});
}

TEST(Contact, CT3PrimariesOfOtherCompaniesAndDeletedOnesStay) {
  given(organization(), company("C1"), company("C2"), contact("K1").at("C2").primary(),
        contact("K2").at("C1").primary(), remove("K2"), contact("K3").primary(),
        contact("K4").at("C1"))
      .when(make_primary("K4"))
      .then(event("K4", "made_primary"))
      .then_record("K1", "is_primary: true")
      .then_record("K2", "is_primary: true")
      .then_record("K3", "is_primary: true");
}

TEST(Contact, CT4APrimaryWhoJoinsACompanyTakesThePlaceThere) {
  given(organization(), company("C1"), company("C2"), contact("K1").at("C1").primary(),
        contact("K2").at("C2").primary())
      .when(join("K1", "C2"))
      .then(event("K2", "primary_cleared"), event("K1", "joined_company", "company_id: '@C2'"))
      .then_record("K1", "company_id: '@C2' is_primary: true");
}

TEST(Contact, CT4APrimaryWithoutCompanyTakesThePlaceWhereItJoins) {
  given(organization(), company("C1"), contact("K1").at("C1").primary(), contact("K2").primary())
      .when(join("K2", "C1"))
      .then(event("K1", "primary_cleared"), event("K2", "joined_company", "company_id: '@C1'"));
}

TEST(Contact, CT4AnOrdinaryContactJoinsWithoutConsequences) {
  given(organization(), company("C1"), contact("K1").at("C1").primary(), contact("K2"))
      .when(join("K2", "C1"))
      .then(event("K2", "joined_company", "company_id: '@C1'"));
}

TEST(Contact, CT5ClearingThePrimaryPromotesNobody) {
  given(organization(), company("C1"), contact("K1").at("C1").primary(), contact("K2").at("C1"))
      .when(clear_primary("K1"))
      .then(event("K1", "primary_cleared"))
      .when(clear_primary("K1"))
      .then_nothing();
}

TEST(Contact, CT5DeletingThePrimaryPromotesNobody) {
  given(organization(), company("C1"), contact("K1").at("C1").primary(), contact("K2").at("C1"))
      .when(remove("K1"))
      .then(event("K1", "deleted"))
      .then_record("K2", "", {"is_primary"});
}

TEST(Contact, CT6DeleteIsSoftAndKeepsFlagDealsAndActivities) {
  given(organization(), stage("S1"), company("C1"), contact("K1").at("C1").primary(),
        deal("D1", "S1").about("K1"), activity("A1").about("K1"))
      .when(remove("K1"))
      .then(event("K1", "deleted"))
      .then_record("K1", "is_primary: true company_id: '@C1' deletion { is_deleted: true }")
      .then_record("D1", "contact_id: '@K1' record { version: 1 }")
      .then_record("A1", "links { contact_id: '@K1' } record { version: 1 }");
}

TEST(Contact, CT7WhatAUserDoesNotOwnIsNotFound) {
  const auto world = [] {
    return given(organization(), user("U1"), user("U2"), company("C1"), company("C2"),
                 contact("K1").at("C1").by("U1"));
  };
  for (const Act& each : {patch("K1", "job_title: 'CTO'"), join("K1", "C2"), leave("K1"),
                          make_primary("K1"), clear_primary("K1"), remove("K1"), restore("K1")}) {
    world().as("U2").when(each).then_rejected("contact.not_found", ErrorKind::kNotFound, "id");
    world().as("U1").when(each).then_accepted();
  }
}

TEST(Contact, ARestoredOneStaysPrimaryIfItsCompanyHasNone) {
  given(organization(), company("C1"), contact("K1").at("C1").primary(), remove("K1"))
      .when(restore("K1"))
      .then(event("K1", "restored"))
      .then_record("K1", "is_primary: true");
}

TEST(Contact, ARestoredOneIsNotPrimaryBesideALivePrimary) {
  given(organization(), company("C1"), contact("K1").at("C1").primary(), remove("K1"),
        contact("K2").at("C1").primary())
      .when(restore("K1"))
      .then(event("K1", "primary_cleared"), event("K1", "restored"))
      .then_record("K1", "", {"is_primary", "deletion"})
      .then_record("K2", "is_primary: true");
}

TEST(Contact, LeavesItsCompany) {
  given(organization(), company("C1"), contact("K1").at("C1"))
      .when(leave("K1"))
      .then(event("K1", "left_company"))
      .then_record("K1", "", {"company_id"});
}

TEST(Contact, IsAssignedByWhoManages) {
  auto world = given(organization(), user("U1"), manager("U2"), contact("K1").by("U1"));
  world.as("U1").when(assign("K1", "U2")).then_rejected("not_allowed", ErrorKind::kNotAllowed);
  world.as("U2").when(assign("K1", "U2")).then(owner_assigned("K1", "U2"));
}

}  // namespace
}  // namespace daybook::test
