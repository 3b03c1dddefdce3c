// Saved filters and their uses: rules SF-1, SF-2, SF-4 and SF-5.
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

std::size_t uses_of(Specification& world, std::string_view filter) {
  return world.view()->scan(Index::kFilterUseByFilter, {id(filter)}).size();
}
std::size_t uses(Specification& world) {
  return world.view()->scan(Index::kFilterUseByTime, {}).size();
}

Act named(const Act& filter, std::string_view name) {
  return filter.with("fields { name: '" + std::string(name) + "' }");
}
constexpr const char* kCompanies =
    "entity: FILTER_ENTITY_COMPANIES filter_config { groups { conditions { field: 'name' "
    "operator: 'contains' value { string_value: 'a' } } } }";
Act of_companies(const Act& filter) {
  Act other = filter;
  other.action.mutable_save_filter()->mutable_fields()->clear_filter_config();
  return other.with("fields { " + std::string(kCompanies) + " }");
}

TEST(SavedFilter, IsSavedWithItsDefaults) {
  given(organization(), user("U1"))
      .as("U1")
      .when(filter("F1"))
      .then_accepted()
      .then_record("F1",
                   "fields { name: 'Filter F1' entity: FILTER_ENTITY_DEALS is_public: false "
                   "is_default: false } ownership { owner_id: '@U1' }",
                   {"use_count", "last_used_at"});
}

TEST(SavedFilter, SF1TheNameIsUniqueForOwnerAndEntity) {
  auto world = given(organization(), user("U1"), user("U2"), named(filter("F1"), "Big").by("U1"));
  world.as("U1")
      .when(named(filter("F2"), " Big "))
      .then_rejected("saved_filter.name_taken", ErrorKind::kConflict, "name");
  world.when(of_companies(named(filter("F3"), "Big"))).then_accepted();
  world.as("U2").when(named(filter("F4"), "Big")).then_accepted();
  world.as("integration").when(named(filter("F5"), "Big")).then_accepted();
  world.when(named(filter("F6"), "Big"))
      .then_rejected("saved_filter.name_taken", ErrorKind::kConflict, "name");
}

TEST(SavedFilter, SF1HoldsForChangesAndNewOwnersToo) {
  auto world = given(organization(), user("U1"), user("U2"), named(filter("F1"), "Big").by("U1"),
                     named(filter("F2"), "Small").by("U1"), named(filter("F3"), "Big").by("U2"),
                     of_companies(named(filter("F4"), "Big")).by("U1"));
  world.when(patch("F2", "name: 'Big'"))
      .then_rejected("saved_filter.name_taken", ErrorKind::kConflict, "name");
  world.when(patch("F1", kCompanies))
      .then_rejected("saved_filter.name_taken", ErrorKind::kConflict, "name");
  world.when(assign("F3", "U1"))
      .then_rejected("saved_filter.name_taken", ErrorKind::kConflict, "name");
  world.when(patch("F1", "name: 'Big' is_public: true")).then(changed("F1", "is_public: true"));
  world.when(assign("F2", "U2")).then(owner_assigned("F2", "U2"));
}

TEST(SavedFilter, SF1ARemovedFilterGivesItsNameBack) {
  given(organization(), named(filter("F1"), "Big"), remove("F1"))
      .when(named(filter("F2"), "Big"))
      .then_accepted();
}

TEST(SavedFilter, SF2AUseCountsAndLeavesARow) {
  auto world = given(organization(), user("U1"), filter("F1").by("U1"));
  world.as("U1").when(use("F1", "execution_time: 12 result_count: 340")).then_accepted();
  ASSERT_EQ(world.outcome().events_size(), 1);
  const auto& used = world.outcome().events(0).saved_filter().used();
  EXPECT_EQ(used.user_id(), id("U1"));
  EXPECT_EQ(used.execution_time(), 12);
  EXPECT_EQ(used.result_count(), 340);
  world.then_record("F1", "use_count: 1 last_used_at: 1742032800000 record { version: 2 }");
  const auto* row =
      world.view()->find<saved_filter::FilterUse>(ENTITY_SAVED_FILTER_USE, used.use_id());
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->saved_filter_id(), id("F1"));
  EXPECT_EQ(row->user_id(), id("U1"));
  EXPECT_EQ(row->used_at(), kNow);
  EXPECT_EQ(row->execution_time(), 12);
  EXPECT_EQ(row->result_count(), 340);
  EXPECT_EQ(row->organization_id(), kOrganization);
}

TEST(SavedFilter, SF2AUseDoesNotTouchUpdatedAt) {
  auto world = given(organization(), filter("F1"));
  world.when(use("F1")).then_accepted();
  world.when(use("F1")).then_accepted();
  world.then_record(
      "F1", "use_count: 2 last_used_at: 1742032800000 record { updated_at: 1741946400000 }");
  EXPECT_EQ(uses_of(world, "F1"), 2U);
}

TEST(SavedFilter, WhoMayReadItMayUseIt) {
  const auto world = [] {
    return given(organization(), admin("U1"), manager("U2"), user("U3"), viewer("U4"), user("U5"),
                 filter("F1").by("U3"), filter("F2").with("fields { is_public: true }").by("U3"));
  };
  for (const char* who : {"U1", "U2", "U3", "U4", "integration"}) {
    world().as(who).when(use("F1")).then_accepted();
  }
  for (const char* who : {"U1", "U2", "U3", "U4", "U5", "integration"}) {
    world().as(who).when(use("F2")).then_accepted();
  }
  world().as("U5").when(use("F1")).then_rejected("saved_filter.not_found", ErrorKind::kNotFound,
                                                 "id");
}

TEST(SavedFilter, APublicOneIsChangedByItsOwnerOnly) {
  auto world = given(organization(), user("U1"), user("U2"), viewer("U3"),
                     filter("F1").with("fields { is_public: true }").by("U1"));
  for (const Act& each : {patch("F1", "tags: 'mine'"), remove("F1")}) {
    world.as("U2").when(each).then_rejected("saved_filter.not_found", ErrorKind::kNotFound, "id");
    world.as("U3").when(each).then_rejected("not_allowed", ErrorKind::kNotAllowed);
  }
  world.as("U1").when(patch("F1", "tags: 'mine'")).then_accepted();
}

TEST(SavedFilter, SF4DeleteRemovesItAndItsUsesForGood) {
  auto world = given(organization(), filter("F1"), filter("F2"), use("F1"), use("F1"), use("F2"));
  EXPECT_EQ(uses(world), 3U);
  world.when(remove("F1")).then(event("F1", "removed"));
  EXPECT_EQ(uses_of(world, "F1"), 0U);
  EXPECT_EQ(uses(world), 1U);
  for (const Act& each : {remove("F1"), patch("F1", "tags: 'x'"), use("F1"), assign("F1", "")}) {
    world.when(each).then_rejected("saved_filter.not_found", ErrorKind::kNotFound, "id");
  }
}

TEST(SavedFilter, SF5ACutOffForgetsOlderUses) {
  auto world = given(organization(), filter("F1"), use("F1"), use("F1"));
  world.after(use("F1"));
  world.when(purge_uses(kDayBefore)).then_nothing();
  world.when(purge_uses(kDayBefore + 1))
      .then(event("ORG", "filter_uses_purged", "used_before: 1741946400001"));
  EXPECT_EQ(uses(world), 1U);
  EXPECT_EQ(uses_of(world, "F1"), 1U);
  world.then_record("F1", "use_count: 3");
}

TEST(SavedFilter, SF5SoManyUsesAreForgottenInPortions) {
  auto spec = given(organization(), filter("F1"));
  std::int64_t now = kNow;
  for (int i = 0; i < 11; ++i) {
    spec.at(++now).when_batch(std::vector<Act>(1'000, use("F1")));
    ASSERT_EQ(spec.outcome().events_size(), 1'000);
  }
  spec.at(now + 10)
      .when(remove("F1"))
      .then_rejected("saved_filter.too_many_uses", ErrorKind::kRejected, "id");
  Act purge = purge_uses(now + 5);
  purge.counts_again = true;
  spec.when(purge).then_accepted().then_notice("filter_uses.left");
  spec.when(remove("F1")).then_accepted();
}

TEST(SavedFilter, SF5TheCutOffDoesNotLieInTheFuture) {
  auto world = given(organization(), filter("F1"), use("F1"));
  world.when(purge_uses(kNow + 1))
      .then_rejected("time.in_future", ErrorKind::kInvalid, "usedBefore");
  world.when(purge_uses(kNow)).then_accepted();
}

TEST(SavedFilter, SF5IsForWhoManages) {
  auto world =
      given(organization(), user("U1"), viewer("U2"), manager("U3"), filter("F1"), use("F1"));
  for (const char* who : {"U1", "U2"}) {
    world.as(who).when(purge_uses(kNow)).then_rejected("not_allowed", ErrorKind::kNotAllowed);
  }
  world.as("U3").when(purge_uses(kNow)).then_accepted();
}

TEST(SavedFilter, SF5LeavesOtherOrganizationsAlone) {
  auto world =
      given(organization(), filter("F1"), use("F1"), organization().in_other_organization());
  world.in(kOtherOrganization).when(purge_uses(kNow)).then_nothing();
  world.in(kOrganization);
  EXPECT_EQ(uses(world), 1U);
}

}  // namespace
}  // namespace daybook::test
