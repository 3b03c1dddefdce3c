// Derived ids and external ids: ids that an integrator can compute before sending, unique for ever.
//
// The expected ids were computed with another implementation of UUID version 5 (Python's uuid
// module).
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

constexpr const char* kCommandId = "c0000000-0000-4000-8000-000000000077";

// A world with one of everything that others need, and an id of its own for the next command.
Specification world() {
  return given(organization(), admin("U1"), company("C1"), contact("K1"), stage("S1"),
               deal("D1", "S1"));
}
Command command_of(const std::vector<Act>& acts, std::string_view organization = kOrganization) {
  Command command;
  command.set_command_id(kCommandId);
  command.set_organization_id(std::string(organization));
  command.set_actor("integration");
  if (acts.size() == 1) {
    *command.mutable_action() = acts[0].action;
  } else {
    for (const Act& each : acts) *command.mutable_batch()->add_members() = each.action;
  }
  return command;
}

struct Case {
  Act act;
  const char* by_command;
  const char* by_external_id;
  const char* external_id;
  const char* name_space = "erp";
};
std::vector<Case> cases() {
  return {{company("C9"), "ae2e2270-6509-59f0-8505-d14b94e1c3d9",
           "50a2990b-ff6d-54f6-8682-76b778cb32a7", "4711"},
          {user("U9"), "0e285dc3-d93d-5155-b886-ba457723bec4",
           "47f1706b-0e1a-555a-9296-cca03f39e7db", "ada", "hr"},
          {contact("K9"), "97e86bbc-04c5-512f-978b-44c18b724c36",
           "e82aa1ae-ce5b-5db8-b22c-cd35a25b799b",
           "Gr\xC3\xBC\xC3\x9F"
           "e 1/2"},
          {stage("S9"), "8167fb01-9e0a-5250-b91c-23f1a60ad893",
           "5d1f6720-7d3d-5a86-803d-f2df6c7256ac", "S0", "demo"},
          {deal("D9", "S1"), "1565495f-498c-5fb6-87d3-b82bf326eef7",
           "5e919cb6-e269-594a-95e4-02cc223303ec", "D1", "a-b_c"},
          {activity("A9"), "32023b9e-e4c6-547d-9ca7-de7aed5a6734",
           "d11fc1c7-8bfd-598e-ba51-08545b041d9f", "1"},
          {logged("A9"), "32023b9e-e4c6-547d-9ca7-de7aed5a6734",
           "d11fc1c7-8bfd-598e-ba51-08545b041d9f", "1"},
          {field("XC9", "C1", "A", "1"), "3f381ea9-ab62-58e6-bc98-ec16913c9045",
           "d70c17fd-5b7d-51ce-8e08-3f167876c4a4", "1"},
          {field("XK9", "K1", "A", "1"), "4d3fd346-2412-5098-8474-e76853a783fe",
           "4a8dac30-b0e6-5e6d-aa85-ecf57fbc2286", "1"},
          {field("XD9", "D1", "A", "1"), "28bacc7a-7d02-51d5-86b6-9c7c5431866b",
           "99f6d9c9-273e-506b-adcb-df61df4dc8f0", "1"},
          {filter("F9"), "8717b125-9c4f-5161-ba56-f1344130e655",
           "51fbb385-efe5-55b0-8100-84442f8c14b2", "1"}};
}

TEST(DerivedId, ComesFromTheCommandWithoutExternalIds) {
  for (const Case& each : cases()) {
    auto spec = world();
    spec.when_command(command_of({each.act.without_external_ids()})).then_accepted();
    EXPECT_EQ(spec.outcome().events(0).id(), each.by_command) << each.act.action.ShortDebugString();
  }
}

TEST(DerivedId, ComesFromTheFirstExternalId) {
  for (const Case& each : cases()) {
    auto spec = world();
    spec.when_command(
            command_of({each.act.without_external_ids()
                            .known_as(each.name_space, "  " + std::string(each.external_id) + " ")
                            .known_as("aaa", "second")}))
        .then_accepted();
    EXPECT_EQ(spec.outcome().events(0).id(), each.by_external_id)
        << each.act.action.ShortDebugString();
  }
}

TEST(DerivedId, CountsTheMembersOfABatch) {
  auto spec = world();
  spec.when_command(command_of({company("C8"), patch("C1", "city: 'Oslo'"),
                                company("C9").without_external_ids()}))
      .then_accepted();
  EXPECT_EQ(spec.outcome().events(2).id(), "758c7ede-5700-526c-a993-ba8d8b704a7f");
}

TEST(DerivedId, IsAnotherOneInAnotherOrganization) {
  auto spec = given(organization(), organization().in_other_organization());
  spec.when_command(command_of({company("C9").without_external_ids()}, kOtherOrganization))
      .then_accepted();
  EXPECT_EQ(spec.outcome().events(0).id(), "f617216d-742a-5e21-9cd4-4ad396dc8ebc");
  Command again = command_of({company("C9").without_external_ids().known_as("erp", "4711")},
                             kOtherOrganization);
  again.set_command_id("c0000000-0000-4000-8000-000000000078");
  spec.when_command(again).then_accepted();
  EXPECT_EQ(spec.outcome().events(0).id(), "863f52b9-eee1-5666-9b2d-c6ca7e5564b3");
}

TEST(DerivedId, OfAFilterUseComesFromTheCommand) {
  auto spec = given(organization(), filter("F1"));
  spec.when_command(command_of({use("F1")})).then_accepted();
  EXPECT_EQ(spec.outcome().events(0).saved_filter().used().use_id(),
            "782e27a9-b4f4-5b60-a08b-4896e55136c7");
}

TEST(ExternalId, ATakenOneIsRefused) {
  given(organization(), company("C1"))
      .when(company("C1"))
      .then_rejected("external_id.taken", ErrorKind::kConflict, "externalIds")
      .when(company("C2").known_as("spec", "C1"))
      .then_rejected("external_id.taken", ErrorKind::kConflict, "externalIds");
}

TEST(ExternalId, IsUniqueForEntityAndNamespaceOnly) {
  given(organization(), company("C1").known_as("erp", "1"))
      .when(contact("K1").known_as("erp", "1"))
      .then_accepted()
      .when(company("C2").known_as("crm", "1"))
      .then_accepted()
      .when(company("C3").known_as("erp", "2"))
      .then_accepted();
}

TEST(ExternalId, ALaterOneLeavesTheIdAsItIs) {
  auto spec = given(organization(), company("C1"));
  spec.when(add_external_id("C1", "erp", " 4711 "))
      .then(event("C1", "external_ids_added", "external_ids { namespace: 'erp' id: '4711' }"));
  spec.when(patch("C1", "city: 'Oslo'").with("id: 'erp/4711'")).then(changed("C1", "city: 'Oslo'"));
  spec.when(company("C2").without_external_ids().known_as("erp", "4711"))
      .then_rejected("external_id.taken", ErrorKind::kConflict, "externalIds");
  spec.when(add_external_id("C1", "erp", "4711")).then_nothing();
}

TEST(ExternalId, AddressesARecordWhereverAnIdDoes) {
  given(organization(), stage("S1"), company("C1").known_as("erp", "c/1"),
        contact("K1").at("C1").known_as("erp", "k"), user("U1").known_as("hr", "ada"))
      .when(deal("D1", "S1")
                .with("stage_id: 'spec/S1' company_id: 'erp/c/1' contact_id: 'erp/ k ' "
                      "owner_id: 'hr/ada'"))
      .then_accepted()
      .then_record(
          "D1",
          "stage_id: '@S1' company_id: '@C1' contact_id: '@K1' ownership { owner_id: '@U1' }");
}

TEST(ExternalId, AnIdMayBeWrittenInCapitals) {
  auto spec = given(organization(), company("C1"));
  std::string capitals = id("C1");
  for (char& c : capitals) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  spec.when(patch("C1", "city: 'Oslo'").with("id: '" + capitals + "'")).then_accepted();
}

TEST(ExternalId, OfAnotherRecordIsTaken) {
  given(organization(), company("C1"), company("C2"))
      .when(add_external_id("C1", "spec", "C2"))
      .then_rejected("external_id.taken", ErrorKind::kConflict, "externalIds")
      .when(company("C3").or_update().known_as("spec", "C1").known_as("spec", "C2"))
      .then_rejected("external_id.taken", ErrorKind::kConflict, "externalIds");
}

TEST(ExternalId, GivenTwiceAtOnceCountsOnce) {
  auto spec = given(organization(), company("C1"));
  spec.when(company("C2").known_as("erp", "1").known_as("erp", " 1")).then_accepted();
  EXPECT_EQ(spec.outcome().events(0).external_ids_size(), 2);  // with the one of its name
  spec.when(add_external_id("C1", "erp", "2").known_as("erp", "2"))
      .then(event("C1", "external_ids_added", "external_ids { namespace: 'erp' id: '2' }"));
}

TEST(ExternalId, OfADeletedRecordSaysSo) {
  given(organization(), company("C1"), remove("C1"))
      .when(company("C1"))
      .then_rejected("record.deleted", ErrorKind::kConflict, "externalIds")
      .when(company("C1").or_update())
      .then_rejected("record.deleted", ErrorKind::kConflict, "externalIds")
      .when(add_external_id("C1", "erp", "1"))
      .then_rejected("company.not_found", ErrorKind::kNotFound, "id")
      .when(company("C1").or_restore())
      .then_accepted();
}

TEST(ExternalId, OfATombstoneStaysTaken) {
  auto spec =
      given(organization(), company("C1"), filter("F1"), stage("S1"), field("XC1", "C1", "A", "1"),
            remove("F1"), remove("S1"), remove_field("XC1", "C1", "A"));
  for (const Act& each : {filter("F1"), filter("F1").or_update(), filter("F1").or_restore(),
                          stage("S1"), stage("S1").or_restore(), field("XC1", "C1", "B", "1"),
                          add_external_id("XC1", "erp", "1")}) {
    if (each.action.has_add_external_ids()) {
      spec.when(each).then_rejected("company_custom_field.not_found", ErrorKind::kNotFound, "id");
    } else {
      spec.when(each).then_rejected("external_id.taken", ErrorKind::kConflict, "externalIds");
    }
  }
  spec.when(filter("F2").known_as("spec", "F1"))
      .then_rejected("external_id.taken", ErrorKind::kConflict, "externalIds");
}

TEST(ExternalId, NamespaceAndIdAreChecked) {
  auto spec = given(organization());
  const auto create = [](const std::string& name_space, const std::string& external_id) {
    return company("C1").without_external_ids().known_as(name_space, external_id);
  };
  spec.when(create("ERP", "1"))
      .then_rejected("namespace.malformed", ErrorKind::kInvalid, "externalIds[0].namespace");
  spec.when(create("", "1"))
      .then_rejected("field.required", ErrorKind::kInvalid, "externalIds[0].namespace");
  spec.when(create(std::string(51, 'a'), "1"))
      .then_rejected("text.too_long", ErrorKind::kInvalid, "externalIds[0].namespace");
  spec.when(create("erp", "  "))
      .then_rejected("field.required", ErrorKind::kInvalid, "externalIds[0].id");
  spec.when(create("erp", std::string(256, '1')))
      .then_rejected("text.too_long", ErrorKind::kInvalid, "externalIds[0].id");
  spec.when(create(std::string(50, 'a'), std::string(255, '1'))).then_accepted();
}

TEST(ExternalId, ACommandGivesABoundedNumber) {
  auto spec = given(organization(), company("C1"));
  Act many = company("C2").without_external_ids();
  Act more = act("add_external_ids", "entity: ENTITY_COMPANY id: '@C1'");
  for (int i = 0; i < 21; ++i) {
    many = many.known_as("erp", std::to_string(i));
    more = more.known_as("crm", std::to_string(i));
  }
  spec.when(many).then_rejected("external_id.too_many", ErrorKind::kInvalid, "externalIds");
  spec.when(more).then_rejected("external_id.too_many", ErrorKind::kInvalid, "externalIds");
}

TEST(ExternalId, IsAddedByWhoMayChangeTheRecord) {
  auto spec = given(organization(), user("U1"), user("U2"), viewer("U3"), admin("U4"),
                    company("C1").by("U1"));
  spec.as("U1").when(add_external_id("C1", "erp", "1")).then_accepted();
  spec.as("U2")
      .when(add_external_id("C1", "erp", "2"))
      .then_rejected("company.not_found", ErrorKind::kNotFound, "id");
  spec.as("U3")
      .when(add_external_id("C1", "erp", "2"))
      .then_rejected("not_allowed", ErrorKind::kNotAllowed);
  spec.as("U1")
      .when(add_external_id("U1", "hr", "1"))
      .then_rejected("not_allowed", ErrorKind::kNotAllowed);
  spec.as("U4").when(add_external_id("U1", "hr", "1")).then_accepted();
}

}  // namespace
}  // namespace daybook::test
