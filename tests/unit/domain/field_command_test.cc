// Fields through whole commands: enum lists, defaults on creation only, clearing in the state,
// paths of violations.
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "domain/core/schema.h"
#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

// The lists of section 2, in their order.
TEST(Enums, HaveTheDocumentedValuesInTheirOrder) {
  const std::vector<std::pair<const char*, std::vector<std::string>>> documented{
      {"company.CompanySize", {"STARTUP", "SMALL", "MEDIUM", "LARGE", "ENTERPRISE"}},
      {"company.CompanyStatus", {"ACTIVE", "PROSPECT", "CUSTOMER", "INACTIVE", "CHURNED"}},
      {"contact.ContactMethod", {"EMAIL", "PHONE", "MOBILE", "LINKEDIN", "IN_PERSON"}},
      {"contact.ContactStatus",
       {"ACTIVE", "INACTIVE", "BOUNCED", "UNSUBSCRIBED", "DO_NOT_CONTACT"}},
      {"pipeline_stage.StageType",
       {"LEAD", "OPPORTUNITY", "PROPOSAL", "NEGOTIATION", "CLOSED_WON", "CLOSED_LOST"}},
      {"deal.DealStatus", {"OPEN", "WON", "LOST", "POSTPONED", "CANCELLED"}},
      {"Priority", {"LOW", "MEDIUM", "HIGH", "URGENT"}},
      {"activity.ActivityType",
       {"CALL", "EMAIL", "MEETING", "TASK", "NOTE", "PROPOSAL", "CONTRACT", "DEMO", "FOLLOW_UP"}},
      {"activity.ActivityStatus", {"PENDING", "IN_PROGRESS", "COMPLETED", "CANCELLED", "OVERDUE"}},
      {"user.UserRole", {"ADMIN", "MANAGER", "USER", "VIEWER"}},
      {"custom_field.CustomFieldType",
       {"TEXT", "NUMBER", "DATE", "BOOLEAN", "URL", "EMAIL", "PHONE", "TEXTAREA", "SELECT",
        "MULTI_SELECT"}},
      {"saved_filter.FilterEntity", {"COMPANIES", "CONTACTS", "DEALS", "ACTIVITIES"}}};
  for (const auto& [name, values] : documented) {
    const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindEnumTypeByName(
        std::string("daybook.") + name);
    ASSERT_NE(type, nullptr) << name;
    ASSERT_EQ(static_cast<std::size_t>(type->value_count()), values.size() + 1) << name;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto* value = type->value(static_cast<int>(i) + 1);
      EXPECT_EQ(schema::enum_text(*value), values[i]);
      EXPECT_EQ(value->number(), static_cast<int>(i) + 1);
      EXPECT_EQ(schema::enum_value(*type, values[i]), value);
    }
  }
}

TEST(Enums, TextsAreReadInAnyLetterCase) {
  const auto& type = *user::UserRole_descriptor();
  EXPECT_EQ(schema::enum_value(type, "admin"), type.FindValueByName("USER_ROLE_ADMIN"));
  EXPECT_EQ(schema::enum_value(type, "user_role_Admin"), type.FindValueByName("USER_ROLE_ADMIN"));
  EXPECT_EQ(schema::enum_value(type, "UNSPECIFIED"), nullptr);
  EXPECT_EQ(schema::enum_value(type, "ROOT"), nullptr);
}

TEST(FieldCommand, ClearedFieldsAreGoneAndOthersStay) {
  given(organization(),
        company("C1").with("fields { industry: 'Retail' city: 'Oslo' annual_revenue: 500 "
                           "company_size: COMPANY_SIZE_SMALL }"))
      .when(patch("C1", "city: ' '", {"annualRevenue", "company_size", "state"}))
      .then(changed("C1", "", {"annual_revenue", "city", "company_size"}))
      .then_record("C1", "fields { industry: 'Retail' status: COMPANY_STATUS_ACTIVE }",
                   {"fields.city", "fields.annual_revenue", "fields.company_size"});
}

TEST(FieldCommand, EmptyOptionalTextsOfANewRecordAreNull) {
  given(organization())
      .when(company("C1").with("fields { industry: '' website: ' ' }").with("owner_id: ' '"))
      .then(event("C1", "created", "fields { name: 'Company C1' status: COMPANY_STATUS_ACTIVE }"));
}

TEST(FieldCommand, DefaultsOfAUserMayBeCleared) {
  given(organization(), user("U1"))
      .when(patch("U1", "", {"timezone", "locale"}))
      .then(changed("U1", "", {"locale", "timezone"}))
      .then_record("U1", "", {"fields.timezone", "fields.locale"});
}

// Those that do not stand in the attributes, which set their defaults by themselves.
TEST(FieldCommand, NewRecordsGetTheDefaultsOutsideTheAttributesToo) {
  given(organization())
      .when(act("create_user",
                "fields { email: 'u1@example.com' first_name: 'A' last_name: 'B' } identity { "
                "external_ids { namespace: 'spec' id: 'U1' } }"))
      .then_record("U1", "role: USER_ROLE_USER is_active: true");
  given(organization()).when(contact("K1")).then_record("K1", "", {"is_primary", "company_id"});
  given(organization()).when(stage("S1")).then_record("S1", "is_active: true");
  given(organization(), stage("S1"))
      .when(deal("D1", "S1"))
      .then_record("D1", "status: DEAL_STATUS_OPEN",
                   {"company_id", "contact_id", "actual_close_date", "ownership.owner_id"});
  given(organization())
      .when(activity("A1"))
      .then_record("A1", "status: ACTIVITY_STATUS_PENDING",
                   {"completed_at", "assigned_to_id", "ownership.owner_id"});
  given(organization(), user("U1"))
      .as("U1")
      .when(activity("A1"))
      .then_record("A1", "assigned_to_id: '@U1' ownership { owner_id: '@U1' }");
}

TEST(FieldCommand, EveryFaultIsReportedWithItsPath) {
  given(organization())
      .when(act("create_company", "fields { name: '' website: 'x' annual_revenue: 0 status: 77 }"))
      .then_rejected({{"field.required", ErrorKind::kInvalid, "name"},
                      {"url.malformed", ErrorKind::kInvalid, "website"},
                      {"enum.unknown", ErrorKind::kInvalid, "status"},
                      {"number.too_small", ErrorKind::kInvalid, "annualRevenue"}});
  given(organization())
      .when(act("create_contact", ""))
      .then_rejected({{"field.required", ErrorKind::kInvalid, "firstName"},
                      {"field.required", ErrorKind::kInvalid, "lastName"}});
}

TEST(FieldCommand, FieldsOutsideTheAttributesAreCheckedToo) {
  auto spec =
      given(organization(), stage("S1"), deal("D1", "S1"), user("U1"), filter("F1"), company("C1"));
  spec.when(deal("D2", "S1").with("status: 9"))
      .then_rejected("enum.unknown", ErrorKind::kInvalid, "status");
  spec.when(move("D1", "S1", "probability: 101"))
      .then_rejected("number.too_large", ErrorKind::kInvalid, "probability");
  spec.when(move("D1", "S1", "status: DEAL_STATUS_UNSPECIFIED"))
      .then_rejected("enum.unknown", ErrorKind::kInvalid, "status");
  spec.when(activity("A1").with("status: 9"))
      .then_rejected("enum.unknown", ErrorKind::kInvalid, "status");
  spec.when(simply("change_user_role", "U1"))
      .then_rejected("field.required", ErrorKind::kInvalid, "role");
  spec.when(user("U2").with("role: 9")).then_rejected("enum.unknown", ErrorKind::kInvalid, "role");
  spec.when(use("F1", "execution_time: -1"))
      .then_rejected("number.too_small", ErrorKind::kInvalid, "executionTime");
  spec.when(use("F1", "result_count: 2147483648"))
      .then_rejected("number.too_large", ErrorKind::kInvalid, "resultCount");
  spec.when(act("purge_filter_uses", ""))
      .then_rejected("field.required", ErrorKind::kInvalid, "usedBefore");
  spec.when(act("move_pipeline_stage", "id: '@S1'"))
      .then_rejected("field.required", ErrorKind::kInvalid, "position");
  spec.when(company("C2").with("identity { if_exists: 9 }"))
      .then_rejected("enum.unknown", ErrorKind::kInvalid, "ifExists");
  spec.when(act("remove_company_custom_field", "parent_id: '@C1' field_name: ' '"))
      .then_rejected("field.required", ErrorKind::kInvalid, "fieldName");
}

TEST(FieldCommand, IdsAreUuidsOrExternalIds) {
  auto spec = given(organization(), stage("S1"));
  for (const char* bad :
       {"42", "not-a-uuid", "ERP/1", "/1", "erp/", "erp/  ", "0a000000-0000-4000-8000-00000000000g",
        "0a000000000040008000000000000001", "{0a000000-0000-4000-8000-000000000001}"}) {
    const std::string id = std::string("id: '") + bad + "' ";
    spec.when(act("patch_company", id + "set { city: 'Oslo' }"))
        .then_rejected("id.malformed", ErrorKind::kInvalid, "id");
    spec.when(deal("D1", "S1").with("company_id: '" + std::string(bad) + "'"))
        .then_rejected("id.malformed", ErrorKind::kInvalid, "companyId");
  }
  spec.when(act("patch_company", "set { city: 'Oslo' }"))
      .then_rejected("field.required", ErrorKind::kInvalid, "id");
}

TEST(FieldCommand, TheEnvelopeIsChecked) {
  auto spec = given(organization());
  Command command;
  command.set_command_id("nonsense");
  command.set_organization_id("nonsense");
  command.set_actor(" ");
  command.set_retry_of("nonsense");
  command.set_correlation_id(std::string(201, 'x'));
  *command.mutable_action() = company("C1").action;
  spec.when_command(command).then_rejected({{"id.malformed", ErrorKind::kInvalid, "commandId"},
                                            {"id.malformed", ErrorKind::kInvalid, "organizationId"},
                                            {"field.required", ErrorKind::kInvalid, "actor"},
                                            {"text.too_long", ErrorKind::kInvalid, "correlationId"},
                                            {"id.malformed", ErrorKind::kInvalid, "retryOf"}});
}

TEST(FieldCommand, UnknownMembersAreRefusedAtEveryDepth) {
  auto spec = given(organization());
  const auto unknown = [](google::protobuf::Message& message) {
    message.GetReflection()->MutableUnknownFields(&message)->AddVarint(999, 1);
  };
  Act inside = company("C1");
  unknown(*inside.action.mutable_create_company()->mutable_fields());
  spec.when(inside).then_rejected("field.unknown", ErrorKind::kInvalid, "");
  Act identity = company("C1");
  unknown(*identity.action.mutable_create_company()->mutable_identity()->mutable_external_ids(0));
  spec.when(identity).then_rejected("field.unknown", ErrorKind::kInvalid, "externalIds[0]");
  Act condition = filter("F1");
  unknown(*condition.action.mutable_save_filter()
               ->mutable_fields()
               ->mutable_filter_config()
               ->mutable_groups(0));
  spec.when(condition).then_rejected("field.unknown", ErrorKind::kInvalid,
                                     "filterConfig.groups[0]");
  Act deepest = filter("F1");
  unknown(*deepest.action.mutable_save_filter()
               ->mutable_fields()
               ->mutable_filter_config()
               ->mutable_groups(0)
               ->mutable_conditions(0)
               ->mutable_value());
  spec.when(deepest).then_rejected("field.unknown", ErrorKind::kInvalid,
                                   "filterConfig.groups[0].conditions[0].value");
}

}  // namespace
}  // namespace daybook::test
