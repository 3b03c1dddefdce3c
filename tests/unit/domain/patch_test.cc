// Patches: what really changes, and applying it.
#include "domain/core/patch.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "domain/core/steps.h"
#include "schemas/company.pb.h"
#include "schemas/saved_filter.pb.h"

namespace daybook {
namespace {

company::CompanyFields fields(const std::string& text) {
  company::CompanyFields parsed;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &parsed));
  return parsed;
}
FieldNames names(const std::vector<std::string>& list) { return {list.begin(), list.end()}; }

struct Reduced {
  bool any = false;
  std::string set;
  std::vector<std::string> clear;
  friend bool operator==(const Reduced&, const Reduced&) = default;
};
Reduced reduced(const std::string& current, const std::string& given,
                const std::vector<std::string>& cleared = {}) {
  company::CompanyFields set = fields(given);
  FieldNames clear = names(cleared);
  const bool any = patch::reduce(fields(current), set, clear);
  return {any, set.ShortDebugString(), {clear.begin(), clear.end()}};
}

TEST(Patch, KeepsWhatDiffers) {
  EXPECT_EQ(reduced("name: 'A' city: 'Oslo'", "name: 'A' city: 'Rome' state: 'X'"),
            (Reduced{true, "city: \"Rome\" state: \"X\"", {}}));
  EXPECT_EQ(reduced("name: 'A' city: 'Oslo'", "", {"city", "state"}),
            (Reduced{true, "", {"city"}}));
  EXPECT_EQ(reduced("name: 'A' employee_count: 5", "name: 'A' employee_count: 5", {"state"}),
            (Reduced{false, "", {}}));
  EXPECT_EQ(reduced("name: 'A'", ""), (Reduced{false, "", {}}));
  EXPECT_EQ(reduced("name: 'A'", "", {"no_such_field"}), (Reduced{false, "", {}}));
}

TEST(Patch, AValueIsNotTheSameAsNone) {
  saved_filter::SavedFilterFields current;
  saved_filter::SavedFilterFields set;
  set.set_is_public(false);
  FieldNames clear;
  EXPECT_TRUE(patch::reduce(current, set, clear));
  EXPECT_TRUE(set.has_is_public());
}

TEST(Patch, ComparesMessagesInside) {
  saved_filter::SavedFilterFields current;
  current.mutable_filter_config()->add_groups()->add_conditions()->set_field("a");
  saved_filter::SavedFilterFields same = current;
  FieldNames clear;
  EXPECT_FALSE(patch::reduce(current, same, clear));
  saved_filter::SavedFilterFields other = current;
  other.mutable_filter_config()->mutable_groups(0)->mutable_conditions(0)->set_field("b");
  EXPECT_TRUE(patch::reduce(current, other, clear));
}

TEST(Patch, IsApplied) {
  company::CompanyFields target = fields("name: 'A' city: 'Oslo' state: 'X'");
  patch::apply(target, fields("city: 'Rome' phone: '5'"),
               names({"state", "website", "no_such_field"}));
  EXPECT_EQ(target.ShortDebugString(),
            fields("name: 'A' city: 'Rome' phone: '5'").ShortDebugString());
}

TEST(Patch, ReplacesMessagesInside) {
  saved_filter::SavedFilterFields target;
  target.mutable_filter_config()->add_groups()->add_conditions()->set_field("a");
  saved_filter::SavedFilterFields set;
  set.mutable_filter_config()->add_groups()->add_conditions()->set_field("b");
  patch::apply(target, set, {});
  ASSERT_EQ(target.filter_config().groups_size(), 1);
  EXPECT_EQ(target.filter_config().groups(0).conditions(0).field(), "b");
}

TEST(Patch, ReducingAndApplyingGivesWhatWasAsked) {
  for (const char* current : {"name: 'A'", "name: 'A' city: 'Oslo' phone: '1'", "city: 'Rome'"}) {
    company::CompanyFields whole = fields(current);
    patch::apply(whole, fields("name: 'B' city: 'Rome'"), names({"phone"}));
    company::CompanyFields part = fields(current);
    company::CompanyFields set = fields("name: 'B' city: 'Rome'");
    FieldNames clear = names({"phone"});
    patch::reduce(fields(current), set, clear);
    patch::apply(part, set, clear);
    EXPECT_EQ(part.ShortDebugString(), whole.ShortDebugString());
  }
}

company::Company company_at(const std::string& city) {
  company::Company state;
  state.mutable_record()->set_id("c");
  state.mutable_fields()->set_city(city);
  return state;
}
Decision moving_to(const std::string& city, const std::string& id = "c") {
  Decision decision;
  company::Event event;
  event.mutable_changed()->mutable_set()->set_city(city);
  decision.add(id, std::move(event));
  decision.notice("moved", "to " + city);
  return decision;
}
void follow(company::Company& state, const log::Event& event) {
  patch::apply(*state.mutable_fields(), event.company().changed().set(),
               event.company().changed().clear());
}

TEST(Steps, EachSeesWhatTheEarlierOnesLeave) {
  Steps<company::Company> steps(company_at("Oslo"), follow);
  EXPECT_EQ(steps.state().fields().city(), "Oslo");
  steps.then(moving_to("Rome"));
  EXPECT_EQ(steps.state().fields().city(), "Rome");
  steps.then(moving_to("Lima", "another record"));
  EXPECT_EQ(steps.state().fields().city(), "Rome");
  const auto decision = std::move(steps).decision();
  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->events.size(), 2U);
  EXPECT_EQ(decision->notices.size(), 2U);
}

TEST(Steps, NothingIsAddedAfterARefusal) {
  Steps<company::Company> steps(company_at("Oslo"), follow);
  steps.then(moving_to("Rome"));
  steps.then(fail(ErrorKind::kRejected, "first", ""));
  steps.then(moving_to("Lima"));
  steps.then(fail(ErrorKind::kRejected, "second", ""));
  EXPECT_EQ(steps.state().fields().city(), "Rome");
  const auto decision = std::move(steps).decision();
  ASSERT_FALSE(decision.has_value());
  EXPECT_EQ(decision.error().code, "first");
}

}  // namespace
}  // namespace daybook
