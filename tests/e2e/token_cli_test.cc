// The command line and a gateway with a token file.
#include <unistd.h>

#include <fstream>

#include "tests/e2e/shared.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::testing {
namespace {

// The tokens and their SHA-256.
constexpr const char* kIntegration = "integration-token";
constexpr const char* kReader = "reader-token";  // a VIEWER's
constexpr const char* kSeller = "seller-token";  // a USER's
constexpr const char* kOfBeta = "beta-token";
const std::string kTokenFile =
    "# who may send what\n"
    "521bc8ca01307d0189b55a19da738e39c7204f7077e0076e803026e32b2f9383 " +
    std::string(kAcme) +
    " integration may-act-as\n"
    "ba5005a40cf5212e4ac0190104cc127edab013294bb71279a975b27a80982d45 " +
    std::string(kAcme) +
    " e2e/reader\n"
    "8a434b7a4ad70d78fa4372bcc028eb94d7aba4cc359972d11310337c31cf64a9 " +
    std::string(kAcme) +
    " e2e/seller\n"
    "863d63c0bd3a94bfca84ed2063a7355a226faff82ca50b90158bf183aa1a9e61 " +
    std::string(kBeta) + " integration\n";

class TokenCli : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string path = ::testing::TempDir() + "daybook-tokens-" + std::to_string(::getpid());
    std::ofstream(path) << kTokenFile;
    database_ = "DATABASE_URL=" + create_database("token").owner_url;
    daybook_ = std::make_unique<Installation>(std::vector<std::string>{database_});
    daybook_->up({"--token-file", path});
    std::filesystem::remove(path);
    int number = 100;
    for (const Json& action : {create_organization("Acme"), create_user("reader", "VIEWER"),
                               create_user("seller", "USER")}) {
      const ProgramResult sent = as(kIntegration, {"send", command(number++, action).dump()});
      ASSERT_EQ(sent.exit_code, 0) << sent.out;
    }
  }
  static Json create_user(const std::string& external_id, const std::string& role) {
    const Json identity{
        {"externalIds", Json::array({{{"namespace", "e2e"}, {"id", external_id}}})}};
    const Json fields{
        {"email", external_id + "@example.com"}, {"firstName", "Ada"}, {"lastName", role}};
    return {{"createUser", {{"fields", fields}, {"role", role}, {"identity", identity}}}};
  }
  static void TearDownTestSuite() { daybook_.reset(); }

  // Runs a subcommand that shows this token; "" for none.
  static ProgramResult as(const std::string& token, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), DAYBOOK_PROGRAM);
    arguments.insert(arguments.end(), {"--data", daybook_->folder().string()});
    return run_program(arguments, {database_, "DAYBOOK_TOKEN=" + token});
  }
  static void expect_failure(const ProgramResult& result, int exit_code, const std::string& code) {
    EXPECT_EQ(result.exit_code, exit_code) << result.out << result.err;
    EXPECT_TRUE(contains(result.out + result.err, code)) << result.out << result.err;
  }

  static std::string database_;
  static std::unique_ptr<Installation> daybook_;
};

std::string TokenCli::database_;
std::unique_ptr<Installation> TokenCli::daybook_;

TEST_F(TokenCli, LetsTheRightTokenDoEverything) {
  const std::string json = command(1, create_company("t1", "Token")).dump();
  EXPECT_EQ(as(kIntegration, {"send", json}).exit_code, 0);
  EXPECT_EQ(as(kReader, {"receipt", kAcme, command_id(1)}).exit_code, 0);
  const ProgramResult history =
      as(kReader, {"history", "company", "e2e/t1", "--organization", kAcme});
  EXPECT_EQ(history.exit_code, 0) << history.err;
  EXPECT_EQ(as(kReader, {"status"}).exit_code, 0);
  EXPECT_EQ(as(kIntegration, {"parked", "retry"}).exit_code, 0);
  const ProgramResult doctor = as(kReader, {"doctor"});
  EXPECT_EQ(doctor.exit_code, 0) << doctor.out;
}

TEST_F(TokenCli, LetsAUsersTokenSeeWhatTheUserMaySee) {
  ASSERT_EQ(
      as(kIntegration, {"send", command(11, create_company("t11", "Theirs")).dump()}).exit_code, 0);
  Json own = command(12, create_company("t12", "Own"));
  own["actor"] = "e2e/seller";
  ASSERT_EQ(as(kSeller, {"send", own.dump()}).exit_code, 0);
  const auto history_of = [&](const std::string& external_id) {
    return as(kSeller, {"history", "company", "e2e/" + external_id, "--organization", kAcme});
  };
  EXPECT_EQ(history_of("t12").exit_code, 0);
  EXPECT_EQ(as(kSeller, {"receipt", kAcme, command_id(12)}).exit_code, 0);
  expect_failure(history_of("t11"), 1, "company.not_found");
  expect_failure(as(kSeller, {"receipt", kAcme, command_id(11)}), 1, "receipt.not_found");
}

TEST_F(TokenCli, SaysWhereAMissingOrUnknownTokenBelongs) {
  const std::string json = command(2, create_company("t2", "Token")).dump();
  for (const auto& [token, code] :
       {std::pair{"", "auth.missing"}, std::pair{"guessed", "auth.unknown_token"}}) {
    expect_failure(as(token, {"send", json}), 2, code);
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"status"},
          {"parked", "retry"},
          {"receipt", kAcme, command_id(0)},
          {"history", "company", "e2e/t1", "--organization", kAcme}}) {
      const ProgramResult result = as(token, arguments);
      expect_failure(result, 1, code);
      EXPECT_TRUE(contains(result.err, "DAYBOOK_TOKEN")) << result.err;
    }
    const ProgramResult doctor = as(token, {"doctor"});
    expect_failure(doctor, 2, code);
    EXPECT_TRUE(contains(doctor.out, "the engine runs") && contains(doctor.out, "DAYBOOK_TOKEN"))
        << doctor.out;
  }
  EXPECT_EQ(as(kIntegration, {"receipt", kAcme, command_id(2)}).exit_code, 1) << "none was taken";
}

TEST_F(TokenCli, TakesWhatATokenMayNotDoForRefused) {
  const std::string json = command(3, create_company("t3", "Token")).dump();
  expect_failure(as(kReader, {"send", json}), 2, "auth.other_actor");
  expect_failure(as(kOfBeta, {"send", json}), 2, "auth.other_organization");
  expect_failure(as(kOfBeta, {"receipt", kAcme, command_id(0)}), 1, "receipt.not_found");
  expect_failure(as(kReader, {"parked", "retry"}), 1, "not_allowed");
  const auto path = daybook_->folder() / "lines.ndjson";
  std::ofstream(path) << json << "\n" << json << "\n";
  const ProgramResult lines = as(kReader, {"send", path.string()});
  expect_failure(lines, 2,
                 "2 sent: 0 accepted (0 of them known already), 2 refused, 0 not decided");
  EXPECT_TRUE(contains(lines.out, "line 1: refused: ") && contains(lines.out, "auth.other_actor"))
      << lines.out;
}

TEST_F(TokenCli, LetsATokenActAsAnotherOnlyWithThatRight) {
  Json other = command(4, create_company("t4", "Token"));
  other["actor"] = "e2e/reader";
  // Past the gateway; the engine knows no such user.
  const ProgramResult sent = as(kIntegration, {"send", other.dump()});
  EXPECT_FALSE(contains(sent.out, "auth.")) << sent.out;
}

TEST(TokenCliAlone, ListensBeyondLoopbackOnlyWithATokenFile) {
  const Installation daybook;
  const ProgramResult refused = daybook.run({"up", "--http", "0.0.0.0:0"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_TRUE(contains(refused.err, "config.invalid") && contains(refused.err, "token file"))
      << refused.err;
  EXPECT_TRUE(std::filesystem::is_empty(daybook.folder())) << "nothing was begun";
}

TEST(TokenCliAlone, SaysThatTheTokenFileCannotBeRead) {
  const Installation daybook({"DATABASE_URL=" + create_database("token").owner_url});
  const ProgramResult refused =
      daybook.run({"up", "--http", "127.0.0.1:0", "--token-file", "no-such-file"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_TRUE(contains(refused.err, "tokens.unreadable")) << refused.err;
}

}  // namespace
}  // namespace daybook::testing
