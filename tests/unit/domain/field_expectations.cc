#include "tests/unit/domain/field_expectations.h"

namespace daybook::test {
namespace {

using Table = std::vector<FieldExpectation>;

FieldExpectation text(const char* fields, const char* name, std::size_t max_length) {
  return {fields, name, Kind::kText, max_length};
}
FieldExpectation required(FieldExpectation expectation) {
  expectation.required = true;
  return expectation;
}
FieldExpectation url(const char* fields, const char* name, std::size_t max_length) {
  return {fields, name, Kind::kUrl, max_length};
}
FieldExpectation value(const char* fields, const char* name, Kind kind,
                       const char* default_text = "") {
  return {fields, name, kind, 0, false, default_text};
}
FieldExpectation reference(const char* fields, const char* name) {
  return {fields, name, Kind::kReference};
}
FieldExpectation number(const char* fields, const char* name, std::int64_t min, std::int64_t max) {
  return {fields, name, Kind::kNumber, 0, false, "", false, min, max};
}

// 4.2; amounts are in hundredths.
void add_company(Table& table) {
  const char* fields = "company.CompanyFields";
  table.push_back(required(text(fields, "name", 255)));
  table.push_back(text(fields, "industry", 100));
  table.push_back(url(fields, "website", 255));
  table.push_back(text(fields, "phone", 50));
  table.push_back(text(fields, "address", 500));
  table.push_back(text(fields, "city", 100));
  table.push_back(text(fields, "state", 100));
  table.push_back(text(fields, "postal_code", 20));
  table.push_back(text(fields, "country", 100));
  table.push_back(value(fields, "company_size", Kind::kEnum));
  table.push_back(value(fields, "status", Kind::kEnum, "COMPANY_STATUS_ACTIVE"));
  table.push_back(number(fields, "annual_revenue", 1, 99'999'999'999'900));
  table.push_back(number(fields, "employee_count", 1, 10'000'000));
  table.push_back(reference("company.CreateCompany", "owner_id"));
}

// 4.3
void add_contact(Table& table) {
  const char* fields = "contact.ContactFields";
  table.push_back(required(text(fields, "first_name", 100)));
  table.push_back(required(text(fields, "last_name", 100)));
  table.push_back({fields, "email", Kind::kEmail, 255});
  table.push_back(text(fields, "phone", 50));
  table.push_back(text(fields, "mobile_phone", 50));
  table.push_back(text(fields, "job_title", 100));
  table.push_back(text(fields, "department", 100));
  table.push_back(value(fields, "preferred_contact", Kind::kEnum, "CONTACT_METHOD_EMAIL"));
  table.push_back(value(fields, "status", Kind::kEnum, "CONTACT_STATUS_ACTIVE"));
  table.push_back(url(fields, "linkedin_url", 255));
  table.push_back(url(fields, "twitter_url", 255));
  const char* command = "contact.CreateContact";
  table.push_back(reference(command, "company_id"));
  table.push_back(value(command, "is_primary", Kind::kBool, "false"));
  table.push_back(reference(command, "owner_id"));
}

// 4.4
void add_deal(Table& table) {
  const char* fields = "deal.DealFields";
  table.push_back(required(text(fields, "title", 255)));
  table.push_back(text(fields, "description", 1000));
  table.push_back(number(fields, "value", 1, 999'999'999'999));
  table.push_back({fields, "currency", Kind::kCurrency, 3, false, "'USD'"});
  table.push_back(value(fields, "expected_close_date", Kind::kDate));
  table.push_back(number(fields, "probability", 0, 100));
  table.push_back(value(fields, "priority", Kind::kEnum, "PRIORITY_MEDIUM"));
  table.push_back(text(fields, "source", 100));
  const char* command = "deal.OpenDeal";
  table.push_back(required(reference(command, "stage_id")));
  table.push_back(reference(command, "company_id"));
  table.push_back(reference(command, "contact_id"));
  // OPEN, unless the stage is a closed one (DE-8): not for the schema to say.
  table.push_back(value(command, "status", Kind::kEnum));
  table.push_back(reference(command, "owner_id"));
}
void add_pipeline_stage(Table& table) {
  const char* fields = "pipeline_stage.PipelineStageFields";
  table.push_back(required(text(fields, "name", 100)));
  table.push_back(text(fields, "description", 500));
  FieldExpectation probability = number(fields, "probability", 0, 100);
  probability.default_text = "0";
  table.push_back(probability);
  table.push_back({fields, "color", Kind::kColor, 7});
  table.push_back(value(fields, "stage_type", Kind::kEnum, "STAGE_TYPE_OPPORTUNITY"));
  const char* command = "pipeline_stage.CreatePipelineStage";
  table.push_back(required(number(command, "position", 0, 1'000'000)));
  table.push_back(value(command, "is_active", Kind::kBool, "true"));
}

// 4.5
void add_activity(Table& table) {
  const char* fields = "activity.ActivityFields";
  table.push_back(required(value(fields, "type", Kind::kEnum)));
  table.push_back(required(text(fields, "subject", 255)));
  table.push_back(text(fields, "description", 2000));
  table.push_back(value(fields, "due_date", Kind::kTimestamp));
  table.push_back(number(fields, "duration", 1, 2'147'483'647));
  table.push_back(value(fields, "priority", Kind::kEnum, "PRIORITY_MEDIUM"));
  table.push_back(text(fields, "location", 255));
  table.push_back(url(fields, "meeting_url", 2048));
  const char* links = "activity.ActivityLinks";
  table.push_back(reference(links, "company_id"));
  table.push_back(reference(links, "contact_id"));
  table.push_back(reference(links, "deal_id"));
  const char* schedule = "activity.ScheduleActivity";
  table.push_back(value(schedule, "status", Kind::kEnum, "ACTIVITY_STATUS_PENDING"));
  for (const char* command : {schedule, "activity.LogActivity"}) {
    table.push_back(reference(command, "assigned_to_id"));
    table.push_back(reference(command, "owner_id"));
  }
}
void add_custom_field(Table& table) {
  const char* custom = "custom_field.CustomFieldFields";
  table.push_back(required(text(custom, "field_name", 100)));
  table.push_back(
      text(custom, "field_value", 10'000));  // TEXT in the tables: the bound is the engine's own
  table.push_back(value(custom, "field_type", Kind::kEnum, "CUSTOM_FIELD_TYPE_TEXT"));
  const char* command = "custom_field.SetCustomField";
  table.push_back(required(reference(command, "parent_id")));
  table.push_back(value(command, "external_ids", Kind::kMessages));
}
void add_saved_filter(Table& table) {
  const char* filter = "saved_filter.SavedFilterFields";
  table.push_back(required(text(filter, "name", 100)));
  table.push_back(
      text(filter, "description", 2000));  // the engine's own bound, like that of the tags
  table.push_back(required(value(filter, "entity", Kind::kEnum)));
  table.push_back(required(value(filter, "filter_config", Kind::kMessage)));
  table.push_back(value(filter, "is_public", Kind::kBool, "false"));
  table.push_back(value(filter, "is_default", Kind::kBool, "false"));
  table.push_back(text(filter, "tags", 1000));
  table.push_back(reference("saved_filter.SaveFilter", "owner_id"));
  // What the filter tree must hold is said by 8.2 and 8.3, and checked in filter_config_test.cc.
  const char* config = "saved_filter.FilterConfig";
  table.push_back(value(config, "groups", Kind::kMessages));
  table.push_back(text(config, "name", 0));
  table.push_back(value(config, "is_public", Kind::kBool));
  const char* group = "saved_filter.FilterGroup";
  table.push_back(text(group, "id", 0));
  table.push_back(value(group, "conditions", Kind::kMessages));
  table.push_back(text(group, "logical_operator", 0));
  const char* condition = "saved_filter.FilterCondition";
  for (const char* name : {"id", "field", "operator", "logical_operator"})
    table.push_back(text(condition, name, 0));
  table.push_back(value(condition, "value", Kind::kMessage));
}
void add_user(Table& table) {
  const char* user = "user.UserFields";
  table.push_back(required({user, "email", Kind::kEmail, 255}));
  table.push_back(text(user, "name", 255));
  table.push_back(required(text(user, "first_name", 100)));
  table.push_back(required(text(user, "last_name", 100)));
  table.push_back({user, "timezone", Kind::kText, 50, false, "'UTC'", true});
  table.push_back({user, "locale", Kind::kText, 10, false, "'en'", true});
  const char* command = "user.CreateUser";
  table.push_back(value(command, "role", Kind::kEnum, "USER_ROLE_USER"));
  table.push_back(value(command, "is_active", Kind::kBool, "true"));
}

// Section 0: external ids, and what becomes of one that is held already.
void add_identity(Table& table) {
  table.push_back(required({"ExternalId", "namespace", Kind::kNamespace, 50}));
  table.push_back(required(text("ExternalId", "id", 255)));
  table.push_back(value("Identity", "external_ids", Kind::kMessages));
  table.push_back(value("Identity", "if_exists", Kind::kEnum, "IF_EXISTS_REFUSE"));
}

}  // namespace

const std::vector<FieldExpectation>& field_expectations() {
  static const Table table = [] {
    Table all;
    add_company(all);
    add_contact(all);
    add_deal(all);
    add_pipeline_stage(all);
    add_activity(all);
    add_custom_field(all);
    add_saved_filter(all);
    add_user(all);
    add_identity(all);
    all.push_back(required(text("organization.OrganizationFields", "name", 255)));
    return all;
  }();
  return table;
}

}  // namespace daybook::test
