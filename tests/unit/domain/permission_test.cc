// Who may change what: every role, for every kind of action (X-6 and the decisions on tenancy).
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "domain/core/schema.h"
#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

// U1 is the ADMIN, U2 the MANAGER, U3 the USER who owns everything, U4 the VIEWER, U5 a USER who
// owns nothing, U6 a USER who is assigned the activities, U7 an inactive ADMIN.
Specification office() {
  const auto mine = [](const Act& act) { return act.by("U3"); };
  return given(organization(), admin("U1"), manager("U2"), user("U3"), viewer("U4"), user("U5"),
               user("U6"), admin("U7"), simply("deactivate_user", "U7"), stage("S1"), stage("S2"),
               mine(company("C1")), mine(company("C2")), remove("C2"), mine(contact("K1")).at("C1"),
               mine(contact("K2")), remove("K2"), mine(deal("D1", "S1")), mine(deal("D2", "S1")),
               remove("D2"), mine(activity("A1")).assigned_to("U6"),
               mine(activity("A2")).assigned_to("U6"), remove("A2"), mine(filter("F1")),
               mine(field("XC1", "C1", "A", "1")), mine(field("XK1", "K1", "A", "1")),
               mine(field("XD1", "D1", "A", "1")), use("F1").by("U3"));
}

// What happens to an action: the letters of those to whom it is allowed (A admin, M manager, O
// owner, V viewer, S stranger, W worker assigned). Everybody else is told `refusal`, but
// "not_allowed" if it is a VIEWER or one of those who see the record.
struct Rule {
  Act act;
  std::string allowed;
  std::string refusal = "not_allowed";
  std::string see = "";
};

void add_record_actions(std::vector<Rule>& rules) {
  const auto owned = [&](const Act& act, const std::string& refusal) {
    rules.push_back({act, "AMO", refusal});
  };
  for (const Act& each : {patch("C1", "city: 'Oslo'"), remove("C1"), restore("C2"),
                          add_external_id("C1", "erp", "1")}) {
    owned(each, "company.not_found");
  }
  for (const Act& each :
       {patch("K1", "job_title: 'CTO'"), join("K1", "C1"), simply("leave_company", "K1"),
        simply("make_primary_contact", "K1"), simply("clear_primary_contact", "K1"), remove("K1"),
        restore("K2"), add_external_id("K1", "erp", "1")}) {
    owned(each, "contact.not_found");
  }
  for (const Act& each : {patch("D1", "value: 5"), relink("D1", "company_id: '@C1'"),
                          move("D1", "S2"), simply("win_deal", "D1"), simply("lose_deal", "D1"),
                          simply("postpone_deal", "D1"), cancel("D1"), reopen("D1"), remove("D1"),
                          restore("D2"), add_external_id("D1", "erp", "1")}) {
    owned(each, "deal.not_found");
  }
  for (const Act& each :
       {patch("A1", "location: 'Oslo'"), relink("A1", "deal_id: '@D1'"),
        simply("start_activity", "A1"), simply("complete_activity", "A1"), reopen("A1"),
        cancel("A1"), simply("mark_activity_overdue", "A1"), reassign("A1", "U3"), remove("A1"),
        restore("A2"), add_external_id("A1", "erp", "1")}) {
    rules.push_back({each, "AMOW", "activity.not_found"});
  }
  for (const Act& each :
       {patch("F1", "tags: 'x'"), remove("F1"), add_external_id("F1", "erp", "1")}) {
    owned(each, "saved_filter.not_found");
  }
  rules.push_back({use("F1"), "AMOV", "saved_filter.not_found"});
}

void add_custom_field_actions(std::vector<Rule>& rules) {
  for (const auto& [name, parent, kind] :
       {std::tuple("XC1", "C1", "company"), std::tuple("XK1", "K1", "contact"),
        std::tuple("XD1", "D1", "deal")}) {
    rules.push_back({field(name, parent, "A", "2"), "AMO", std::string(kind) + ".not_found"});
    rules.push_back({remove_field(name, parent, "A"), "AMO", std::string(kind) + ".not_found"});
    rules.push_back(
        {add_external_id(name, "erp", "1"), "AMO", std::string(kind) + "_custom_field.not_found"});
  }
}

std::vector<Rule> rules() {
  std::vector<Rule> rules;
  add_record_actions(rules);
  add_custom_field_actions(rules);
  for (const Act& each : {company("C9"), contact("K9"), deal("D9", "S1"), activity("A9"),
                          logged("A9"), filter("F9")}) {
    rules.push_back({each, "AMOSW"});
    rules.push_back({each.imported(), "AM"});
    rules.push_back({each.owned_by("U2"), "AM"});
  }
  rules.push_back({assign("C1", "U5"), "AM", "company.not_found", "O"});
  rules.push_back({assign("K1", "U5"), "AM", "contact.not_found", "O"});
  rules.push_back({assign("D1", "U5"), "AM", "deal.not_found", "O"});
  rules.push_back({assign("A1", "U5"), "AM", "activity.not_found", "OW"});
  rules.push_back({assign("F1", "U5"), "AM", "saved_filter.not_found", "O"});
  for (const Act& each :
       {stage("S9"), patch("S1", "name: 'A'"), move_stage("S1", 7),
        simply("retire_pipeline_stage", "S1"), simply("reactivate_pipeline_stage", "S1"),
        remove("S2"), add_external_id("S1", "erp", "1"), purge_uses(kNow)}) {
    rules.push_back({each, "AM"});
  }
  for (const Act& each :
       {user("U9"), simply("change_user_role", "U5").with("role: USER_ROLE_VIEWER"),
        simply("activate_user", "U7"), simply("deactivate_user", "U5"),
        add_external_id("U5", "hr", "1"), act("patch_organization", "set { name: 'B' }")}) {
    rules.push_back({each, "A"});
  }
  rules.push_back({patch("U3", "first_name: 'Ada'"), "AO"});
  rules.push_back({patch("U4", "first_name: 'Ada'"), "AV"});
  return rules;
}

const std::map<char, std::string>& people() {
  static const std::map<char, std::string> who{{'A', "U1"}, {'M', "U2"}, {'O', "U3"},
                                               {'V', "U4"}, {'S', "U5"}, {'W', "U6"}};
  return who;
}

TEST(Permission, EveryRoleForEveryKindOfAction) {
  for (const Rule& rule : rules()) {
    for (const auto& [letter, name] : people()) {
      SCOPED_TRACE(std::string(1, letter) + " " + rule.act.action.ShortDebugString());
      auto spec = office();
      spec.as(name).when(rule.act);
      if (rule.allowed.find(letter) != std::string::npos) {
        spec.then_accepted();
        continue;
      }
      EXPECT_EQ(spec.outcome().events_size(), 0);
      ASSERT_EQ(spec.outcome().violations_size(), 1) << describe(spec.outcome());
      const bool sees = letter == 'V' || rule.see.find(letter) != std::string::npos;
      EXPECT_EQ(spec.outcome().violations(0).code(), sees ? "not_allowed" : rule.refusal);
    }
  }
}

TEST(Permission, TheIntegrationMayDoWhatAdminMay) {
  for (const Rule& rule : rules()) {
    SCOPED_TRACE(rule.act.action.ShortDebugString());
    office().when(rule.act).then_accepted();
  }
}

TEST(Permission, NobodyElseActs) {
  auto spec = office();
  for (const char* who : {"U7", "U8", "'hr/nobody'", "'0a000000-0000-4000-8000-000000000001'"}) {
    for (const Rule& rule : rules()) {
      spec.as(who).when(rule.act).then_rejected("actor.unknown", ErrorKind::kNotAllowed, "actor");
    }
  }
  for (const char* who : {"'nobody'", "'Integration'", "'INTEGRATION'"}) {
    spec.as(who).when(company("C9")).then_rejected("actor.malformed", ErrorKind::kInvalid, "actor");
  }
}

TEST(Permission, TheMatrixHasEveryAction) {
  std::set<int> covered{Action::kCreateOrganization};  // organization_test.cc
  for (const Rule& rule : rules()) covered.insert(rule.act.action.action_case());
  for (const schema::ActionInfo& info : schema::actions()) {
    EXPECT_EQ(covered.count(info.field->number()), 1U) << info.field->name() << " has no row";
  }
}

}  // namespace
}  // namespace daybook::test
