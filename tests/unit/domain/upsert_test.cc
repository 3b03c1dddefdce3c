// Create commands that find their external id held: upserts, with and without restoring.
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

TEST(Upsert, ChangesWhatItGivesAndNothingElse) {
  given(organization(),
        company("C1").with("fields { city: 'Oslo' status: COMPANY_STATUS_CUSTOMER }"))
      .when(company("C1").with("fields { industry: 'Retail' }").or_update())
      .then(changed("C1", "industry: 'Retail'"))
      .then_record("C1", "fields { city: 'Oslo' status: COMPANY_STATUS_CUSTOMER }");
}

TEST(Upsert, CreatesWhatIsNotThere) {
  given(organization())
      .when(company("C1").or_update())
      .then(event("C1", "created", "fields { name: 'Company C1' status: COMPANY_STATUS_ACTIVE }"));
}

TEST(Upsert, AddsTheExternalIdsThatTheRecordLacks) {
  given(organization(), company("C1"))
      .when(company("C1").known_as("erp", "1").or_update())
      .then(event("C1", "external_ids_added", "external_ids { namespace: 'erp' id: '1' }"));
}

TEST(Upsert, OfTheSameIsNothing) {
  auto spec = given(organization(), user("U1"), stage("S1"), company("C1"), contact("K1").at("C1"),
                    deal("D1", "S1").at("C1").about("K1"), activity("A1").at("C1"), filter("F1"));
  for (const Act& each :
       {user("U1"), stage("S1"), company("C1"), contact("K1").at("C1"),
        deal("D1", "S1").at("C1").about("K1"), activity("A1").at("C1"), filter("F1")}) {
    spec.when(each.or_update()).then_nothing();
  }
}

TEST(Upsert, OfAnotherOwnersRecordIsTaken) {
  auto spec = given(organization(), user("U1"), user("U2"), manager("U3"), company("C1").by("U1"),
                    company("C2").by("U1"), remove("C2"));
  const auto upsert = [](const char* name) {
    return company(name).with("fields { city: 'Oslo' }").or_restore();
  };
  for (const char* name : {"C1", "C2"}) {
    spec.as("U2")
        .when(upsert(name))
        .then_rejected("external_id.taken", ErrorKind::kConflict, "externalIds");
    spec.as("U3").when(upsert(name)).then_accepted();
  }
}

TEST(Upsert, OwnersAreNamedByWhoManages) {
  auto spec = given(organization(), user("U1"), user("U2"), manager("U3"), company("C1").by("U1"));
  spec.as("U1")
      .when(company("C1").owned_by("U2").or_update())
      .then_rejected("not_allowed", ErrorKind::kNotAllowed);
  spec.as("U3").when(company("C1").owned_by("U2").or_update()).then(owner_assigned("C1", "U2"));
}

TEST(Upsert, AUserMayNameItselfAgain) {
  auto spec = given(organization(), user("U1"), stage("S1"));
  const std::vector<Act> acts{company("C1"),  contact("K1"), deal("D1", "S1"),
                              activity("A1"), logged("A2"),  filter("F1")};
  for (const Act& each : acts) {
    spec.as("U1").when(each.owned_by("U1").or_update()).then_accepted();
    spec.when(each.owned_by("U1").or_update()).then_nothing();
  }
}

TEST(Upsert, RestoresIfItSaysSo) {
  given(organization(), company("C1"), remove("C1"))
      .when(company("C1").with("fields { city: 'Oslo' }").or_restore())
      .then(event("C1", "restored"), changed("C1", "city: 'Oslo'"))
      .then_record("C1", "record { version: 4 } fields { city: 'Oslo' }", {"deletion"});
}

TEST(Upsert, RestoringIsHarmlessForALiveRecord) {
  given(organization(), company("C1"))
      .when(company("C1").with("fields { city: 'Oslo' }").or_restore())
      .then(changed("C1", "city: 'Oslo'"));
}

TEST(Upsert, OfAContactMovesItAndItsFlag) {
  given(organization(), company("C1"), company("C2"), contact("K1").at("C1").primary(),
        contact("K2").at("C2").primary())
      .when(contact("K1").at("C2").or_update())
      .then(event("K2", "primary_cleared"), event("K1", "joined_company", "company_id: '@C2'"));
  given(organization(), company("C1"), company("C2"), contact("K1").at("C1"),
        contact("K2").at("C2").primary())
      .when(contact("K1").at("C2").primary().or_update())
      .then(event("K1", "joined_company", "company_id: '@C2'"), event("K2", "primary_cleared"),
            event("K1", "made_primary"));
  given(organization(), company("C1"), company("C2"), contact("K1").at("C1").primary(),
        contact("K2").at("C2").primary())
      .when(contact("K1").at("C2").with("is_primary: false").or_update())
      .then(event("K1", "primary_cleared"), event("K1", "joined_company", "company_id: '@C2'"));
}

TEST(Upsert, ARestoredContactThatLostItsFlagTakesNoPlaceElsewhere) {
  given(organization(), company("C1"), company("C2"), contact("K1").at("C1").primary(),
        remove("K1"), contact("K2").at("C1").primary(), contact("K3").at("C2").primary())
      .when(contact("K1").at("C2").or_restore())
      .then(event("K1", "primary_cleared"), event("K1", "restored"),
            event("K1", "joined_company", "company_id: '@C2'"))
      .then_record("K3", "is_primary: true");
}

TEST(Upsert, ARestoredContactThatIsToBePrimaryIs) {
  given(organization(), company("C1"), contact("K1").at("C1").primary(), remove("K1"),
        contact("K2").at("C1").primary())
      .when(contact("K1").primary().or_restore())
      .then(event("K1", "primary_cleared"), event("K1", "restored"), event("K2", "primary_cleared"),
            event("K1", "made_primary"));
}

TEST(Upsert, OfADealMovesRelinksAndEntersItsStatus) {
  auto spec = given(organization(), stage("S1"), stage("S4", "CLOSED_WON"), company("C1"),
                    company("C2"), contact("K2").at("C2"), deal("D1", "S1").at("C1"));
  spec.when(deal("D1", "S1").about("K2").or_update())
      .then_rejected("deal.contact_of_other_company", ErrorKind::kRejected, "contactId");
  spec.when(deal("D1", "S4").at("C2").about("K2").with("fields { value: 5 }").or_update())
      .then(changed("D1", "value: 5"),
            event("D1", "relinked", "set { company_id: '@C2' contact_id: '@K2' }"),
            event("D1", "moved", "stage_id: '@S4'"),
            event("D1", "won", "actual_close_date: 20162"));
}

TEST(Upsert, OfAWonDealDoesNotReopenIt) {
  given(organization(), stage("S1"), deal("D1", "S1"), simply("win_deal", "D1"))
      .when(deal("D1", "S1").with("fields { title: 'Renamed' }").or_update())
      .then(changed("D1", "title: 'Renamed'"))
      .then_record("D1", "status: DEAL_STATUS_WON actual_close_date: 20161");
}

TEST(Upsert, OfAnActivityEntersItsStatus) {
  auto spec = given(organization(), user("U1"), activity("A1"));
  spec.when(activity("A1").with("status: ACTIVITY_STATUS_COMPLETED").assigned_to("U1").or_update())
      .then(event("A1", "completed", "completed_at: 1742032800000"),
            event("A1", "reassigned", "assigned_to_id: '@U1'"));
  spec.when(activity("A1").or_update()).then_nothing();
  spec.after(reopen("A1"));
  spec.when(logged("A1").with("fields { type: ACTIVITY_TYPE_TASK }").or_update())
      .then(event("A1", "completed", "completed_at: 1742032800000"));
}

TEST(Upsert, OfAStageMovesAndRetiresIt) {
  given(organization(), stage("S1"), stage("S2"))
      .when(stage("S1").with("position: 2 is_active: false").or_update())
      .then(event("S2", "moved", "position: 3"), event("S1", "moved", "position: 2"),
            event("S1", "retired"));
}

TEST(Upsert, OfAUserIsForAdmin) {
  auto spec = given(organization(), admin("U1"), manager("U2"), user("U3"));
  const Act upsert =
      user("U3", "VIEWER").with("fields { locale: 'de' } is_active: false").or_update();
  spec.as("U2").when(upsert).then_rejected("not_allowed", ErrorKind::kNotAllowed);
  spec.as("U1").when(upsert).then(changed("U3", "locale: 'de'"),
                                  event("U3", "role_changed", "role: USER_ROLE_VIEWER"),
                                  event("U3", "deactivated"));
}

TEST(Upsert, OfAFilterKeepsItsNameUnique) {
  auto spec = given(organization(), user("U1"), filter("F1"), filter("F2"));
  spec.when(filter("F2").with("fields { name: 'Filter F1' }").or_update())
      .then_rejected("saved_filter.name_taken", ErrorKind::kConflict, "name");
  spec.when(filter("F2").with("fields { tags: 'a,b' }").owned_by("U1").or_update())
      .then(changed("F2", "tags: 'a,b'"), owner_assigned("F2", "U1"));
}

TEST(Upsert, RespectsTheExpectedVersion) {
  auto spec = given(organization(), company("C1"), patch("C1", "city: 'Oslo'"));
  const Act upsert = company("C1").with("fields { city: 'Rome' }").or_update();
  for (const std::uint64_t wrong : {0U, 1U, 3U}) {
    spec.when(upsert.expecting(wrong))
        .then_rejected("VERSION_CONFLICT", ErrorKind::kConflict, "expectedVersion");
  }
  spec.when(upsert.expecting(2)).then_accepted();
  spec.when(company("C2").or_update().expecting(1))
      .then_rejected("VERSION_CONFLICT", ErrorKind::kConflict, "expectedVersion");
  spec.when(company("C2").or_update().expecting(0)).then_accepted();
}

}  // namespace
}  // namespace daybook::test
