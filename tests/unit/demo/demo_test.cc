// The demo data set, decided and folded in memory: every fact as demo.ndjson gives it, at whatever
// moment it is loaded.
#include "apps/daybook/demo/demo.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "commands/codec/decode.h"
#include "domain/core/time.h"
#include "domain/core/uuid.h"
#include "domain/decide/command.h"
#include "domain/state/state.h"
#include "schemas/activity.pb.h"
#include "schemas/company.pb.h"
#include "schemas/contact.pb.h"
#include "schemas/deal.pb.h"
#include "schemas/pipeline_stage.pb.h"
#include "schemas/user.pb.h"
#include "tests/support/memory_state_store.h"

namespace daybook::demo {
namespace {

using codec::ContentType;

std::string file_text(const std::string& name) {
  std::ifstream file(std::string(DAYBOOK_SOURCE_DIR) + "/apps/daybook/demo/" + name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string record_id(const std::string& entity, const std::string& name) {
  return external_record_id(organization_id(), entity, "demo", name);
}

// A state into which the demo data was loaded, one millisecond for each command.
class Loaded {
 public:
  explicit Loaded(std::int64_t t0) : t0_(t0), state_(store_), now_(t0) {
    decide(create_organization());
    for (const std::string& json : commands_json(t0)) {
      ++now_;
      auto command = codec::decode_command(json, ContentType::kJson);
      if (!command) {
        ADD_FAILURE() << json << ": " << command.error().front().path << ": "
                      << command.error().front().detail;
        continue;
      }
      decide(*command);
    }
    view_ = state_.view(organization_id());
  }

  // The outcomes as bytes.
  [[nodiscard]] const std::vector<std::string>& outcomes() const { return outcomes_; }
  [[nodiscard]] std::int64_t t0() const { return t0_; }

  template <class Message>
  [[nodiscard]] const Message& get(Entity entity, const std::string& word,
                                   const std::string& name) const {
    const auto* found = view_->find<Message>(entity, record_id(word, name));
    EXPECT_NE(found, nullptr) << name;
    return found != nullptr ? *found : Message::default_instance();
  }
  [[nodiscard]] const deal::Deal& deal(const std::string& name) const {
    return get<deal::Deal>(ENTITY_DEAL, "deal", name);
  }
  [[nodiscard]] const activity::Activity& activity(const std::string& name) const {
    return get<activity::Activity>(ENTITY_ACTIVITY, "activity", name);
  }
  [[nodiscard]] const contact::Contact& contact(const std::string& name) const {
    return get<contact::Contact>(ENTITY_CONTACT, "contact", name);
  }
  [[nodiscard]] const company::Company& company(const std::string& name) const {
    return get<company::Company>(ENTITY_COMPANY, "company", name);
  }

  [[nodiscard]] log::Outcome outcome_of(const Command& command) {
    log::Outcome outcome = decide_command(command, "", state_, now_);
    (void)state_.commit();
    return outcome;
  }

 private:
  void decide(const Command& command) {
    const log::Outcome outcome = outcome_of(command);
    EXPECT_EQ(outcome.kind(), log::OUTCOME_KIND_ACCEPTED) << outcome.ShortDebugString();
    EXPECT_TRUE(outcome.notices().empty()) << outcome.ShortDebugString();
    outcomes_.push_back(outcome.SerializeAsString());
  }

  test::MemoryStateStore store_;
  std::int64_t t0_;
  State state_;
  std::int64_t now_;
  std::unique_ptr<View> view_;
  std::vector<std::string> outcomes_;
};

const std::vector<std::string> kCompanies{"C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8"};
const std::vector<std::string> kContacts{"K1", "K2", "K3", "K4", "K5", "K6", "K7"};
const std::vector<std::string> kDeals{"D1", "D2", "D3", "D4", "D5", "D6", "D7"};
const std::vector<std::string> kActivities{"A1", "A2", "A3", "A4", "A5", "A6"};

struct Total {
  int count = 0;
  std::int64_t value = 0;
  friend bool operator==(const Total&, const Total&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Total& total) {
    return out << total.count << " / " << total.value;
  }
};

class DemoData : public ::testing::TestWithParam<std::int64_t> {
 protected:
  const Loaded loaded_{GetParam()};
};

TEST_P(DemoData, HasTheDocumentedNumberOfRecords) {
  EXPECT_EQ(commands_json(GetParam()).size(), 3U + 8U + 7U + 6U + 7U + 6U);
  for (const char* name : {"U1", "U2", "U3"})
    (void)loaded_.get<user::User>(ENTITY_USER, "user", name);
  for (const std::string& name : kCompanies) (void)loaded_.company(name);
  for (const std::string& name : kContacts) (void)loaded_.contact(name);
  for (const std::string& name : kDeals) (void)loaded_.deal(name);
  for (const std::string& name : kActivities) (void)loaded_.activity(name);
}

TEST_P(DemoData, HasTheDocumentedPipeline) {
  std::map<std::string, Total> open_by_stage;
  Total won;
  std::int64_t all = 0;
  std::int64_t weighted = 0;
  for (const std::string& name : kDeals) {
    const deal::Deal& deal = loaded_.deal(name);
    all += deal.fields().value();
    Total& total = deal.status() == deal::DEAL_STATUS_WON ? won : open_by_stage[deal.stage_id()];
    ++total.count;
    total.value += deal.fields().value();
    if (deal.status() == deal::DEAL_STATUS_OPEN)
      weighted += deal.fields().value() * deal.fields().probability();
  }
  EXPECT_EQ(all, 113'300'000);
  EXPECT_EQ(weighted, 50'030'000LL * 100);
  EXPECT_EQ(won, (Total{1, 3'500'000}));
  const std::map<std::string, Total> expected{{record_id("pipeline_stage", "S0"), {2, 10'300'000}},
                                              {record_id("pipeline_stage", "S1"), {1, 15'000'000}},
                                              {record_id("pipeline_stage", "S2"), {2, 72'500'000}},
                                              {record_id("pipeline_stage", "S3"), {1, 12'000'000}}};
  EXPECT_EQ(open_by_stage, expected);
}

TEST_P(DemoData, BelongsToTheDocumentedOwners) {
  std::map<std::string, Total> deals;
  std::map<std::string, int> activities;
  std::map<std::string, int> contacts;
  int primaries = 0;
  for (const std::string& name : kDeals) {
    Total& total = deals[loaded_.deal(name).ownership().owner_id()];
    ++total.count;
    total.value += loaded_.deal(name).fields().value();
  }
  for (const std::string& name : kActivities) {
    ++activities[loaded_.activity(name).ownership().owner_id()];
    EXPECT_EQ(loaded_.activity(name).assigned_to_id(),
              loaded_.activity(name).ownership().owner_id());
  }
  for (const std::string& name : kContacts) {
    ++contacts[loaded_.contact(name).ownership().owner_id()];
    primaries += loaded_.contact(name).is_primary() ? 1 : 0;
  }
  const std::string sarah = record_id("user", "U1");
  const std::string mike = record_id("user", "U2");
  const std::string alex = record_id("user", "U3");
  EXPECT_EQ(deals,
            (std::map<std::string, Total>{
                {sarah, {3, 65'500'000}}, {mike, {2, 18'500'000}}, {alex, {2, 29'300'000}}}));
  EXPECT_EQ(activities, (std::map<std::string, int>{{sarah, 3}, {mike, 1}, {alex, 2}}));
  EXPECT_EQ(contacts, (std::map<std::string, int>{{sarah, 3}, {mike, 2}, {alex, 2}}));
  EXPECT_EQ(primaries, 6);
}

TEST_P(DemoData, HasTheDocumentedCompanies) {
  std::int64_t revenue = 0;
  std::int64_t employees = 0;
  for (const std::string& name : kCompanies) {
    revenue += loaded_.company(name).fields().annual_revenue();
    employees += loaded_.company(name).fields().employee_count();
  }
  EXPECT_EQ(revenue, 17'893'000'000);
  EXPECT_EQ(employees, 2'803);
}

// What ordinary commands would have made otherwise.
TEST_P(DemoData, KeepsTheFactsThatRulesWouldChange) {
  EXPECT_EQ(loaded_.deal("D5").status(), deal::DEAL_STATUS_WON);
  EXPECT_EQ(date_text(loaded_.deal("D5").actual_close_date()), "2025-01-28");
  EXPECT_EQ(loaded_.deal("D7").company_id(), record_id("company", "C7"));
  EXPECT_EQ(loaded_.deal("D7").contact_id(), record_id("contact", "K1"));
  EXPECT_EQ(loaded_.contact("K1").company_id(), record_id("company", "C1"));
  EXPECT_EQ(loaded_.activity("A5").links().deal_id(), record_id("deal", "D7"));
  EXPECT_FALSE(loaded_.activity("A5").links().has_contact_id());
}

TEST_P(DemoData, IsDatedByTheMomentOfLoading) {
  const auto days = [&](int count) { return loaded_.t0() + count * kMillisecondsPerDay; };
  for (const std::string& name : kDeals) {
    EXPECT_EQ(loaded_.deal(name).record().created_at(), loaded_.t0()) << name;
    EXPECT_EQ(loaded_.deal(name).record().updated_at(), loaded_.t0()) << name;
  }
  for (const std::string& name : kContacts) {
    EXPECT_EQ(loaded_.contact(name).record().updated_at(), loaded_.t0()) << name;
  }
  EXPECT_EQ(loaded_.activity("A1").completed_at(), days(-7));
  EXPECT_EQ(loaded_.activity("A2").completed_at(), days(-2));
  EXPECT_EQ(loaded_.activity("A6").completed_at(), days(-1));
  EXPECT_EQ(loaded_.activity("A3").fields().due_date(), days(7));
  EXPECT_EQ(loaded_.activity("A4").fields().due_date(), days(3));
  EXPECT_EQ(loaded_.activity("A5").fields().due_date(), days(14));
  EXPECT_EQ(loaded_.activity("A5").status(), activity::ACTIVITY_STATUS_IN_PROGRESS);
}

TEST_P(DemoData, ComesOutTheSameWhenLoadedAgain) {
  const Loaded again(GetParam());
  EXPECT_EQ(again.outcomes(), loaded_.outcomes());
}

INSTANTIATE_TEST_SUITE_P(AtSomeMoments, DemoData,
                         ::testing::Values(1'742'032'800'123LL, 1'789'000'000'000LL));

TEST(DemoCommands, RepeatThemselvesOnAnotherDay) {
  EXPECT_EQ(commands_json(1'742'032'800'123), commands_json(1'742'032'800'123));
  EXPECT_NE(commands_json(1'742'032'800'123), commands_json(1'742'032'800'124));
}

TEST(DemoCommands, HaveIdsOfTheirOwn) {
  std::set<std::string> ids{create_organization().command_id()};
  for (const std::string& json : commands_json(0)) {
    const auto command = codec::decode_command(json, ContentType::kJson);
    ASSERT_TRUE(command.has_value()) << json;
    EXPECT_EQ(command->organization_id(), organization_id());
    EXPECT_EQ(command->actor(), "integration");
    EXPECT_TRUE(command->action().has_import());
    ids.insert(command->command_id());
  }
  EXPECT_EQ(ids.size(), 38U);
}

TEST(DemoFiles, AgreeWithTheCode) {
  const std::string names = file_text("demo.env");
  EXPECT_NE(names.find("\ndemo_organization=" + organization_id() + "\n"), std::string::npos);
  EXPECT_NE(names.find("\ndemo_shown_command=" + command_id("D5") + "\n"), std::string::npos);
}

// It has to decode: only a decided command has an outcome in the log, and a receipt.
TEST(DemoFiles, HaveACommandThatIsRefusedForSeveralReasons) {
  const auto command = codec::decode_command(file_text("refused.json"), ContentType::kJson);
  ASSERT_TRUE(command.has_value());
  EXPECT_EQ(command->command_id(), command_id("refused"));
  EXPECT_EQ(command->organization_id(), organization_id());
  Loaded loaded(1'742'032'800'123);
  const log::Outcome outcome = loaded.outcome_of(*command);
  EXPECT_EQ(outcome.kind(), log::OUTCOME_KIND_REJECTED);
  std::set<std::string> paths;
  for (const log::Violation& violation : outcome.violations()) paths.insert(violation.path());
  EXPECT_EQ(paths, (std::set<std::string>{"title", "value", "currency", "probability"}));
}

}  // namespace
}  // namespace daybook::demo
