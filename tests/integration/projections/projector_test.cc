// From outcomes to rows: one row for each record, rows and checkpoint together, two organizations
// side by side.
#include "projections/projector.h"

#include <gtest/gtest.h>

#include "tests/integration/projections/bench.h"

namespace daybook::test {  // the domain's language
namespace {

using namespace testing;

class Projector : public ::testing::Test {
 protected:
  ProjectionBench bench_;
};

TEST_F(Projector, WritesEveryKindOfRowAsFolded) {
  bench_.two_organizations_happen();
  bench_.start();
  ASSERT_TRUE(bench_.await_end());
  EXPECT_EQ(bench_.differences(), kNoDifference);
  EXPECT_EQ(bench_.value("SELECT count(*) FROM crm.saved_filter_usage"), "4");
  EXPECT_EQ(bench_.value("SELECT count(DISTINCT organization_id) FROM crm.deals"), "2");
  EXPECT_EQ(
      bench_.value(
          "SELECT count(*) FROM crm.deals AS d JOIN crm.companies AS c ON c.id = d.company_id "
          "WHERE c.organization_id <> d.organization_id"),
      "0");
}

TEST_F(Projector, FollowsWhatHappensWhileItRuns) {
  bench_.start();
  bench_.two_organizations_happen();
  ASSERT_TRUE(bench_.await_end());
  bench_.happens(patch("C1", "city: 'Oslo'"));
  bench_.happens(remove("K1"));
  bench_.happens(restore("K1"));
  bench_.happens(remove_field("XC1", "C1", "Code"));
  ASSERT_TRUE(bench_.await_end());
  EXPECT_EQ(bench_.differences(), kNoDifference);
  EXPECT_EQ(bench_.projector().status().lag_records, 0U);
}

TEST_F(Projector, WritesOneRowForARecordHoweverManyEvents) {
  bench_.happens(organization());
  bench_.happens(company("C1"));
  for (int i = 0; i < 30; ++i)
    bench_.happens(patch("C1", "city: 'City " + std::to_string(i) + "'"));
  bench_.start();
  ASSERT_TRUE(bench_.await_end());
  const auto writes = bench_.tables().writes();
  ASSERT_EQ(writes.size(), 1U);
  EXPECT_EQ(writes[0].rows.size(), 2U);
  EXPECT_EQ(writes[0].checkpoint.position, bench_.source().end());
  EXPECT_EQ(bench_.value("SELECT city FROM crm.companies"), "City 29");
}

TEST_F(Projector, WritesABatchOfManyRowsAsWellAsOfFew) {
  bench_.happens(organization());
  std::vector<Act> many;
  for (int i = 0; i < 200; ++i)
    many.push_back(company("C" + std::to_string(i)).with("fields { city: 'a\\tb\\\\c' }"));
  bench_.happens_together(many);
  bench_.start();
  ASSERT_TRUE(bench_.await_end());
  bench_.happens_together({patch("C1", "city: 'Oslo'"), patch("C2", "city: 'Bergen'")});
  ASSERT_TRUE(bench_.await_end());
  EXPECT_EQ(bench_.differences(), kNoDifference);
  EXPECT_EQ(bench_.value("SELECT count(*) FROM crm.companies"), "200");
}

TEST_F(Projector, AdvancesTheCheckpointWithOutcomesWithoutEvents) {
  bench_.happens(organization());
  log::Outcome refused;
  refused.set_kind(log::OUTCOME_KIND_REJECTED);
  refused.set_organization_id(std::string(kOrganization));
  refused.set_decided_at(kNow);
  bench_.source().add(refused);
  bench_.start();
  ASSERT_TRUE(bench_.await_end());
  EXPECT_EQ(bench_.value("SELECT sequence FROM daybook.checkpoint"), "2");
}

TEST_F(Projector, MakesWhatATokenStandsForReadable) {
  bench_.happens(organization());
  bench_.start();
  bench_.happens(company("C1"));
  const std::string token = token_of(bench_.source().end());
  EXPECT_EQ(bench_.value("SELECT daybook.wait_for('" + token + "')"), "t");
  EXPECT_EQ(bench_.value("SELECT count(*) FROM crm.companies"), "1");
}

TEST_F(Projector, SwapsEmailsAndMovesDealsOffARemovedStageInOneBatch) {
  bench_.two_organizations_happen();
  bench_.start();
  ASSERT_TRUE(bench_.await_end());
  bench_.source().hold(true);
  bench_.happens(patch("U1", "email: 'between@example.com'"));
  bench_.happens(patch("U2", "email: 'u1@example.com'"));
  bench_.happens(patch("U1", "email: 'u2@example.com'"));
  bench_.happens(move("D1", "S2"));
  bench_.happens(remove("S1"));
  bench_.source().hold(false);
  ASSERT_TRUE(bench_.await_end());
  EXPECT_EQ(bench_.differences(), kNoDifference);
  EXPECT_EQ(bench_.projector().status().parked_total, 0U);
  EXPECT_EQ(bench_.value("SELECT email FROM crm.users WHERE id = '" + id("U1") + "'"),
            "u2@example.com");
}

TEST_F(Projector, RemovesAFilterWithItsUses) {
  bench_.two_organizations_happen();
  bench_.start();
  ASSERT_TRUE(bench_.await_end());
  bench_.happens(remove("F1"));
  ASSERT_TRUE(bench_.await_end());
  EXPECT_EQ(bench_.differences(), kNoDifference);
  EXPECT_EQ(bench_.value("SELECT count(*) FROM crm.saved_filter_usage WHERE organization_id = '" +
                         std::string(kOrganization) + "'"),
            "0");
  EXPECT_EQ(bench_.value("SELECT count(*) FROM crm.saved_filter_usage"), "2");
}

TEST_F(Projector, RemovesARecordThatCameAndWentInOneBatch) {
  bench_.happens(organization());
  bench_.happens(filter("F1"));
  bench_.happens(use("F1"));
  bench_.happens(remove("F1"));
  bench_.start();
  ASSERT_TRUE(bench_.await_end());
  EXPECT_EQ(bench_.differences(), kNoDifference);
}

TEST_F(Projector, PurgesUses) {
  bench_.two_organizations_happen();
  bench_.start();
  ASSERT_TRUE(bench_.await_end());
  bench_.happens(purge_uses(bench_.a_minute_later()));
  ASSERT_TRUE(bench_.await_end());
  EXPECT_EQ(bench_.differences(), kNoDifference);
  EXPECT_EQ(bench_.value("SELECT count(*) FROM crm.saved_filter_usage"), "2")
      << "those of the other organization stay";
}

TEST_F(Projector, StopsWhileItWaitsForTheLog) {
  bench_.source().hold(true);
  bench_.start();
  ASSERT_TRUE(bench_.await([&] { return !bench_.source().starts().empty(); }));
  bench_.stop();  // returns
}

}  // namespace
}  // namespace daybook::test
