// Imports: facts of another system, taken as given.
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

TEST(Import, KeepsTheTimesOfTheRecord) {
  auto spec = given(organization(), stage("S1"));
  const char* times = "created_at: 1000 updated_at: 2000";
  const std::vector<Act> acts{user("U1"),       company("C1"),  contact("K1"), stage("S2"),
                              deal("D1", "S1"), activity("A1"), logged("A2"),  filter("F1")};
  const std::vector<const char*> names{"U1", "C1", "K1", "S2", "D1", "A1", "A2", "F1"};
  for (std::size_t i = 0; i < acts.size(); ++i) {
    spec.when(acts[i].imported(times))
        .then_accepted()
        .then_record(names[i], "record { created_at: 1000 updated_at: 2000 version: 1 }");
  }
  spec.when(field("XC1", "C1", "A", "1").imported(times))
      .then_record("XC1", "record { created_at: 1000 updated_at: 2000 }");
  // The next change is an ordinary one.
  spec.when(patch("C1", "city: 'Oslo'"))
      .then_record("C1", "record { created_at: 1000 updated_at: 1742032800000 }");
}

TEST(Import, TimesLeftOutAreThoseOfTheDecision) {
  auto spec = given(organization());
  spec.when(company("C1").imported())
      .then_record("C1", "record { created_at: 1742032800000 updated_at: 1742032800000 }");
  spec.when(company("C2").imported("created_at: 5"))
      .then_record("C2", "record { created_at: 5 updated_at: 1742032800000 }");
}

TEST(Import, TimesAreInOrder) {
  auto spec = given(organization());
  for (const char* facts :
       {"created_at: 2 updated_at: 1", "updated_at: 1", "updated_at: 1742032800001",
        "created_at: 1742032800001", "created_at: 1 updated_at: 1742032800001"}) {
    spec.when(company("C1").imported(facts))
        .then_rejected("import.times_out_of_order", ErrorKind::kInvalid, "import.updatedAt");
  }
  spec.when(company("C1").imported("created_at: 1742032800000 updated_at: 1742032800000"))
      .then_accepted();
}

TEST(Import, IsForWhoManages) {
  const auto world = [] {
    return given(organization(), admin("U1"), manager("U2"), user("U3"), viewer("U4"));
  };
  for (const char* who : {"U1", "U2", "integration"})
    world().as(who).when(company("C1").imported()).then_accepted();
  for (const char* who : {"U3", "U4"}) {
    world()
        .as(who)
        .when(company("C1").imported())
        .then_rejected("not_allowed", ErrorKind::kNotAllowed);
  }
}

TEST(Import, OnlyCreates) {
  given(organization(), company("C1"))
      .when(patch("C1", "city: 'Oslo'").imported())
      .then_rejected("import.not_a_creation", ErrorKind::kInvalid, "import");
}

TEST(Import, NeverChangesAnExistingRecord) {
  given(organization(), company("C1"))
      .when(company("C1").imported())
      .then_rejected("external_id.taken", ErrorKind::kConflict, "externalIds")
      .when(company("C1").with("fields { city: 'Oslo' }").or_update().imported())
      .then_rejected("external_id.taken", ErrorKind::kConflict, "externalIds");
}

TEST(Import, DE3AndDE6AreNotApplied) {
  auto spec = given(organization(), stage("S1"), stage("S4", "CLOSED_WON"), company("C1"),
                    company("C2"), contact("K1").at("C1"));
  spec.when(deal("D7", "S1").at("C2").about("K1").imported())
      .then_record("D7", "company_id: '@C2' contact_id: '@K1' status: DEAL_STATUS_OPEN");
  spec.when(deal("D5", "S4").imported("actual_close_date: 20116"))
      .then_record("D5", "status: DEAL_STATUS_WON actual_close_date: 20116");
  spec.when(deal("D6", "S4").imported())
      .then_record("D6", "status: DEAL_STATUS_WON", {"actual_close_date"});
  // The other attributes of such a deal can still be changed, and a real change of the pair is
  // checked again.
  spec.when(patch("D7", "value: 5")).then_accepted();
  spec.when(deal("D7", "S1").at("C2").about("K1").or_update()).then_nothing();
}

TEST(Import, DE4AndDE5AreApplied) {
  given(organization(), stage("S1").with("fields { probability: 25 }"), company("C1"),
        contact("K1").at("C1"))
      .when(deal("D1", "S1").about("K1").imported())
      .then_record("D1", "company_id: '@C1' fields { probability: 25 }");
}

TEST(Import, AC2IsNotApplied) {
  given(organization(), stage("S1"), company("C1"), contact("K1").at("C1"),
        deal("D1", "S1").at("C1").about("K1"))
      .when(activity("A5").for_deal("D1").with("status: ACTIVITY_STATUS_IN_PROGRESS").imported())
      .then_record("A5", "links { deal_id: '@D1' } status: ACTIVITY_STATUS_IN_PROGRESS",
                   {"links.company_id", "links.contact_id"});
}

TEST(Import, CompletionIsTakenAsGiven) {
  auto spec = given(organization());
  spec.when(logged("A1").imported("completed_at: 1000")).then_record("A1", "completed_at: 1000");
  spec.when(activity("A2").with("status: ACTIVITY_STATUS_COMPLETED").imported("completed_at: 2000"))
      .then_record("A2", "status: ACTIVITY_STATUS_COMPLETED completed_at: 2000");
}

TEST(Import, PS2IsNotApplied) {
  auto spec = given(organization(), stage("S1"));
  spec.when(stage("S2").with("position: 1").imported()).then_accepted();
  EXPECT_EQ(spec.outcome().events_size(), 1);
}

TEST(Import, CT3IsAppliedAtTheTimeOfTheDecision) {
  given(organization(), company("C1"), contact("K1").at("C1").primary())
      .when(contact("K2").at("C1").primary().imported("created_at: 1000 updated_at: 2000"))
      .then_accepted()
      .then_record("K1", "record { updated_at: 1742032800000 }", {"is_primary"})
      .then_record("K2", "is_primary: true record { updated_at: 2000 }");
}

TEST(Import, OtherRulesAreApplied) {
  auto spec = given(organization(), user("U1"), stage("S1"), simply("retire_pipeline_stage", "S1"));
  spec.when(user("U9").with("fields { email: 'u1@example.com' }").imported())
      .then_rejected("user.email_taken", ErrorKind::kConflict, "email");
  spec.when(deal("D1", "S1").imported())
      .then_rejected("pipeline_stage.retired", ErrorKind::kInvalid, "stageId");
  spec.when(contact("K1").at("C9").imported())
      .then_rejected("company.not_found", ErrorKind::kInvalid, "companyId");
}

TEST(Import, FactsBelongToTheirKindOfRecord) {
  auto spec = given(organization(), stage("S1"));
  spec.when(company("C1").imported("completed_at: 1000"))
      .then_rejected("import.foreign_fact", ErrorKind::kInvalid, "import.completedAt");
  spec.when(deal("D1", "S1").imported("completed_at: 1000"))
      .then_rejected("import.foreign_fact", ErrorKind::kInvalid, "import.completedAt");
  spec.when(activity("A1").imported("actual_close_date: 20000"))
      .then_rejected("import.foreign_fact", ErrorKind::kInvalid, "import.actualCloseDate");
}

TEST(Import, AC3OnlyWhatIsCompletedHasATimeOfCompletion) {
  auto spec = given(organization());
  spec.when(activity("A1").imported("completed_at: 1000"))
      .then_rejected("import.not_completed", ErrorKind::kInvalid, "import.completedAt");
  spec.when(logged("A1").imported("completed_at: 1900000000000"))
      .then_rejected("time.in_future", ErrorKind::kInvalid, "import.completedAt");
}

TEST(Import, ItsFactsAreChecked) {
  given(organization())
      .when(company("C1").imported("created_at: -99999999999999999"))
      .then_rejected("time.out_of_range", ErrorKind::kInvalid, "import.createdAt");
}

}  // namespace
}  // namespace daybook::test
