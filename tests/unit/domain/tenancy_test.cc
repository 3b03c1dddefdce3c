// Two organizations: records of the other one are not found, wherever they are named.
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

// This organization and another one, which alone has records.
Specification neighbours() {
  const auto theirs = [](const char* action, const char* text) {
    Act other = act(action, text, kOtherOrganization);
    return other;
  };
  const auto known = [](const char* name) {
    return std::string("identity { external_ids { namespace: 'spec' id: '") + name + "' } }";
  };
  const auto create = [&](const char* action, const std::string& fields, const char* name) {
    return theirs(action, (fields + known(name)).c_str());
  };
  return given(
      organization(), organization().in_other_organization(),
      create(
          "create_user",
          "fields { email: 'u@example.com' first_name: 'U' last_name: 'U' } role: USER_ROLE_ADMIN ",
          "U1"),
      create("create_company", "fields { name: 'Theirs' } ", "C1"),
      create("create_contact",
             "fields { first_name: 'K' last_name: 'K' } company_id: '@C1' is_primary: true ", "K1"),
      create("create_pipeline_stage", "fields { name: 'S' } position: 1 ", "S1"),
      create("open_deal", "fields { title: 'D' } stage_id: '@S1' company_id: '@C1' ", "D1"),
      create("schedule_activity", "fields { type: ACTIVITY_TYPE_CALL subject: 'A' } ", "A1"),
      create("save_filter",
             "fields { name: 'F' is_public: true entity: FILTER_ENTITY_DEALS filter_config { "
             "groups { conditions { "
             "field: 'title' operator: 'is_empty' } } } } ",
             "F1"),
      theirs("set_company_custom_field",
             "parent_id: '@C1' fields { field_name: 'A' field_value: '1' } external_ids { "
             "namespace: 'spec' id: 'XC1' }"));
}

// The actions that address a record, with the other organization's id.
Act theirs(const char* action, const char* name, const char* more = "") {
  return act(action, std::string("id: '@@") + name + "' " + more);
}

TEST(Tenancy, RecordsOfAnotherOrganizationAreNotFound) {
  const std::vector<std::pair<Act, std::string>> cases{
      {theirs("patch_company", "C1", "set { city: 'Oslo' }"), "company"},
      {theirs("assign_company", "C1"), "company"},
      {theirs("delete_company", "C1"), "company"},
      {theirs("restore_company", "C1"), "company"},
      {theirs("patch_contact", "K1", "set { job_title: 'CTO' }"), "contact"},
      {theirs("leave_company", "K1"), "contact"},
      {theirs("make_primary_contact", "K1"), "contact"},
      {theirs("clear_primary_contact", "K1"), "contact"},
      {theirs("assign_contact", "K1"), "contact"},
      {theirs("delete_contact", "K1"), "contact"},
      {theirs("restore_contact", "K1"), "contact"},
      {theirs("patch_pipeline_stage", "S1", "set { name: 'Mine' }"), "pipeline_stage"},
      {theirs("move_pipeline_stage", "S1", "position: 0"), "pipeline_stage"},
      {theirs("retire_pipeline_stage", "S1"), "pipeline_stage"},
      {theirs("reactivate_pipeline_stage", "S1"), "pipeline_stage"},
      {theirs("delete_pipeline_stage", "S1"), "pipeline_stage"},
      {theirs("patch_deal", "D1", "set { value: 5 }"), "deal"},
      {theirs("relink_deal", "D1", "clear: 'company_id'"), "deal"},
      {theirs("win_deal", "D1"), "deal"},
      {theirs("lose_deal", "D1"), "deal"},
      {theirs("postpone_deal", "D1"), "deal"},
      {theirs("cancel_deal", "D1"), "deal"},
      {theirs("reopen_deal", "D1"), "deal"},
      {theirs("assign_deal", "D1"), "deal"},
      {theirs("delete_deal", "D1"), "deal"},
      {theirs("restore_deal", "D1"), "deal"},
      {theirs("patch_activity", "A1", "set { location: 'Oslo' }"), "activity"},
      {theirs("relink_activity", "A1", "clear: 'company_id'"), "activity"},
      {theirs("start_activity", "A1"), "activity"},
      {theirs("complete_activity", "A1"), "activity"},
      {theirs("reopen_activity", "A1"), "activity"},
      {theirs("cancel_activity", "A1"), "activity"},
      {theirs("mark_activity_overdue", "A1"), "activity"},
      {theirs("reassign_activity", "A1"), "activity"},
      {theirs("assign_activity", "A1"), "activity"},
      {theirs("delete_activity", "A1"), "activity"},
      {theirs("restore_activity", "A1"), "activity"},
      {theirs("patch_user", "U1", "set { locale: 'de' }"), "user"},
      {theirs("change_user_role", "U1", "role: USER_ROLE_VIEWER"), "user"},
      {theirs("activate_user", "U1"), "user"},
      {theirs("deactivate_user", "U1"), "user"},
      {theirs("patch_saved_filter", "F1", "set { tags: 'x' }"), "saved_filter"},
      {theirs("use_saved_filter", "F1"), "saved_filter"},
      {theirs("assign_saved_filter", "F1"), "saved_filter"},
      {theirs("delete_saved_filter", "F1"), "saved_filter"},
      {theirs("add_external_ids", "C1",
              "entity: ENTITY_COMPANY external_ids { namespace: 'a' id: '1' }"),
       "company"}};
  auto spec = neighbours();
  for (const auto& [each, kind] : cases) {
    spec.when(each).then_rejected(kind + ".not_found", ErrorKind::kNotFound, "id");
  }
  for (const char* action : {"set_company_custom_field", "remove_company_custom_field"}) {
    const std::string rest = std::string(action) == "set_company_custom_field"
                                 ? "fields { field_name: 'A' field_value: '2' }"
                                 : "field_name: 'A'";
    spec.when(act(action, "parent_id: '@@C1' " + rest))
        .then_rejected("company.not_found", ErrorKind::kNotFound, "parentId");
  }
}

TEST(Tenancy, ReferencesIntoAnotherOrganizationAreBroken) {
  auto spec = neighbours();
  spec.when_batch({company("C1"), contact("K1"), stage("S1"), deal("D1", "S1"), activity("A1")})
      .then_accepted();
  const std::vector<std::tuple<Act, std::string, std::string>> cases{
      {company("C2").with("owner_id: '@@U1'"), "user", "ownerId"},
      {contact("K2").with("company_id: '@@C1'"), "company", "companyId"},
      {contact("K2").with("owner_id: '@@U1'"), "user", "ownerId"},
      {act("join_company", "id: '@K1' company_id: '@@C1'"), "company", "companyId"},
      {deal("D2", "S1").with("stage_id: '@@S1'"), "pipeline_stage", "stageId"},
      {deal("D2", "S1").with("company_id: '@@C1'"), "company", "companyId"},
      {deal("D2", "S1").with("contact_id: '@@K1'"), "contact", "contactId"},
      {deal("D2", "S1").with("owner_id: '@@U1'"), "user", "ownerId"},
      {act("move_deal", "id: '@D1' stage_id: '@@S1'"), "pipeline_stage", "stageId"},
      {act("reopen_deal", "id: '@D1' stage_id: '@@S1'"), "pipeline_stage", "stageId"},
      {relink("D1", "company_id: '@@C1'"), "company", "companyId"},
      {relink("D1", "contact_id: '@@K1'"), "contact", "contactId"},
      {relink("A1", "company_id: '@@C1'"), "company", "companyId"},
      {relink("A1", "contact_id: '@@K1'"), "contact", "contactId"},
      {relink("A1", "deal_id: '@@D1'"), "deal", "dealId"},
      {activity("A2").with("assigned_to_id: '@@U1'"), "user", "assignedToId"},
      {act("reassign_activity", "id: '@A1' assigned_to_id: '@@U1'"), "user", "assignedToId"},
      {act("assign_company", "id: '@C1' owner_id: '@@U1'"), "user", "ownerId"}};
  for (const auto& [each, kind, path] : cases) {
    spec.when(each).then_rejected(kind + ".not_found", ErrorKind::kInvalid, path);
  }
}

TEST(Tenancy, TheOtherOrganizationsUsersCannotAct) {
  auto spec = neighbours();
  spec.as("'" + id("U1", kOtherOrganization) + "'")
      .when(company("C1"))
      .then_rejected("actor.unknown", ErrorKind::kNotAllowed, "actor");
}

TEST(Tenancy, ExternalIdsNamesAndEmailsAreApart) {
  auto spec = neighbours();
  spec.when(patch("C1", "city: 'Oslo'").with("id: 'spec/C1'"))
      .then_rejected("company.not_found", ErrorKind::kNotFound, "id");
  spec.when(user("U1").with("fields { email: 'u@example.com' }")).then_accepted();
  spec.when(company("C1").with("fields { name: 'Theirs' }")).then_no_notice();
  spec.when(filter("F1").with("fields { name: 'F' }")).then_accepted();
  EXPECT_NE(id("C1"), id("C1", kOtherOrganization));
}

TEST(Tenancy, PrimariesAndPositionsOfTheOtherOneStay) {
  auto spec = neighbours();
  spec.when(company("C1")).then_accepted();
  spec.when(contact("K1").at("C1").primary()).then_accepted();
  EXPECT_EQ(spec.outcome().events_size(), 1);
  spec.when(stage("S9").with("position: 1")).then_accepted();
  EXPECT_EQ(spec.outcome().events_size(), 1);
  spec.in(kOtherOrganization).then_record("K1", "is_primary: true record { version: 1 }");
  spec.then_record("S1", "position: 1 record { version: 1 }");
}

}  // namespace
}  // namespace daybook::test
