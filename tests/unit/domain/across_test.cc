// Rules across entities: and X-6 (X-5 is also batch_test.cc, X-6 also
// permission_test.cc).
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

constexpr const char* kChangedNow =
    "record { created_at: 1741946400000 updated_at: 1742032800000 }";

Specification world() {
  return given(organization(), user("U1"), user("U2"), stage("S1"), stage("S2"), company("C1"),
               company("C2"), contact("K1").at("C1"), deal("D1", "S1"), activity("A1"),
               filter("F1"), field("XC1", "C1", "A", "1"));
}

TEST(AcrossEntities, X1EveryChangeSetsUpdatedAt) {
  const std::vector<std::pair<const char*, Act>> cases{
      {"ORG", act("patch_organization", "set { name: 'B' }")},
      {"U1", patch("U1", "locale: 'de'")},
      {"U1", simply("change_user_role", "U1").with("role: USER_ROLE_ADMIN")},
      {"U1", simply("deactivate_user", "U1")},
      {"C1", patch("C1", "city: 'Oslo'")},
      {"C1", assign("C1", "U1")},
      {"C1", remove("C1")},
      {"C1", add_external_id("C1", "erp", "1")},
      {"K1", patch("K1", "job_title: 'CTO'")},
      {"K1", join("K1", "C2")},
      {"K1", simply("leave_company", "K1")},
      {"K1", simply("make_primary_contact", "K1")},
      {"S1", patch("S1", "name: 'B'")},
      {"S1", move_stage("S1", 9)},
      {"S1", simply("retire_pipeline_stage", "S1")},
      {"D1", patch("D1", "value: 5")},
      {"D1", relink("D1", "company_id: '@C1'")},
      {"D1", move("D1", "S2")},
      {"D1", simply("win_deal", "D1")},
      {"D1", remove("D1")},
      {"A1", patch("A1", "location: 'Oslo'")},
      {"A1", simply("complete_activity", "A1")},
      {"A1", reassign("A1", "U1")},
      {"F1", patch("F1", "tags: 'x'")},
      {"XC1", field("XC1", "C1", "A", "2")}};
  for (const auto& [name, each] : cases) {
    SCOPED_TRACE(each.action.ShortDebugString());
    world()
        .when(each)
        .then_accepted()
        .then_record(name, kChangedNow)
        .then_record(name, "record { version: 2 }");
  }
}

TEST(AcrossEntities, X1WhatChangesNothingLeavesItAsItWas) {
  world()
      .when(patch("C1", "name: ' Company C1 '", {"city"}))
      .then_nothing()
      .then_record("C1", "record { version: 1 updated_at: 1741946400000 }");
}

TEST(AcrossEntities, X1DeletedRecordsCannotBeChanged) {
  auto spec = given(organization(), user("U1"), stage("S1"), stage("S2"), company("C1"),
                    company("C2"), contact("K1").at("C1"), deal("D1", "S1"), activity("A1"),
                    remove("C1"), remove("K1"), remove("D1"), remove("A1"));
  const std::vector<std::pair<std::string, std::vector<Act>>> cases{
      {"company",
       {patch("C1", "city: 'Oslo'"), assign("C1", "U1"), remove("C1"),
        add_external_id("C1", "a", "1")}},
      {"contact",
       {patch("K1", "job_title: 'CTO'"), join("K1", "C2"), simply("leave_company", "K1"),
        simply("make_primary_contact", "K1"), simply("clear_primary_contact", "K1"),
        assign("K1", "U1"), remove("K1")}},
      {"deal",
       {patch("D1", "value: 5"), relink("D1", "company_id: '@C2'"), move("D1", "S2"),
        simply("win_deal", "D1"), simply("lose_deal", "D1"), simply("postpone_deal", "D1"),
        cancel("D1"), reopen("D1"), assign("D1", "U1"), remove("D1")}},
      {"activity",
       {patch("A1", "location: 'Oslo'"), relink("A1", "company_id: '@C2'"),
        simply("start_activity", "A1"), simply("complete_activity", "A1"), reopen("A1"),
        cancel("A1"), simply("mark_activity_overdue", "A1"), reassign("A1", "U1"),
        assign("A1", "U1"), remove("A1")}}};
  for (const auto& [kind, acts] : cases) {
    for (const Act& each : acts)
      spec.when(each).then_rejected(kind + ".not_found", ErrorKind::kNotFound, "id");
  }
}

TEST(AcrossEntities, X4AnotherVersionThanExpectedIsAConflict) {
  auto spec = world();
  spec.when(patch("C1", "city: 'Oslo'").expecting(2))
      .then_rejected("VERSION_CONFLICT", ErrorKind::kConflict, "expectedVersion");
  EXPECT_NE(spec.outcome().violations(0).message().find("at version 1"), std::string::npos);
  spec.when(patch("C1", "city: 'Oslo'").expecting(1)).then_accepted();
  spec.when(patch("C1", "city: 'Rome'").expecting(1))
      .then_rejected("VERSION_CONFLICT", ErrorKind::kConflict, "expectedVersion");
  spec.when(patch("C1", "city: 'Rome'").expecting(2)).then_accepted();
  spec.when(patch("C1", "city: 'Lima'")).then_accepted();
}

TEST(AcrossEntities, X4HoldsForEveryKindOfRecord) {
  const std::vector<Act> acts{act("patch_organization", "set { name: 'B' }"),
                              patch("U1", "locale: 'de'"),
                              remove("C1"),
                              join("K1", "C2"),
                              move_stage("S1", 9),
                              simply("win_deal", "D1"),
                              simply("complete_activity", "A1"),
                              field("XC1", "C1", "A", "2"),
                              remove_field("XC1", "C1", "A"),
                              use("F1"),
                              add_external_id("D1", "erp", "1")};
  for (const Act& each : acts) {
    auto spec = world();
    spec.when(each.expecting(7))
        .then_rejected("VERSION_CONFLICT", ErrorKind::kConflict, "expectedVersion");
    spec.when(each.expecting(0))
        .then_rejected("VERSION_CONFLICT", ErrorKind::kConflict, "expectedVersion");
    spec.when(each.expecting(1)).then_accepted();
  }
}

TEST(AcrossEntities, X4ANewRecordIsAtVersionNought) {
  auto spec = world();
  spec.when(company("C9").expecting(1))
      .then_rejected("VERSION_CONFLICT", ErrorKind::kConflict, "expectedVersion");
  spec.when(company("C9").expecting(0)).then_accepted();
  spec.when(field("XC9", "C1", "New", "2").expecting(1))
      .then_rejected("VERSION_CONFLICT", ErrorKind::kConflict, "expectedVersion");
  spec.when(field("XC9", "C1", "New", "2").expecting(0)).then_accepted();
  given()
      .when(organization().expecting(1))
      .then_rejected("VERSION_CONFLICT", ErrorKind::kConflict, "expectedVersion");
}

TEST(AcrossEntities, X4WhatAnActorMayNotSeeIsNotFoundWhateverItExpects) {
  given(organization(), user("U1"), user("U2"), company("C1").by("U1"))
      .as("U2")
      .when(patch("C1", "city: 'Oslo'").expecting(9))
      .then_rejected("company.not_found", ErrorKind::kNotFound, "id");
}

TEST(AcrossEntities, X5AFailingStepUndoesTheEarlierOnes) {
  auto spec = world();
  spec.when_batch({remove("C1"), remove("K1"), remove("C9")})
      .then_rejected("company.not_found", ErrorKind::kNotFound, "members[2].id");
  spec.then_record("C1", "record { version: 1 }", {"deletion"})
      .then_record("K1", "record { version: 1 }", {"deletion"});
}

TEST(AcrossEntities, X6DataOfOneUserIsInvisibleToAnother) {
  auto spec = given(organization(), user("U1"), user("U2"), stage("S1"), company("C1").by("U1"),
                    contact("K1").by("U1"), deal("D1", "S1").by("U1"), activity("A1").by("U1"),
                    filter("F1").by("U1"));
  // Not even that they exist: the answers are those of records that never were.
  const auto answer = [&](const Act& each) {
    spec.as("U2").when(each);
    return spec.outcome().violations(0).SerializeAsString();
  };
  EXPECT_EQ(answer(remove("C1")), answer(remove("C9")));
  EXPECT_EQ(answer(remove("K1")), answer(remove("K9")));
  EXPECT_EQ(answer(remove("D1")), answer(remove("D9")));
  EXPECT_EQ(answer(remove("A1")), answer(remove("A9")));
  EXPECT_EQ(answer(remove("F1")), answer(remove("F9")));
  EXPECT_EQ(answer(use("F1")), answer(use("F9")));
}

TEST(AcrossEntities, TimesAreThoseOfTheDecision) {
  auto spec = given(organization());
  spec.at(kNow + 7).when(company("C1")).then_accepted();
  EXPECT_EQ(spec.outcome().decided_at(), kNow + 7);
  spec.then_record("C1", "record { created_at: 1742032800007 updated_at: 1742032800007 }");
}

TEST(AcrossEntities, TheOutcomeSaysWhoAndWhat) {
  auto spec = given(organization(), user("U1"));
  Command command;
  command.set_organization_id("0A000000-0000-4000-8000-000000000001");
  command.set_command_id("C0000000-0000-4000-8000-0000000000FF");
  command.set_actor("spec/U1");
  command.set_correlation_id("web-1");
  command.set_traceparent("00-1");
  command.set_retry_of("C0000000-0000-4000-8000-0000000000FE");
  *command.mutable_action() = company("C1").action;
  spec.when_command(command).then_accepted();
  const log::Outcome& outcome = spec.outcome();
  EXPECT_EQ(outcome.organization_id(), kOrganization);
  EXPECT_EQ(outcome.command_id(), "c0000000-0000-4000-8000-0000000000ff");
  EXPECT_EQ(outcome.actor(), id("U1"));
  EXPECT_EQ(outcome.command(), "createCompany");
  EXPECT_EQ(outcome.payload_hash(), "hash");
  EXPECT_EQ(outcome.correlation_id(), "web-1");
  EXPECT_EQ(outcome.traceparent(), "00-1");
  EXPECT_EQ(outcome.retry_of(), "c0000000-0000-4000-8000-0000000000fe");
}

}  // namespace
}  // namespace daybook::test
