// Given events, when they are folded, then these are the rows: the same however often, and in
// whatever portions.
#include <gtest/gtest.h>

#include <map>

#include "domain/state/columns.h"
#include "domain/state/keys.h"
#include "projections/rows.h"
#include "tests/support/domain_specification.h"

namespace daybook::test {  // the domain's language
namespace {

using namespace projections;

using Row = std::map<std::string, std::string>;

Row row_in(const State& state, const std::string& name) {
  const Entity entity = entity_of(name);
  const RowChange change = row_of(entity, std::string(kOrganization), id(name),
                                  state.find(std::string(kOrganization), entity, id(name)));
  Row row;
  for (std::size_t i = 0; change.values && i < change.values->size(); ++i) {
    if ((*change.values)[i]) row[columns_of(entity)[i]] = *(*change.values)[i];
  }
  return row;
}

// A history as outcomes, and the state that they give.
class History {
 public:
  explicit History(const std::vector<Act>& acts) : specification_({}) {
    for (const Act& act : acts) {
      specification_.after(act);
      outcomes_.push_back(specification_.outcome());
    }
  }
  [[nodiscard]] const std::vector<log::Outcome>& outcomes() const { return outcomes_; }
  [[nodiscard]] Row row(const std::string& name) { return row_in(specification_.state(), name); }

 private:
  Specification specification_;
  std::vector<log::Outcome> outcomes_;
};

const std::vector<Act> kDealHistory{
    organization(),
    admin("U1"),
    company("C1").owned_by("U1"),
    contact("K1").at("C1").primary(),
    stage("S1"),
    stage("S2", "CLOSED_WON"),
    deal("D1", "S1").at("C1").about("K1").with("fields { value: 8500000 }"),
    move("D1", "S2"),
    assign("D1", "U1"),
    patch("D1", "title: 'Great deal'", {"value"}),
    field("XD1", "D1", "Code", "A-1"),
    filter("F1"),
    use("F1"),
    use("F1")};

TEST(RowHistory, EndsWithTheNewestState) {
  History history(kDealHistory);
  const Row deal = history.row("D1");
  EXPECT_EQ(deal.at("title"), "Great deal");
  EXPECT_EQ(deal.at("status"), "WON");
  EXPECT_EQ(deal.at("actual_close_date"), "2025-03-15");
  EXPECT_EQ(deal.at("stage_id"), id("S2"));
  EXPECT_EQ(deal.at("company_id"), id("C1"));
  EXPECT_EQ(deal.at("contact_id"), id("K1"));
  EXPECT_EQ(deal.at("owner_id"), id("U1"));
  EXPECT_EQ(deal.at("organization_id"), kOrganization);
  EXPECT_EQ(deal.at("created_at"), "2025-03-15 10:00:00.000");
  EXPECT_EQ(deal.count("value"), 0U);
  EXPECT_EQ(history.row("K1").at("is_primary"), "t");
  EXPECT_EQ(history.row("XD1").at("deal_id"), id("D1"));
  EXPECT_EQ(history.row("F1").at("use_count"), "2");
}

TEST(RowHistory, GivesTheSameRowsHoweverOftenItIsFolded) {
  History history(kDealHistory);
  std::map<std::string, std::optional<std::vector<std::optional<std::string>>>> first;
  for (int times = 0; times < 3; ++times) {
    MemoryStateStore store;
    State state(store);
    auto& rows = first;
    std::map<std::string, std::optional<std::vector<std::optional<std::string>>>> again;
    for (log::Outcome outcome : history.outcomes()) {
      state.begin();
      for (log::Event& event : *outcome.mutable_events()) {
        ASSERT_TRUE(state.apply(outcome.organization_id(), event, outcome.decided_at()));
      }
      for (const State::Change& change : state.commit()) {
        if (!keys::is_record(change.key())) continue;
        const auto key = keys::parse_record(change.key());
        again[change.key()] =
            row_of(key.entity, key.organization_id, key.id, change.value().record.get()).values;
      }
    }
    if (times == 0) rows = again;
    EXPECT_EQ(again, rows);
    EXPECT_EQ(again.size(), 11U);
  }
}

TEST(RowHistory, CannotFoldAnEventTwice) {
  History history({organization(), company("C1")});
  MemoryStateStore store;
  State state(store);
  for (log::Outcome outcome : history.outcomes()) {
    for (log::Event& event : *outcome.mutable_events()) {
      ASSERT_TRUE(state.apply(outcome.organization_id(), event, outcome.decided_at()));
      EXPECT_FALSE(state.apply(outcome.organization_id(), event, outcome.decided_at()));
    }
  }
}

TEST(RowHistory, MarksADeletedRecordAndKeepsItsRow) {
  History deleted({organization(), company("C1"), remove("C1")});
  EXPECT_EQ(deleted.row("C1").at("is_deleted"), "t");
  EXPECT_EQ(deleted.row("C1").at("deleted_at"), "2025-03-15 10:00:00.000");
  History restored({organization(), company("C1"), remove("C1"), restore("C1")});
  EXPECT_EQ(restored.row("C1").at("is_deleted"), "f");
  EXPECT_EQ(restored.row("C1").count("deleted_at"), 0U);
}

TEST(RowHistory, HasNoRowForWhatIsRemovedForGood) {
  EXPECT_TRUE(History({organization(), filter("F1"), remove("F1")}).row("F1").empty());
  EXPECT_TRUE(History({organization(), stage("S1"), remove("S1")}).row("S1").empty());
  const auto field_row = [](const std::vector<Act>& more) {
    std::vector<Act> acts{organization(), company("C1"), field("XC1", "C1", "Code", "1")};
    acts.insert(acts.end(), more.begin(), more.end());
    return History(acts).row("XC1");
  };
  EXPECT_TRUE(field_row({remove_field("XC1", "C1", "Code")}).empty());
  EXPECT_EQ(field_row({}).at("field_value"), "1");
  EXPECT_EQ(field_row({remove_field("XC1", "C1", "Code"), field("XC1", "C1", "Code", "2")})
                .at("field_value"),
            "2");
}

}  // namespace
}  // namespace daybook::test
