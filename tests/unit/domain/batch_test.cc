// Batches: all members or none, each on what the earlier ones leave.
#include <gtest/gtest.h>

#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

TEST(Batch, MembersMayNameRecordsOfEarlierOnes) {
  given(organization())
      .when_batch({stage("S1"), company("C1"), contact("K1").at("C1").primary(),
                   contact("K2").at("C1").primary(), deal("D1", "S1").about("K2"),
                   simply("win_deal", "D1").with("id: 'spec/D1'")})
      .then_accepted()
      .then_record("K1", "", {"is_primary"})
      .then_record(
          "D1",
          "company_id: '@C1' contact_id: '@K2' status: DEAL_STATUS_WON record { version: 2 }");
}

TEST(Batch, X5OneRefusalRefusesAll) {
  auto spec = given(organization(), company("C1"));
  spec.when_batch(
          {patch("C1", "city: 'Oslo'"), company("C2"), remove("C9"), patch("C1", "city: 'Rome'")})
      .then_rejected("company.not_found", ErrorKind::kNotFound, "members[2].id");
  spec.then_record("C1", "record { version: 1 }", {"fields.city"});
  EXPECT_EQ(spec.version("C2"), 0U);
}

TEST(Batch, EveryRefusedMemberIsNamed) {
  given(organization(), user("U1"), company("C1").by("U1"), stage("S1"))
      .as("U1")
      .when_batch({remove("C9"), patch("C1", "city: 'Oslo'"), stage("S2"), contact("K1").at("C9")})
      .then_rejected({{"company.not_found", ErrorKind::kNotFound, "members[0].id"},
                      {"not_allowed", ErrorKind::kNotAllowed, "members[2]"},
                      {"company.not_found", ErrorKind::kInvalid, "members[3].companyId"}});
}

TEST(Batch, FaultsOfFormCarryTheirMember) {
  given(organization())
      .when_batch({company("C1"), company("C2").with("fields { name: ' ' }"),
                   contact("K1").with("fields { email: 'nobody' }")})
      .then_rejected({{"field.required", ErrorKind::kInvalid, "members[1].name"},
                      {"email.malformed", ErrorKind::kInvalid, "members[2].email"}});
}

TEST(Batch, AMemberThatNeedsARefusedOneSaysOnlyThat) {
  given(organization(), stage("S1"))
      .when_batch({company("C1").owned_by("U9"), contact("K1").at("C1"),
                   deal("D1", "S9").at("C1").about("K1"), patch("D1", "value: 5"), company("C2")})
      .then_rejected({{"user.not_found", ErrorKind::kInvalid, "members[0].ownerId"},
                      {"batch.needs_refused_member", ErrorKind::kInvalid, "members[1].companyId"},
                      {"batch.needs_refused_member", ErrorKind::kInvalid, "members[2].companyId"},
                      {"batch.needs_refused_member", ErrorKind::kInvalid, "members[2].contactId"},
                      {"batch.needs_refused_member", ErrorKind::kInvalid, "members[3].id"}});
}

TEST(Batch, ExpectedVersionsAreThoseBeforeIt) {
  auto spec = given(organization(), company("C1"), patch("C1", "city: 'Oslo'"));
  spec.when_batch({patch("C1", "city: 'Rome'").expecting(2),
                   patch("C1", "city: 'Lima'").expecting(2), company("C2").expecting(0),
                   patch("C2", "city: 'Rome'").expecting(0)})
      .then_accepted();
  EXPECT_EQ(spec.version("C1"), 4U);
  spec.when_batch(
          {patch("C1", "city: 'Rome'").expecting(4), patch("C1", "city: 'Bonn'").expecting(5)})
      .then_rejected("VERSION_CONFLICT", ErrorKind::kConflict, "members[1].expectedVersion");
}

TEST(Batch, HasOneToAThousandMembers) {
  auto spec = given(organization(), company("C1"));
  spec.when_batch({}).then_rejected("batch.size", ErrorKind::kInvalid, "members");
  spec.when_batch(std::vector<Act>(1001, patch("C1", "city: 'Oslo'")))
      .then_rejected("batch.size", ErrorKind::kInvalid, "members");
  spec.when_batch(std::vector<Act>(1000, patch("C1", "city: 'Oslo'")))
      .then(changed("C1", "city: 'Oslo'"));
}

TEST(Batch, GivesAtMostAThousandEvents) {
  auto spec = given(organization(), company("C1"));
  std::vector<Act> members;
  for (int i = 0; i < 500; ++i) {
    members.push_back(patch("C1", "city: 'Oslo'"));
    members.push_back(patch("C1", "city: 'Rome'"));
  }
  spec.when_batch(members).then_accepted();
  EXPECT_EQ(spec.outcome().events_size(), 1000);
  members[0] = contact("K1").at("C1").primary();
  members[1] = contact("K2").at("C1").primary();
  spec.when_batch(members).then_rejected("outcome.too_large", ErrorKind::kRejected);
}

TEST(Batch, StopsAtTheBoundInsteadOfWorkingOn) {
  // Each of these moves all earlier ones: half a million events, if nothing stopped it.
  std::vector<Act> members;
  for (int i = 0; i < 1000; ++i) members.push_back(stage("S0").without_external_ids());
  given(organization())
      .when_batch(members)
      .then_rejected("outcome.too_large", ErrorKind::kRejected);
}

TEST(Batch, NeedsNoOtherMemberToBeRefusedForTheOrganization) {
  given()
      .when_batch({organization(), company("C1")})
      .then_accepted()
      .then_record("C1", "record { version: 1 }");
}

TEST(Batch, AMemberWithoutActionIsRefused) {
  given(organization(), company("C1"))
      .when_batch({patch("C1", "city: 'Oslo'"), Act{}})
      .then_rejected("action.missing", ErrorKind::kInvalid, "members[1].action");
}

TEST(Batch, ACommandWithoutActionIsRefused) {
  Command command;
  command.set_actor("integration");
  command.set_organization_id(std::string(kOrganization));
  given(organization())
      .when_command(command)
      .then_rejected("command.empty", ErrorKind::kInvalid, "action");
  command.mutable_action();
  given(organization())
      .when_command(command)
      .then_rejected("action.missing", ErrorKind::kInvalid, "action");
}

}  // namespace
}  // namespace daybook::test
