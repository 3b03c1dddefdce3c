// Defects of the original system that must not come back: those that a decision could reproduce.
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

TEST(OriginalDefect, ChangingACompanysNameDoesNotResetItsStatus) {
  given(organization(), company("C1").with("fields { status: COMPANY_STATUS_CUSTOMER }"))
      .when(patch("C1", "name: 'Renamed'"))
      .then(changed("C1", "name: 'Renamed'"))
      .then_record("C1", "fields { name: 'Renamed' status: COMPANY_STATUS_CUSTOMER }");
}

TEST(OriginalDefect, ChangingADealsTitleResetsAndReopensNothing) {
  given(organization(), stage("S1"),
        deal("D1", "S1").with("fields { currency: 'EUR' priority: PRIORITY_URGENT }"),
        simply("win_deal", "D1"))
      .when(patch("D1", "title: 'Renamed'"))
      .then(changed("D1", "title: 'Renamed'"))
      .then_record("D1",
                   "fields { title: 'Renamed' currency: 'EUR' priority: PRIORITY_URGENT } status: "
                   "DEAL_STATUS_WON actual_close_date: 20161");
}

TEST(OriginalDefect, ChangingAContactKeepsFlagChannelAndStatus) {
  given(organization(), company("C1"),
        contact("K1").at("C1").primary().with(
            "fields { preferred_contact: CONTACT_METHOD_PHONE status: CONTACT_STATUS_BOUNCED }"))
      .when(patch("K1", "first_name: 'Ada'"))
      .then(changed("K1", "first_name: 'Ada'"))
      .then_record(
          "K1",
          "is_primary: true company_id: '@C1' fields { preferred_contact: CONTACT_METHOD_PHONE "
          "status: CONTACT_STATUS_BOUNCED }");
}

TEST(OriginalDefect, ErrorsKeepTheirClass) {
  auto spec = given(organization(), user("U1"), company("C1"), company("C2"), remove("C2"));
  spec.when(company("C3").with("fields { website: 'ftp://x' }"))
      .then_rejected("url.malformed", ErrorKind::kInvalid, "website");
  spec.when(remove("C2")).then_rejected("company.not_found", ErrorKind::kNotFound, "id");
  spec.when(company("C1")).then_rejected("external_id.taken", ErrorKind::kConflict, "externalIds");
}

TEST(OriginalDefect, ANameOfBlanksIsMissing) {
  given(organization(), company("C1"))
      .when(company("C2").with("fields { name: '   ' }"))
      .then_rejected("field.required", ErrorKind::kInvalid, "name")
      .when(patch("C1", "name: '   '"))
      .then_rejected("field.required", ErrorKind::kInvalid, "name");
}

TEST(OriginalDefect, BlanksAroundALongNameDoNotCount) {
  const std::string name(255, 'x');
  given(organization())
      .when(company("C1").with("fields { name: ' " + name + "  ' }"))
      .then_accepted()
      .then_record("C1", "fields { name: '" + name + "' }");
}

TEST(OriginalDefect, WinningAgainDoesNotDateItAgain) {
  given(organization(), stage("S1"), deal("D1", "S1"), simply("win_deal", "D1"))
      .when(simply("win_deal", "D1"))
      .then_nothing()
      .then_record("D1", "actual_close_date: 20161");
}

TEST(OriginalDefect, AStaleStatusNameIsNoStatus) {
  // QUALIFIED, PROPOSAL, LEAD and NEGOTIATION are stage types or nothing at all: there is no such
  // deal status.
  for (const char* stale : {"QUALIFIED", "PROPOSAL", "LEAD", "NEGOTIATION"}) {
    EXPECT_EQ(daybook::deal::DealStatus_descriptor()->FindValueByName(std::string("DEAL_STATUS_") +
                                                                      stale),
              nullptr);
  }
  EXPECT_EQ(Priority_descriptor()->FindValueByName("PRIORITY_CRITICAL"), nullptr);
}

}  // namespace
}  // namespace daybook::test
