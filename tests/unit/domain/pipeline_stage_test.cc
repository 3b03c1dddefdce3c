// Pipeline stages: rules PS-2 to PS-4 and PS-6.
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

Act retire(std::string_view name) { return simply("retire_pipeline_stage", name); }
Act reactivate(std::string_view name) { return simply("reactivate_pipeline_stage", name); }

TEST(PipelineStage, IsCreatedWithItsDefaults) {
  given(organization())
      .when(act("create_pipeline_stage", "fields { name: 'Lead' } position: 0")
                .known_as("spec", "S0"))
      .then(event("S0", "created",
                  "fields { name: 'Lead' probability: 0 stage_type: STAGE_TYPE_OPPORTUNITY } "
                  "is_active: true"));
}

TEST(PipelineStage, PS2AtATakenPositionAllFromThereOnMoveUp) {
  given(organization(), stage("S0"), stage("S1"), stage("S2"), retire("S2"), stage("S7"))
      .when(stage("S9").with("position: 1"))
      .then(event("S1", "moved", "position: 2"), event("S2", "moved", "position: 3"),
            event("S7", "moved", "position: 8"),
            event("S9", "created",
                  "fields { name: 'Stage S9' probability: 0 stage_type: STAGE_TYPE_OPPORTUNITY } "
                  "position: 1 is_active: true"))
      .then_record("S0", "record { version: 1 }");
}

TEST(PipelineStage, PS2AtAFreePositionNothingMoves) {
  auto world = given(organization(), stage("S0"), stage("S5"));
  world.when(stage("S3")).then_accepted();
  EXPECT_EQ(world.outcome().events_size(), 1);
  world.when(stage("S9")).then_accepted();
  EXPECT_EQ(world.outcome().events_size(), 1);
}

TEST(PipelineStage, PS2RemovedOnesTakeNoPosition) {
  auto world = given(organization(), stage("S0"), stage("S1"), remove("S0"));
  world.when(stage("S9").with("position: 0")).then_accepted();
  EXPECT_EQ(world.outcome().events_size(), 1);
}

TEST(PipelineStage, PS3IsMovedWithTheShift) {
  auto world = given(organization(), stage("S0"), stage("S1"), stage("S2"));
  world.when(move_stage("S0", 2))
      .then(event("S2", "moved", "position: 3"), event("S0", "moved", "position: 2"));
  world.when(move_stage("S0", 2)).then_nothing();
  world.when(move_stage("S0", 0)).then(event("S0", "moved", "position: 0"));
  world.when(move_stage("S2", 0))
      .then(event("S0", "moved", "position: 1"), event("S1", "moved", "position: 2"),
            event("S2", "moved", "position: 0"));
}

TEST(PipelineStage, PS3IsEditedRetiredAndReactivated) {
  auto world = given(organization(), stage("S0"));
  world.when(patch("S0", "name: 'Lead' color: '#EF4444'"))
      .then(changed("S0", "name: 'Lead' color: '#EF4444'"));
  world.when(retire("S0")).then(event("S0", "retired")).then_record("S0", "", {"is_active"});
  world.when(patch("S0", "name: 'Old'")).then_accepted();
  world.when(reactivate("S0"))
      .then(event("S0", "reactivated"))
      .then_record("S0", "is_active: true");
}

TEST(PipelineStage, PS4OneInUseCannotBeRemoved) {
  given(organization(), stage("S1"), stage("S2"), deal("D1", "S1"), remove("D1"))
      .when(remove("S1"))
      .then_rejected("pipeline_stage.in_use", ErrorKind::kRejected, "id")
      .when(remove("S2"))
      .then(event("S2", "removed"))
      .when(remove("S2"))
      .then_rejected("pipeline_stage.not_found", ErrorKind::kNotFound, "id")
      .when(patch("S2", "name: 'Back'"))
      .then_rejected("pipeline_stage.not_found", ErrorKind::kNotFound, "id");
}

TEST(PipelineStage, PS4OneThatTheLastDealLeftCanBeRemoved) {
  given(organization(), stage("S1"), stage("S2"), deal("D1", "S1"))
      .after(move("D1", "S2"))
      .when(remove("S1"))
      .then(event("S1", "removed"));
}

TEST(PipelineStage, ItsTypeChangesOnlyWhileNoDealUsesIt) {
  auto world = given(organization(), stage("S1"), stage("S2"), deal("D1", "S1"), remove("D1"));
  const char* won = "stage_type: STAGE_TYPE_CLOSED_WON";
  world.when(patch("S1", won))
      .then_rejected("pipeline_stage.in_use", ErrorKind::kRejected, "stageType");
  world.when(patch("S1", "stage_type: STAGE_TYPE_OPPORTUNITY name: 'Same type'"))
      .then(changed("S1", "name: 'Same type'"));
  world.when(patch("S2", won)).then(changed("S2", won));
}

TEST(PipelineStage, PS5ARetiredOneKeepsItsDeals) {
  given(organization(), stage("S1"), deal("D1", "S1"))
      .when(retire("S1"))
      .then(event("S1", "retired"))
      .then_record("D1", "stage_id: '@S1' record { version: 1 }")
      .when(patch("D1", "source: 'Referral'"))
      .then_accepted();
}

TEST(PipelineStage, PS6NamesAndPositionsAreNotUnique) {
  Act twice = act("create_pipeline_stage", "fields { name: 'Lead' } position: 1");
  twice.counts_again = true;
  auto world = given(organization(), stage("S1").with("fields { name: 'Lead' }"));
  world.when(twice).then_accepted();
  world.when(twice).then_accepted();
  EXPECT_EQ(world.view()->scan(Index::kStagePosition, {}).size(), 3U);
  // An import takes positions as they are.
  world.when(stage("S4").with("position: 1").imported()).then_accepted();
  EXPECT_EQ(world.outcome().events_size(), 1);
}

TEST(PipelineStage, IsForWhoManages) {
  auto world =
      given(organization(), user("U1"), manager("U2"), admin("U3"), viewer("U4"), stage("S1"));
  for (const Act& each : {stage("S2"), patch("S1", "name: 'A'"), move_stage("S1", 4), retire("S1"),
                          reactivate("S1"), remove("S1"), add_external_id("S1", "erp", "1")}) {
    world.as("U1").when(each).then_rejected("not_allowed", ErrorKind::kNotAllowed);
    world.as("U4").when(each).then_rejected("not_allowed", ErrorKind::kNotAllowed);
  }
  world.as("U2").when(patch("S1", "name: 'A'")).then_accepted();
  world.as("U3").when(patch("S1", "name: 'B'")).then_accepted();
}

}  // namespace
}  // namespace daybook::test
