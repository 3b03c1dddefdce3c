// Rows that PostgreSQL refuses alone: kept aside with the reason, while everything else flows.
#include <gtest/gtest.h>

#include "tests/integration/projections/bench.h"

namespace daybook::test {  // the domain's language
namespace {

using namespace testing;

class Parking : public ::testing::Test {
 protected:
  void SetUp() override {
    bench_.happens(organization());
    refuse();
  }
  void refuse() {
    run(bench_.sql(),
        "ALTER TABLE crm.companies ADD CONSTRAINT test_refusal CHECK (name <> 'refused')");
  }
  void refuse_no_more() {
    run(bench_.sql(), "ALTER TABLE crm.companies DROP CONSTRAINT test_refusal");
  }
  static Act refused_company(const std::string& name) {
    return company(name).with("fields { name: 'refused' }");
  }
  void run_to_end() {
    if (!started_) bench_.start(options_);
    started_ = true;
    ASSERT_TRUE(bench_.await_end());
  }
  // C1 is refused, K1, D1 and A1 need it; C2, K2 and S1 do not.
  void park_a_family() {
    for (const Act& act :
         {refused_company("C1"), company("C2"), contact("K1").at("C1"), contact("K2").at("C2"),
          stage("S1"), deal("D1", "S1").at("C1").about("K1"), activity("A1").for_deal("D1")}) {
      bench_.happens(act);
    }
    run_to_end();
  }
  std::vector<std::string> parked() {
    return values(bench_.sql(), "SELECT table_name FROM daybook.parked ORDER BY 1");
  }

  ProjectionBench bench_;
  projections::ProjectorOptions options_;
  bool started_ = false;
};

const std::vector<std::string> kFamily{"crm.activities", "crm.companies", "crm.contacts",
                                       "crm.deals"};
const std::vector<std::string> kNobody;

TEST_F(Parking, KeepsARefusedRowAndWhatNeedsItAside) {
  park_a_family();
  EXPECT_EQ(parked(), kFamily);
  EXPECT_EQ(bench_.value("SELECT sqlstate FROM daybook.parked WHERE table_name = 'crm.companies'"),
            "23514");
  EXPECT_EQ(bench_.value("SELECT message LIKE '%test_refusal%' FROM daybook.parked WHERE "
                         "table_name = 'crm.companies'"),
            "t");
  EXPECT_EQ(bench_.value(
                "SELECT \"row\" ->> 'name' FROM daybook.parked WHERE table_name = 'crm.companies'"),
            "refused");
  EXPECT_EQ(bench_.value("SELECT string_agg(DISTINCT sqlstate, ' ') FROM daybook.parked WHERE "
                         "table_name <> 'crm.companies'"),
            "23503");
  EXPECT_EQ(bench_.differences(), kNoDifference) << "all others are written";
  EXPECT_EQ(bench_.value("SELECT count(*) FROM crm.contacts"), "1");
  EXPECT_EQ(bench_.projector().status().parked, 4U);
  EXPECT_EQ(bench_.projector().status().trouble, "");
}

TEST_F(Parking, LetsLaterOutcomesFlow) {
  park_a_family();
  bench_.happens(company("C3"));
  bench_.happens(patch("C2", "city: 'Oslo'"));
  run_to_end();
  EXPECT_EQ(bench_.differences(), kNoDifference);
  EXPECT_EQ(bench_.value("SELECT count(*) FROM crm.companies"), "2");
}

TEST_F(Parking, HealsAllWhenTheRefusedRecordChanges) {
  park_a_family();
  bench_.happens(patch("C1", "name: 'Welcome'"));
  run_to_end();
  EXPECT_EQ(parked(), kNobody);
  EXPECT_EQ(bench_.differences(), kNoDifference);
  EXPECT_EQ(bench_.value("SELECT count(*) FROM crm.deals"), "1");
  EXPECT_EQ(bench_.projector().status().parked, 0U);
}

TEST_F(Parking, HealsAllWhenItIsAskedToTryAgain) {
  park_a_family();
  refuse_no_more();
  bench_.projector().retry_parked();
  ASSERT_TRUE(bench_.await([&] { return bench_.projector().status().parked == 0; }));
  EXPECT_EQ(parked(), kNobody);
  EXPECT_EQ(bench_.differences(), kNoDifference);
}

TEST_F(Parking, KeepsWhatIsStillRefusedWhenItIsAskedToTryAgain) {
  park_a_family();
  bench_.projector().retry_parked();
  ASSERT_TRUE(bench_.await(
      [&] { return bench_.value("SELECT min(attempts) FROM daybook.parked") == "2"; }));
  EXPECT_EQ(parked(), kFamily);
}

TEST_F(Parking, KeepsTheNewestStateOfAParkedRow) {
  park_a_family();
  bench_.happens(patch("C1", "city: 'Oslo'"));
  run_to_end();
  EXPECT_EQ(bench_.value(
                "SELECT \"row\" ->> 'city' FROM daybook.parked WHERE table_name = 'crm.companies'"),
            "Oslo");
  EXPECT_EQ(parked(), kFamily);
  EXPECT_EQ(bench_.differences(), kNoDifference);
}

TEST_F(Parking, RemembersThemWhenItIsStartedAnew) {
  park_a_family();
  bench_.stop();
  started_ = false;
  run_to_end();
  // Still refused: a start tries them all again, sooner or later than this looks.
  EXPECT_EQ(parked(), kFamily);
  refuse_no_more();
  bench_.happens(patch("C1", "city: 'Oslo'"));
  run_to_end();
  EXPECT_EQ(parked(), kNobody);
  EXPECT_EQ(bench_.differences(), kNoDifference);
}

TEST_F(Parking, ParksAChangeOfARowThatIsThere) {
  bench_.happens(company("C1"));
  run_to_end();
  bench_.happens(patch("C1", "name: 'refused' city: 'Oslo'"));
  run_to_end();
  EXPECT_EQ(parked(), std::vector<std::string>{"crm.companies"});
  EXPECT_EQ(bench_.value("SELECT name FROM crm.companies"), "Company C1")
      << "the row as it was last accepted";
  EXPECT_EQ(bench_.differences(), kNoDifference);
}

TEST_F(Parking, RefusesNothingThatAFollowingOutcomeOfTheBatchPutsRight) {
  // As one batch the newest rows are fine; nothing is tried one by one.
  bench_.happens(refused_company("C1"));
  bench_.happens(patch("C1", "name: 'Welcome'"));
  run_to_end();
  EXPECT_EQ(bench_.projector().status().parked_total, 0U);
  EXPECT_EQ(bench_.differences(), kNoDifference);
}

TEST_F(Parking, WritesTogetherWhatOnlyTogetherIsRight) {
  // A refused company in the same outcome as two users that swap their e-mails.
  bench_.happens(user("U1"));
  bench_.happens(user("U2"));
  run_to_end();
  bench_.happens_together({refused_company("C1"), patch("U1", "email: 'between@example.com'"),
                           patch("U2", "email: 'u1@example.com'"),
                           patch("U1", "email: 'u2@example.com'")});
  run_to_end();
  EXPECT_EQ(parked(), std::vector<std::string>{"crm.companies"});
  EXPECT_EQ(bench_.differences(), kNoDifference);
}

TEST_F(Parking, DoesNotStopALargeBatch) {
  bench_.happens(refused_company("C1"));
  run_to_end();
  bench_.source().hold(true);
  bench_.happens(patch("C1", "city: 'Bern'"));
  // More rows than the server has locks for.
  constexpr int kOutcomes = 25;
  for (int outcome = 0; outcome < kOutcomes; ++outcome) {
    std::vector<Act> acts;
    for (int i = 0; i < 1'000; ++i)
      acts.push_back(company("C" + std::to_string(100 + outcome * 1'000 + i)));
    bench_.happens_together(acts);
  }
  bench_.source().hold(false);
  ASSERT_TRUE(bench_.await_end());
  EXPECT_EQ(bench_.value("SELECT count(*) FROM crm.companies"), std::to_string(kOutcomes * 1'000));
  EXPECT_EQ(parked(), std::vector<std::string>{"crm.companies"});
}

TEST_F(Parking, StopsWithItsReasonWhenTooManyAreRefused) {
  options_.parked_per_minute_max = 2;
  for (int i = 0; i < 20; ++i) bench_.happens(refused_company("C" + std::to_string(i)));
  bench_.start(options_);
  EXPECT_NE(bench_.await_trouble().find("projector.too_many_parked"), std::string::npos);
  const auto is_stopped = [&] {
    return !bench_.projector().status().running && !bench_.projector().status().trouble.empty() &&
           bench_.value("SELECT count(*) FROM daybook.parked") == "3";
  };
  EXPECT_TRUE(bench_.stays(is_stopped)) << "only an operator knows when it can go on";
  refuse_no_more();
  bench_.projector().retry_parked();
  ASSERT_TRUE(bench_.await_end());
  EXPECT_EQ(parked(), kNobody);
}

TEST_F(Parking, IsOnlyForRefusedData) {
  // Not a row's fault: the tables lack a privilege. It stops, and goes on when that is mended.
  const std::string role = bench_.value("SELECT daybook.role_name('projector')");
  run(bench_.sql(), "REVOKE INSERT ON crm.companies FROM " + role);
  bench_.happens(company("C1"));
  bench_.start();
  EXPECT_NE(bench_.await_trouble().find("42501"), std::string::npos)
      << bench_.projector().status().trouble;
  EXPECT_EQ(parked(), kNobody);
  run(bench_.sql(), "GRANT INSERT ON crm.companies TO " + role);
  ASSERT_TRUE(bench_.await_end());
  EXPECT_EQ(bench_.differences(), kNoDifference);
}

}  // namespace
}  // namespace daybook::test
