// Custom fields: an aggregate for each (parent, field name) that follows its parent.
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

template <class... More>
Specification parents(const More&... more) {
  return given(organization(), user("U1"), user("U2"), manager("U3"), viewer("U4"), stage("S1"),
               company("C1").by("U1"), contact("K1").by("U1"), deal("D1", "S1").by("U1"), more...);
}

TEST(CustomField, IsSetOnEveryKindOfParent) {
  auto world = parents();
  world.as("U1");
  world.when(field("XC1", "C1", "Colour", "red"))
      .then(event("XC1", "set",
                  "parent: ENTITY_COMPANY parent_id: '@C1' fields { field_name: 'Colour' "
                  "field_value: 'red' field_type: CUSTOM_FIELD_TYPE_TEXT } owner_id: '@U1'"))
      .then_record("XC1", "company_id: '@C1'", {"contact_id", "deal_id"});
  world.when(field("XK1", "K1", "Colour", "red"))
      .then_record("XK1", "contact_id: '@K1'", {"company_id"});
  world.when(field("XD1", "D1", "Colour", "red"))
      .then_record("XD1", "deal_id: '@D1'", {"company_id"});
}

TEST(CustomField, ParentAndNameAreItsKey) {
  auto world = parents(field("XC1", "C1", "Colour", "red"));
  world.when(field("XC1", "C1", " Colour ", "blue"))
      .then(event("XC1", "set",
                  "parent: ENTITY_COMPANY parent_id: '@C1' fields { field_name: 'Colour' "
                  "field_value: 'blue' field_type: CUSTOM_FIELD_TYPE_TEXT }"));
  world.then_record("XC1", "record { version: 2 }");
  world.when(field("XC2", "C1", "colour", "blue")).then_record("XC2", "record { version: 1 }");
}

TEST(CustomField, ItsTypeStaysUnlessAnotherIsNamed) {
  parents(field("XC1", "C1", "Heads", "12", "NUMBER"))
      .when(act("set_company_custom_field",
                "parent_id: '@C1' fields { field_name: 'Heads' field_value: '13' }"))
      .then(event("XC1", "set",
                  "parent: ENTITY_COMPANY parent_id: '@C1' fields { field_name: 'Heads' "
                  "field_value: '13' field_type: CUSTOM_FIELD_TYPE_NUMBER }"))
      .when(act("set_company_custom_field",
                "parent_id: '@C1' fields { field_name: 'Heads' field_value: 'many' }"))
      .then_rejected("custom_field.value_mismatch", ErrorKind::kInvalid, "fieldValue");
}

TEST(CustomField, TheValueMustParseAccordingToItsType) {
  struct Case {
    const char* type;
    std::vector<std::string> good;
    std::vector<std::string> bad;
  };
  const std::vector<Case> cases{
      {"TEXT", {"anything"}, {}},
      {"NUMBER", {"12", "-0.5", "1234567890123.45"}, {"twelve", "1,5", "-", "0x10", "1.2.3"}},
      {"DATE", {"2025-03-15", "2025-03-15T10:00:00Z"}, {"15.03.2025", "2025-02-30", "soon"}},
      {"BOOLEAN", {"true", "false"}, {"TRUE", "yes", "1"}},
      {"URL",
       {"https://example.com/a?b=c"},
       {"ftp://example.com", "javascript:alert(1)", "example.com"}},
      {"EMAIL", {"ada@example.com"}, {"ada", "ada@example", "@example.com"}},
      {"PHONE", {"+1-555-0101", std::string(50, '5')}, {std::string(51, '5')}},
      {"TEXTAREA", {"several\nlines"}, {}},
      {"SELECT", {"one"}, {}},
      {"MULTI_SELECT", {"one,two"}, {}}};
  auto world = parents();
  for (const Case& each : cases) {
    SCOPED_TRACE(each.type);
    for (const std::string& value : each.good) {
      world.when(field("XC1", "C1", each.type, value, each.type).without_external_ids())
          .then_accepted();
    }
    for (const std::string& value : each.bad) {
      world.when(field("XC1", "C1", each.type, value, each.type).without_external_ids())
          .then_rejected("custom_field.value_mismatch", ErrorKind::kInvalid, "fieldValue");
    }
  }
}

TEST(CustomField, ARemovedOneThatIsSetAgainGoesOn) {
  auto world = parents(field("XC1", "C1", "Colour", "red"));
  world.when(remove_field("XC1", "C1", "Colour"))
      .then(event("XC1", "removed"))
      .then_record("XC1", "record { version: 2 removed: true }");
  world.when(remove_field("XC1", "C1", "Colour"))
      .then_rejected("company_custom_field.not_found", ErrorKind::kNotFound, "fieldName");
  world.when(field("XC1", "C1", "Colour", "red").expecting(2)).then_accepted();
  world.then_record("XC1", "record { version: 3 }", {"record.removed"});
}

TEST(CustomField, FollowsItsParent) {
  const auto world = [] {
    return parents(field("XC1", "C1", "A", "1").by("U1"), field("XK1", "K1", "A", "1").by("U1"),
                   field("XD1", "D1", "A", "1").by("U1"));
  };
  const std::vector<std::pair<Act, std::string>> cases{
      {field("XC1", "C1", "A", "2"), "company"}, {remove_field("XC1", "C1", "A"), "company"},
      {field("XK1", "K1", "A", "2"), "contact"}, {remove_field("XK1", "K1", "A"), "contact"},
      {field("XD1", "D1", "A", "2"), "deal"},    {remove_field("XD1", "D1", "A"), "deal"}};
  for (const auto& [each, parent] : cases) {
    world().as("U1").when(each).then_accepted();
    world().as("U3").when(each).then_accepted();
    world().as("U2").when(each).then_rejected(parent + ".not_found", ErrorKind::kNotFound,
                                              "parentId");
    world().as("U4").when(each).then_rejected("not_allowed", ErrorKind::kNotAllowed);
  }
}

TEST(CustomField, FollowsItsParentToAnotherOwnerAndIntoDeletion) {
  auto world = parents(field("XC1", "C1", "A", "1").by("U1"), assign("C1", "U2"));
  world.as("U1")
      .when(field("XC1", "C1", "A", "2"))
      .then_rejected("company.not_found", ErrorKind::kNotFound, "parentId");
  world.when(add_external_id("XC1", "erp", "1"))
      .then_rejected("company_custom_field.not_found", ErrorKind::kNotFound, "id");
  world.as("U2").when(field("XC1", "C1", "A", "2")).then_accepted();
  world.when(add_external_id("XC1", "erp", "1")).then_accepted();
  world.after(remove("C1"));
  world.when(field("XC1", "C1", "A", "3"))
      .then_rejected("company.not_found", ErrorKind::kNotFound, "parentId");
  world.when(remove_field("XC1", "C1", "A"))
      .then_rejected("company.not_found", ErrorKind::kNotFound, "parentId");
  world.when(add_external_id("XC1", "erp", "2"))
      .then_rejected("company_custom_field.not_found", ErrorKind::kNotFound, "id");
}

TEST(CustomField, ItsExternalIdIsNotTakenFromAnotherField) {
  auto world = parents(field("XC1", "C1", "A", "1"), field("XC2", "C1", "B", "1"));
  world.when(field("XC1", "C1", "B", "2"))
      .then_rejected("external_id.taken", ErrorKind::kConflict, "externalIds");
  world.after(remove_field("XC1", "C1", "A"));
  world.when(field("XC1", "C1", "C", "1"))
      .then_rejected("external_id.taken", ErrorKind::kConflict, "externalIds");
}

TEST(CustomField, AnImportDoesNotChangeAnExistingOne) {
  auto world = parents(field("XC1", "C1", "A", "1"), field("XC2", "C1", "B", "1"),
                       remove_field("XC2", "C1", "B"));
  for (const char* name : {"A", "B"}) {
    world.when(field("XC9", "C1", name, "2").imported("created_at: 0"))
        .then_rejected("external_id.taken", ErrorKind::kConflict, "externalIds");
  }
  world.when(field("XC9", "C1", "C", "2").imported("created_at: 1000"))
      .then_accepted()
      .then_record("XC9", "record { created_at: 1000 updated_at: 1742032800000 }");
}

}  // namespace
}  // namespace daybook::test
