// every class of answer to a command has its HTTP status, decided by the real rules and sent
// by the real server.
#include "infra/http/client.h"
#include "tests/e2e/shared.h"

namespace daybook::testing {
namespace {

using CommandsCli = SharedInstallation;

struct Refusal {
  int status;
  std::string kind;
  std::string code;
  Json command;
  bool recorded = true;  // its receipt can be looked up
};

Json by(const std::string& actor, Json command) {
  command["actor"] = actor;
  return command;
}

Json create_user(const std::string& external_id, const std::string& role,
                 const std::string& email) {
  const Json identity{{"externalIds", Json::array({{{"namespace", "e2e"}, {"id", external_id}}})}};
  return {{"createUser",
           {{"fields", {{"email", email}, {"firstName", "Ada"}, {"lastName", external_id}}},
            {"role", role},
            {"identity", identity}}}};
}

Json create_stage() {
  return {{"createPipelineStage", {{"fields", {{"name", "Qualified"}}}, {"position", 1}}}};
}

// Given a company that nobody owns, the ADMIN x2-admin and the USER x2-user, commands 500 to 502.
std::vector<Refusal> refusals() {
  const Json patch = patch_company("x2", {{"city", "Oslo"}});
  const Json deactivate{{"deactivateUser", {{"id", "e2e/x2-admin"}}}};
  const Json contact{{"createContact",
                      {{"fields", {{"firstName", "Ada"}, {"lastName", "Lovelace"}}},
                       {"companyId", "e2e/x2-nothing"}}}};
  const Json other_user = create_user("x2-other", "USER", "X2-User@example.com");
  Json stale = patch;
  stale["expectedVersion"] = 7;
  return {
      // Malformed.
      {400, "invalid", "field.unknown", command(510, {{"createCompany", {{"feilds", 1}}}}), false},
      {400, "invalid", "field.required", command(511, create_company("x2-blank", " "))},
      {400, "invalid", "company.not_found", command(512, contact)},
      // A business rule: US-4.
      {400, "rejected", "user.self_deactivation", by("e2e/x2-admin", command(513, deactivate))},
      // Not allowed.
      {403, "not_allowed", "not_allowed", by("e2e/x2-user", command(520, create_stage()))},
      {403, "not_allowed", "actor.unknown", by("e2e/x2-nobody", command(521, patch))},
      // Not found, or not to be seen.
      {404, "not_found", "company.not_found",
       command(530, patch_company("x2-nothing", {{"city", "Oslo"}}))},
      {404, "not_found", "company.not_found", by("e2e/x2-user", command(531, patch))},
      // Taken or changed.
      {409, "conflict", "user.email_taken", command(540, other_user)},
      {409, "conflict", "VERSION_CONFLICT", command(541, stale)},
      {409, "conflict", "IDEMPOTENCY_CONFLICT", command(500, patch), false},
  };
}

TEST_F(CommandsCli, X2EveryClassOfAnswerHasItsStatus) {
  http::Client client(daybook_->address());
  const auto post = [&](const Json& command) {
    return client.post("/v1/commands", "application/json", command.dump()).value();
  };
  for (const Json& given : {command(500, create_company("x2", "Acme Ltd")),
                            command(501, create_user("x2-admin", "ADMIN", "x2-admin@example.com")),
                            command(502, create_user("x2-user", "USER", "x2-user@example.com"))}) {
    const http::Response accepted = post(given);
    EXPECT_EQ(accepted.status, 200) << accepted.body;
    EXPECT_EQ(Json::parse(accepted.body)["outcome"], "accepted");
  }
  for (const Refusal& refusal : refusals()) {
    SCOPED_TRACE(refusal.command.dump());
    const http::Response refused = post(refusal.command);
    EXPECT_EQ(refused.status, refusal.status) << refused.body;
    const Json receipt = Json::parse(refused.body);
    EXPECT_EQ(receipt["outcome"], "rejected");
    EXPECT_EQ(receipt["violations"][0]["kind"], refusal.kind);
    EXPECT_EQ(receipt["violations"][0]["code"], refusal.code);
    EXPECT_EQ(receipt.contains("token"), refusal.recorded);
    if (!refusal.recorded) continue;
    const http::Response found = client
                                     .get(std::string("/v1/organizations/") + kAcme + "/commands/" +
                                          refusal.command["commandId"].get<std::string>())
                                     .value();
    EXPECT_EQ(found.status, 200);
    EXPECT_EQ(Json::parse(found.body)["violations"], receipt["violations"]);
  }
  EXPECT_EQ(client.get("/v1/commands")->status, 405);
}

}  // namespace
}  // namespace daybook::testing
