// Deals: rules DE-1 to DE-12.
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

Act win(std::string_view name) { return simply("win_deal", name); }
Act lose(std::string_view name) { return simply("lose_deal", name); }
Act postpone(std::string_view name) { return simply("postpone_deal", name); }

Act with_probability(const Act& stage, int hundredths) {
  return stage.with("fields { probability: " + std::to_string(hundredths) + " }");
}

// The stages of the demo set: S1 and S2 are open, S4 is won, S5 is lost; and one deal D1 in S1.
template <class... More>
Specification pipeline(const More&... more) {
  return given(organization(), with_probability(stage("S1"), 25),
               with_probability(stage("S2", "PROPOSAL"), 50),
               with_probability(stage("S4", "CLOSED_WON"), 100), stage("S5", "CLOSED_LOST"),
               deal("D1", "S1"), more...);
}

TEST(Deal, IsOpenedWithItsDefaults) {
  pipeline(user("U1"))
      .as("U1")
      .when(deal("D2", "S1"))
      .then(event("D2", "opened",
                  "fields { title: 'Deal D2' currency: 'USD' probability: 25 priority: "
                  "PRIORITY_MEDIUM } stage_id: '@S1' owner_id: '@U1' status: DEAL_STATUS_OPEN"));
}

TEST(Deal, DE1TheStageMustExistAndBeActive) {
  auto world = pipeline(simply("retire_pipeline_stage", "S2"), stage("S9"), remove("S9"));
  for (const Act& each : {deal("D2", "S2"), move("D1", "S2"), reopen("D1", "S2")}) {
    world.when(each).then_rejected("pipeline_stage.retired", ErrorKind::kInvalid, "stageId");
  }
  for (const char* gone : {"S8", "S9"}) {
    for (const Act& each : {deal("D2", gone), move("D1", gone), reopen("D1", gone)}) {
      world.when(each).then_rejected("pipeline_stage.not_found", ErrorKind::kInvalid, "stageId");
    }
  }
  world.when(deal("D2", "S1").with("stage_id: ''"))
      .then_rejected("field.required", ErrorKind::kInvalid, "stageId");
}

TEST(Deal, DE1ADealWhoseOwnStageWasRetiredGoesOnInIt) {
  auto world = pipeline(simply("retire_pipeline_stage", "S1"));
  world.when(deal("D1", "S1").or_update().with("fields { title: 'Again' }"))
      .then(changed("D1", "title: 'Again'"));
  world.when(move("D1", "S1", "probability: 70")).then(changed("D1", "probability: 70"));
}

TEST(Deal, DE2CompanyAndContactMustBeLive) {
  auto world = pipeline(company("C1"), contact("K1"), remove("C1"), remove("K1"));
  world.when(deal("D2", "S1").at("C1").about("K1"))
      .then_rejected({{"company.not_found", ErrorKind::kInvalid, "companyId"},
                      {"contact.not_found", ErrorKind::kInvalid, "contactId"}});
  world.when(relink("D1", "company_id: '@C1' contact_id: '@K9'"))
      .then_rejected({{"company.not_found", ErrorKind::kInvalid, "companyId"},
                      {"contact.not_found", ErrorKind::kInvalid, "contactId"}});
}

TEST(Deal, DE3TheContactMustBelongToTheCompany) {
  auto world = pipeline(company("C1"), company("C2"), contact("K1").at("C1"), contact("K2"));
  for (const char* stranger : {"K1", "K2"}) {
    world.when(deal("D2", "S1").at("C2").about(stranger))
        .then_rejected("deal.contact_of_other_company", ErrorKind::kRejected, "contactId");
  }
  world.when(deal("D2", "S1").at("C1").about("K1")).then_accepted();
}

TEST(Deal, DE3TheResultingPairIsCheckedWheneverEitherChanges) {
  auto world = pipeline(company("C1"), company("C2"), contact("K1").at("C1"),
                        contact("K2").at("C2"), deal("D2", "S1").at("C1").about("K1"));
  for (const char* change : {"company_id: '@C2'", "contact_id: '@K2'"}) {
    world.when(relink("D2", change))
        .then_rejected("deal.contact_of_other_company", ErrorKind::kRejected, "contactId");
  }
  world.when(relink("D2", "company_id: '@C2' contact_id: '@K2'"))
      .then(event("D2", "relinked", "set { company_id: '@C2' contact_id: '@K2' }"));
  world.when(relink("D2", "company_id: '@C1'", {"contact_id"}))
      .then(event("D2", "relinked", "set { company_id: '@C1' } clear: 'contact_id'"));
  world.then_record("D2", "company_id: '@C1'", {"contact_id"});
  world.when(relink("D2", "contact_id: '@K2'", {"companyId"}))
      .then(event("D2", "relinked", "set { contact_id: '@K2' } clear: 'company_id'"));
  world.then_record("D2", "contact_id: '@K2'", {"company_id"});
}

TEST(Deal, DE4AContactBringsItsCompanyAtCreationOnly) {
  auto world = pipeline(company("C1"), contact("K1").at("C1"), contact("K2"));
  world.when(deal("D2", "S1").about("K1")).then_record("D2", "company_id: '@C1' contact_id: '@K1'");
  world.when(deal("D3", "S1").about("K2")).then_record("D3", "contact_id: '@K2'", {"company_id"});
  world.when(relink("D1", "contact_id: '@K1'"))
      .then(event("D1", "relinked", "set { contact_id: '@K1' }"))
      .then_record("D1", "", {"company_id"});
}

TEST(Deal, DE5TheStageGivesItsProbabilityUnlessOneIsNamed) {
  auto world = pipeline();
  world.when(deal("D2", "S2")).then_record("D2", "fields { probability: 50 }");
  world.when(deal("D3", "S2").with("fields { probability: 7 }"))
      .then_record("D3", "fields { probability: 7 }");
  world.when(move("D1", "S2")).then(event("D1", "moved", "stage_id: '@S2' probability: 50"));
  world.when(move("D1", "S1", "probability: 0"))
      .then(event("D1", "moved", "stage_id: '@S1' probability: 0"));
  world.then_record("D1", "fields { probability: 0 }");
}

TEST(Deal, DE5AnExplicitProbabilityCountsWithoutAMoveToo) {
  pipeline()
      .when(move("D1", "S1", "probability: 33"))
      .then(changed("D1", "probability: 33"))
      .when(patch("D1", "", {"probability"}))
      .then(changed("D1", "", {"probability"}))
      .when(move("D1", "S1"))
      .then_nothing();
}

TEST(Deal, DE6WinningAndLosingDateTheDealOnARealTransitionOnly) {
  auto world = pipeline();
  world.when(win("D1"))
      .then(event("D1", "won", "actual_close_date: 20162"))
      .then_record("D1", "status: DEAL_STATUS_WON actual_close_date: 20162");
  world.at(kNow + 3 * 86'400'000).when(win("D1")).then_nothing();
  world.then_record("D1", "actual_close_date: 20162");
  world.when(lose("D1"))
      .then(event("D1", "lost", "actual_close_date: 20165"))
      .then_record("D1", "status: DEAL_STATUS_LOST actual_close_date: 20165");
}

TEST(Deal, DE6TheDateIsTheUtcDay) {
  constexpr std::int64_t kMidnight = std::int64_t{kToday} * 86'400'000;
  pipeline().at(kMidnight).when(win("D1")).then(event("D1", "won", "actual_close_date: 20162"));
  pipeline().at(kMidnight - 1).when(win("D1")).then(event("D1", "won", "actual_close_date: 20161"));
}

TEST(Deal, DE7ReopeningClearsTheDate) {
  pipeline(win("D1"))
      .when(reopen("D1"))
      .then(event("D1", "reopened"))
      .then_record("D1", "status: DEAL_STATUS_OPEN", {"actual_close_date"})
      .when(reopen("D1"))
      .then_nothing();
}

TEST(Deal, DE7PostponedAndCancelledLeaveTheDateAlone) {
  pipeline(win("D1"))
      .when(postpone("D1"))
      .then(event("D1", "postponed"))
      .then_record("D1", "status: DEAL_STATUS_POSTPONED actual_close_date: 20161")
      .when(cancel("D1"))
      .then(event("D1", "cancelled"))
      .then_record("D1", "status: DEAL_STATUS_CANCELLED actual_close_date: 20161")
      .when(reopen("D1"))
      .then_record("D1", "status: DEAL_STATUS_OPEN", {"actual_close_date"});
}

TEST(Deal, DE8AClosedStageWinsOrLoses) {
  auto world = pipeline();
  world.when(move("D1", "S4"))
      .then(event("D1", "moved", "stage_id: '@S4' probability: 100"),
            event("D1", "won", "actual_close_date: 20162"));
  world.when(move("D1", "S5"))
      .then(event("D1", "moved", "stage_id: '@S5'"),
            event("D1", "lost", "actual_close_date: 20162"));
}

TEST(Deal, DE8BackInAnOpenStageItIsOpen) {
  for (const char* closed : {"S4", "S5"}) {
    pipeline(move("D1", closed))
        .when(move("D1", "S2"))
        .then(event("D1", "moved", "stage_id: '@S2' probability: 50"), event("D1", "reopened"))
        .then_record("D1", "status: DEAL_STATUS_OPEN", {"actual_close_date"});
  }
}

TEST(Deal, DE8ACommandThatNamesAStatusDecidesItself) {
  auto world = pipeline();
  world.when(move("D1", "S4", "status: DEAL_STATUS_OPEN"))
      .then(event("D1", "moved", "stage_id: '@S4' probability: 100"));
  world.when(move("D1", "S2", "status: DEAL_STATUS_CANCELLED"))
      .then(event("D1", "moved", "stage_id: '@S2' probability: 50"), event("D1", "cancelled"));
}

TEST(Deal, DE8AMoveBetweenOpenStagesLeavesPostponedAndCancelled) {
  for (const Act& each : {postpone("D1"), cancel("D1")}) {
    pipeline(each)
        .when(move("D1", "S2"))
        .then(event("D1", "moved", "stage_id: '@S2' probability: 50"));
  }
}

TEST(Deal, DE8WinningAndLosingDoNotMoveIt) {
  pipeline().when(win("D1")).then_record("D1", "stage_id: '@S1'");
}

TEST(Deal, DE8ReopeningInAClosedStageMustNameAnOpenOne) {
  auto world = pipeline(move("D1", "S4"));
  world.when(reopen("D1"))
      .then_rejected("deal.open_stage_required", ErrorKind::kRejected, "stageId");
  world.when(reopen("D1", "S5"))
      .then_rejected("deal.open_stage_required", ErrorKind::kRejected, "stageId");
  world.when(reopen("D1", "S2"))
      .then(event("D1", "moved", "stage_id: '@S2' probability: 50"), event("D1", "reopened"));
}

TEST(Deal, DE9ADealOpenedAsWonOrLostIsDated) {
  auto world = pipeline();
  world.when(deal("D2", "S1").with("status: DEAL_STATUS_WON"))
      .then_record("D2", "status: DEAL_STATUS_WON actual_close_date: 20162");
  world.when(deal("D3", "S5"))
      .then_record("D3", "status: DEAL_STATUS_LOST actual_close_date: 20162");
  world.when(deal("D4", "S4").with("status: DEAL_STATUS_OPEN"))
      .then_record("D4", "status: DEAL_STATUS_OPEN", {"actual_close_date"});
}

TEST(Deal, DE10DeleteIsSoftAndLeavesActivities) {
  pipeline(activity("A1").for_deal("D1"))
      .when(remove("D1"))
      .then(event("D1", "deleted"))
      .then_record("A1", "links { deal_id: '@D1' } record { version: 1 }")
      .when(win("D1"))
      .then_rejected("deal.not_found", ErrorKind::kNotFound, "id")
      .when(restore("D1"))
      .then(event("D1", "restored"));
}

TEST(Deal, DE11WhatAUserDoesNotOwnIsNotFound) {
  const auto world = [] { return pipeline(user("U1"), user("U2"), deal("D2", "S1").by("U1")); };
  for (const Act& each :
       {patch("D2", "value: 1"), relink("D2", "", {"company_id"}), move("D2", "S2"), win("D2"),
        lose("D2"), postpone("D2"), cancel("D2"), reopen("D2"), remove("D2"), restore("D2")}) {
    world().as("U2").when(each).then_rejected("deal.not_found", ErrorKind::kNotFound, "id");
    world().as("U1").when(each).then_accepted();
  }
}

TEST(Deal, DE11AnotherOwnerIsNamedByWhoManages) {
  auto world = pipeline(user("U1"), user("U2"), manager("U3"), deal("D2", "S1").by("U1"));
  world.as("U1").when(assign("D2", "U2")).then_rejected("not_allowed", ErrorKind::kNotAllowed);
  world.when(deal("D3", "S1").owned_by("U2"))
      .then_rejected("not_allowed", ErrorKind::kNotAllowed, "ownerId");
  world.as("U3").when(assign("D2", "U2")).then(owner_assigned("D2", "U2"));
}

TEST(Deal, DE12EveryCurrencyIsKeptAsItIs) {
  pipeline()
      .when(deal("D2", "S1").with("fields { currency: 'jpy' value: 100 }"))
      .then_record("D2", "fields { currency: 'JPY' value: 100 }");
}

TEST(Deal, IsNotReopenedInsideAClosedStage) {
  auto world = pipeline(move("D1", "S4"));
  for (const Act& each :
       {move("D1", "S4", "status: DEAL_STATUS_OPEN"), move("D1", "S5", "status: DEAL_STATUS_OPEN"),
        deal("D1", "S4").or_update().with("status: DEAL_STATUS_OPEN")}) {
    world.when(each).then_rejected("deal.open_stage_required", ErrorKind::kRejected, "stageId");
  }
  world.when(move("D1", "S2", "status: DEAL_STATUS_OPEN")).then_accepted();
}

}  // namespace
}  // namespace daybook::test
