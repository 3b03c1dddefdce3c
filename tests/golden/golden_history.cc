#include "tests/golden/golden_history.h"

#include <stdexcept>

#include "domain/decide/command.h"
#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

std::vector<Act> beginnings() {
  return {organization(),
          act("patch_organization", "set { name: 'Acme' }"),
          admin("U1"),
          user("U2"),
          patch("U2", "locale: 'de'", {"timezone"}),
          simply("change_user_role", "U2").with("role: USER_ROLE_MANAGER"),
          simply("deactivate_user", "U2"),
          simply("activate_user", "U2"),
          add_external_id("U2", "hr", "2"),
          company("C1").imported("created_at: 1000 updated_at: 2000"),
          company("C2"),
          patch("C1", "city: 'Oslo' annual_revenue: 500", {"phone"}),
          assign("C1", "U1"),
          remove("C2"),
          restore("C2"),
          add_external_id("C2", "erp", "2"),
          stage("S1"),
          stage("S4", "CLOSED_WON"),
          stage("S5", "CLOSED_LOST"),
          stage("S9").with("position: 1"),
          patch("S9", "color: '#3B82F6'"),
          move_stage("S9", 7),
          simply("retire_pipeline_stage", "S9"),
          simply("reactivate_pipeline_stage", "S9"),
          add_external_id("S9", "erp", "9"),
          remove("S9")};
}

std::vector<Act> people() {
  return {contact("K1").at("C1").primary().owned_by("U1"),
          contact("K2").at("C2").primary(),
          patch("K1", "email: 'ada@example.com'"),
          join("K2", "C1"),
          simply("make_primary_contact", "K1"),
          simply("leave_company", "K2"),
          simply("clear_primary_contact", "K1"),
          assign("K2", "U1"),
          add_external_id("K2", "erp", "2"),
          remove("K2"),
          restore("K2"),
          field("XC1", "C1", "Colour", "red"),
          field("XK1", "K1", "Colour", "blue"),
          field("XD1", "D1", "Colour", "green"),
          remove_field("XC1", "C1", "Colour"),
          add_external_id("XK1", "erp", "1")};
}

std::vector<Act> work() {
  return {patch("D1", "value: 500", {"probability"}),
          relink("D1", "company_id: '@C1' contact_id: '@K1'"),
          move("D1", "S5"),
          reopen("D1", "S1"),
          simply("win_deal", "D1"),
          simply("lose_deal", "D1"),
          simply("postpone_deal", "D1"),
          cancel("D1"),
          reopen("D1"),
          assign("D1", "U1"),
          add_external_id("D1", "erp", "1"),
          remove("D1"),
          restore("D1"),
          activity("A1").for_deal("D1").owned_by("U1"),
          logged("A2").imported("completed_at: 3000"),
          patch("A1", "location: 'Oslo'"),
          relink("A1", "", {"contact_id"}),
          simply("start_activity", "A1"),
          simply("complete_activity", "A1"),
          reopen("A1"),
          simply("mark_activity_overdue", "A1"),
          cancel("A1"),
          reassign("A1", ""),
          assign("A1", "U2"),
          add_external_id("A1", "erp", "1"),
          remove("A1"),
          restore("A1"),
          filter("F1"),
          filter("F2"),
          patch("F1", "tags: 'a,b'"),
          use("F1", "execution_time: 3 result_count: 4"),
          use("F2"),
          add_external_id("F1", "erp", "1"),
          assign("F1", "U1"),
          remove("F2"),
          purge_uses(kNow + 75'500),
          use("F1")};
}

}  // namespace

std::vector<log::Outcome> golden_history() {
  MemoryStateStore store;
  State state(store);
  std::vector<log::Outcome> outcomes;
  std::vector<Act> acts = beginnings();
  acts.push_back(deal("D1", "S1"));
  for (const Act& each : people()) acts.push_back(each);
  for (const Act& each : work()) acts.push_back(each);
  std::int64_t now = kNow;
  for (const Act& each : acts) {
    Command command;
    const std::string number = std::to_string(outcomes.size() + 100);
    command.set_command_id("e0000000-0000-4000-8000-000000000" + number);
    command.set_organization_id(each.organization);
    command.set_actor("integration");
    *command.mutable_action() = each.action;
    now += 1000;
    outcomes.push_back(decide_command(command, "hash", state, now));
    if (outcomes.back().kind() != log::OUTCOME_KIND_ACCEPTED)
      throw std::logic_error(describe(outcomes.back()));
    state.confirm(state.commit());
  }
  return outcomes;
}

}  // namespace daybook::test
