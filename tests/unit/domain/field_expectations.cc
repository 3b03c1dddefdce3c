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
  FieldExpectation position =
      number("pipeline_stage.CreatePipelineStage", "position", 0, 1'000'000);
  position.required = true;
  table.push_back(position);
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
}
void add_others(Table& table) {
  const char* custom = "custom_field.CustomFieldFields";
  table.push_back(required(text(custom, "field_name", 100)));
  table.push_back(
      text(custom, "field_value", 10'000));  // TEXT in the tables: the bound is the engine's own
  table.push_back(value(custom, "field_type", Kind::kEnum, "CUSTOM_FIELD_TYPE_TEXT"));
  const char* filter = "saved_filter.SavedFilterFields";
  table.push_back(required(text(filter, "name", 100)));
  table.push_back(
      text(filter, "description", 2000));  // the engine's own bound, like that of the tags
  table.push_back(required(value(filter, "entity", Kind::kEnum)));
  table.push_back(required(value(filter, "filter_config", Kind::kMessage)));
  table.push_back(value(filter, "is_public", Kind::kBool, "false"));
  table.push_back(value(filter, "is_default", Kind::kBool, "false"));
  table.push_back(text(filter, "tags", 1000));
  const char* user = "user.UserFields";
  table.push_back(required({user, "email", Kind::kEmail, 255}));
  table.push_back(text(user, "name", 255));
  table.push_back(required(text(user, "first_name", 100)));
  table.push_back(required(text(user, "last_name", 100)));
  table.push_back({user, "timezone", Kind::kText, 50, false, "'UTC'", true});
  table.push_back({user, "locale", Kind::kText, 10, false, "'en'", true});
  table.push_back(required(text("organization.OrganizationFields", "name", 255)));
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
    add_others(all);
    return all;
  }();
  return table;
}

}  // namespace daybook::test
