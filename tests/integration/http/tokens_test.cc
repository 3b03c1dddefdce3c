// Tokens: who may send what.
#include "infra/http/tokens.h"

#include <openssl/evp.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "tests/integration/http/fixture.h"

namespace daybook::http {
namespace {

using testing::HasSubstr;

constexpr const char* kOther = "11111111-1111-4111-8111-111111111111";

std::string sha256_hex(const std::string& token) {
  unsigned char hash[32];
  unsigned length = 0;
  EVP_Digest(token.data(), token.size(), hash, &length, EVP_sha256(), nullptr);
  std::string hex;
  for (const unsigned char byte : hash) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", byte);
    hex += digits;
  }
  return hex;
}

class TokenTest : public HttpTest {
 protected:
  void SetUp() override {
    HttpTest::SetUp();
    file_ = testing::TempDir() + "daybook_tokens_" + std::to_string(getpid());
    std::ofstream out(file_);
    out << "# tokens of the test\n\n";
    out << sha256_hex("ada-token") << " " << kOrganization << " erp/ada\n";
    out << sha256_hex("import-token")
        << "\t0B7F6C1E-52A4-4F5E-8D3C-7A9E4D2F6B81 integration may-act-as # nightly\n";
    out << sha256_hex("other-token") << " " << kOther << " integration\n";
    out.close();
    config_.token_file = file_;
  }
  void TearDown() override { std::remove(file_.c_str()); }

  static std::string command_of(const std::string& organization, const std::string& actor) {
    return R"({"commandId":"c","organizationId":")" + organization + R"(","actor":")" + actor +
           R"(","action":{"winDeal":{"id":"erp/1"}}})";
  }
  Reply send(const std::string& token, const std::string& organization, const std::string& actor) {
    const std::string authorization =
        token.empty() ? "" : "Authorization: Bearer " + token + "\r\n";
    return ask(request("POST", "/v1/commands", command_of(organization, actor),
                       "Content-Type: application/json\r\n" + authorization));
  }

  std::string file_;
};

TEST_F(TokenTest, EveryV1RequestNeedsOne) {
  for (const std::string& bytes :
       {request("POST", "/v1/commands", command_json()), get("/v1/status"), get("/v1/nothing"),
        get("/v1/organizations/" + std::string(kOrganization) + "/commands/" + kCommand)}) {
    const Reply reply = ask(bytes);
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.headers.at("www-authenticate"), "Bearer realm=\"daybook\"");
    EXPECT_THAT(reply.body, HasSubstr("auth.missing"));
  }
  EXPECT_EQ(ask(get("/healthz")).status, 200);
  EXPECT_EQ(ask(get("/readyz")).status, 200);
  EXPECT_EQ(ask(get("/metrics")).status, 200);
  EXPECT_EQ(door_.submitted(), 0u);
}

TEST_F(TokenTest, UnknownOnesAreRefused) {
  for (const char* header :
       {"Bearer wrong", "Bearer ", "bearer ada-token2", "Basic YWRhOnRva2Vu", "ada-token"}) {
    const Reply reply = ask(get("/v1/status", "Authorization: " + std::string(header) + "\r\n"));
    EXPECT_EQ(reply.status, 401) << header;
  }
  const Reply reply = ask(get("/v1/status", "Authorization: Bearer wrong\r\n"));
  EXPECT_THAT(reply.headers.at("www-authenticate"), HasSubstr("invalid_token"));
  EXPECT_EQ(reply.body.find("wrong"), std::string::npos);
  EXPECT_EQ(ask(get("/v1/status", "Authorization: bearer ada-token\r\n")).status, 200);
}

TEST_F(TokenTest, StandsForItsOrganizationAndActor) {
  EXPECT_EQ(send("ada-token", kOrganization, "erp/ada").status, 200);
  EXPECT_EQ(send("ada-token", "0B7F6C1E-52A4-4F5E-8D3C-7A9E4D2F6B81", "erp/ada").status, 200);
  const Reply other_actor = send("ada-token", kOrganization, "integration");
  EXPECT_EQ(other_actor.status, 403);
  EXPECT_THAT(other_actor.body, HasSubstr("auth.other_actor"));
  const Reply other_organization = send("ada-token", kOther, "erp/ada");
  EXPECT_EQ(other_organization.status, 403);
  EXPECT_THAT(other_organization.body, HasSubstr("auth.other_organization"));
  EXPECT_EQ(door_.submitted(), 2u);
}

TEST_F(TokenTest, MayActAsAnyActorOfItsOrganization) {
  EXPECT_EQ(send("import-token", kOrganization, "erp/ada").status, 200);
  EXPECT_EQ(send("import-token", kOrganization, "integration").status, 200);
  EXPECT_EQ(send("import-token", kOther, "integration").status, 403);
}

TEST_F(TokenTest, SeesReceiptsOfItsOrganizationOnly) {
  door_.receipts[std::string(kOrganization) + "/" + kCommand] = rejected("rejected", "x.y");
  const std::string target =
      "/v1/organizations/" + std::string(kOrganization) + "/commands/" + kCommand;
  EXPECT_EQ(ask(get(target, "Authorization: Bearer ada-token\r\n")).status, 200);
  const Reply other = ask(get(target, "Authorization: Bearer other-token\r\n"));
  EXPECT_EQ(other.status, 404);
  EXPECT_THAT(other.body, HasSubstr("receipt.not_found"));
}

TEST_F(TokenTest, IsTheViewerOfReceiptsAndHistories) {
  const std::string base = "/v1/organizations/" + std::string(kOrganization);
  for (const std::string& target :
       {base + "/commands/" + kCommand, base + "/history/company/erp%2F4711"}) {
    (void)ask(get(target, "Authorization: Bearer ada-token\r\n"));
    EXPECT_EQ(door_.viewer, "erp/ada");
    (void)ask(get(target, "Authorization: Bearer import-token\r\n"));
    EXPECT_EQ(door_.viewer, "integration") << "who may act as anybody sees what anybody sees";
  }
}

TEST_F(TokenTest, HoldsForEveryLineOfAStream) {
  const Reply reply =
      ask(request("POST", "/v1/commands",
                  command_of(kOrganization, "erp/ada") + "\n" + command_of(kOther, "erp/ada") +
                      "\n" + command_of(kOrganization, "erp/ada") + "\n",
                  "Content-Type: application/x-ndjson\r\nAuthorization: Bearer ada-token\r\n"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, testing::MatchesRegex(
                              "\\{\"outcome\".*\n.*auth.other_organization.*\n\\{\"outcome\".*\n"));
  EXPECT_EQ(door_.submitted(), 2u);
}

TEST_F(TokenTest, AllowsForeignHostNames) {
  EXPECT_EQ(
      ask("GET /v1/status HTTP/1.1\r\nHost: crm.example\r\nAuthorization: Bearer ada-token\r\n\r\n")
          .status,
      200);
}

TEST_F(TokenTest, AllowsOtherAddresses) {
  config_.address = "0.0.0.0";
  EXPECT_EQ(ask(get("/healthz")).status, 200);
  config_.token_file.clear();
  server_.reset();
  const auto refused = Server::start(config_, door_, {}, registry_);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().path, "token_file");
}

TEST(TokenTable, NamesTheLineThatIsWrongWithoutRepeatingIt) {
  const std::string good = sha256_hex("a") + " " + kOrganization + " integration\n";
  const std::string bad[] = {
      "secret-token-in-clear " + std::string(kOrganization) + " integration\n",
      sha256_hex("a") + " nonsense integration\n", sha256_hex("a") + " " + kOrganization + "\n",
      sha256_hex("a") + " " + kOrganization + " integration admin\n",
      sha256_hex("a") + " " + kOrganization + " integration may-act-as more\n"};
  for (const std::string& line : bad) {
    const auto table = TokenTable::parse(good + line);
    ASSERT_FALSE(table.has_value()) << line;
    EXPECT_THAT(table.error().detail, HasSubstr("line 2"));
    EXPECT_EQ(table.error().detail.find("secret"), std::string::npos);
  }
  EXPECT_TRUE(TokenTable::parse(good).has_value());
  EXPECT_EQ(TokenTable::load("/nonexistent/tokens").error().code, "tokens.unreadable");
}

}  // namespace
}  // namespace daybook::http
