// Subcommands that talk to command handlers, beside a running `daybook up`.
#include <fstream>

#include "infra/http/client.h"
#include "tests/e2e/shared.h"

namespace daybook::testing {
namespace {

using CommandsCli = SharedInstallation;

TEST_F(CommandsCli, HelpEverywhere) {
  const std::vector<std::vector<std::string>> commands{{},
                                                       {"up"},
                                                       {"send"},
                                                       {"receipt"},
                                                       {"history"},
                                                       {"status"},
                                                       {"migrate"},
                                                       {"schema"},
                                                       {"schema", "check"},
                                                       {"migrate", "up"},
                                                       {"migrate", "down"},
                                                       {"migrate", "status"},
                                                       {"seed"},
                                                       {"seed", "demo"},
                                                       {"url"},
                                                       {"parked"},
                                                       {"parked", "list"},
                                                       {"parked", "show"},
                                                       {"parked", "retry"},
                                                       {"doctor"},
                                                       {"commands"},
                                                       {"projections"},
                                                       {"topics"},
                                                       {"topics", "create"},
                                                       {"topics", "check"},
                                                       {"topics", "accept-commands"},
                                                       {"dead-letters"},
                                                       {"dead-letters", "list"},
                                                       {"dead-letters", "show"},
                                                       {"dead-letters", "retry"},
                                                       {"dead-letters", "drop"}};
  for (auto arguments : commands) {
    const std::string name = arguments.empty() ? "daybook" : arguments.back();
    arguments.emplace_back("--help");
    const ProgramResult help = run(arguments);
    EXPECT_EQ(help.exit_code, 0) << name;
    EXPECT_TRUE(contains(help.out, name) && contains(help.out, "--help"))
        << name << ": " << help.out;
    EXPECT_EQ(help.err, "") << name;
    for (const char* common :
         {"--data TEXT=.daybook", "--http TEXT=127.0.0.1:7420", "--token-file TEXT", "--json"})
      EXPECT_TRUE(contains(help.out, common)) << name << ": " << help.out;
  }
  EXPECT_TRUE(contains(run({"--help"}).out, "Exit codes"));
  EXPECT_TRUE(contains(run({"up", "--help"}).out, "--partitions UINT:INT in [1 - 64]=1"));
}

TEST_F(CommandsCli, TellsWrongUsageFromFailure) {
  const std::vector<std::vector<std::string>> wrong{{},
                                                    {"fly"},
                                                    {"receipt"},
                                                    {"history", "company"},
                                                    {"migrate"},
                                                    {"migrate", "sideways"},
                                                    {"parked"},
                                                    {"up", "--partitions", "0"},
                                                    {"send", "--unknown"},
                                                    {"migrate", "down", "--to", "three"}};
  for (const auto& arguments : wrong) {
    const ProgramResult result = run(arguments);
    EXPECT_EQ(result.exit_code, 64)
        << (arguments.empty() ? "" : arguments.front()) << result.out << result.err;
    EXPECT_NE(result.err, "");
  }
}

TEST_F(CommandsCli, SendsOneCommandAndShowsItsAnswer) {
  const std::string json = command(1, create_company("c1", "Acme Ltd")).dump();
  const ProgramResult first = run({"send", json});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  const Json receipt = Json::parse(first.out);
  EXPECT_EQ(receipt["outcome"], "accepted");
  EXPECT_EQ(receipt["commandId"], command_id(1));
  EXPECT_EQ(receipt["records"][0]["id"], company_id("c1"));
  EXPECT_TRUE(receipt.contains("token"));
  const ProgramResult again = run({"--json", "send", json});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_EQ(Json::parse(again.out)["token"], receipt["token"]);
  EXPECT_EQ(Json::parse(again.out)["repeated"], true);
  EXPECT_EQ(std::count(again.out.begin(), again.out.end(), '\n'), 1) << "one line for scripts";
}

TEST_F(CommandsCli, SaysWhyACommandIsRefused) {
  const ProgramResult refused = run({"send", command(2, create_company("c2", "  ")).dump()});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_TRUE(contains(refused.out, "\"rejected\"") && contains(refused.out, "\"name\""))
      << refused.out;
  for (const char* text : {R"({"nonsense": 1})", "{", R"({"commandId": "x"})"}) {
    const ProgramResult malformed = run({"send", text, "--json"});
    EXPECT_EQ(malformed.exit_code, 2) << text << malformed.out << malformed.err;
    EXPECT_FALSE(Json::parse(malformed.out)["violations"].empty()) << malformed.out;
  }
}

TEST_F(CommandsCli, SendsAFileOfLinesAndSumsItUp) {
  const auto path = daybook_->folder() / "commands.ndjson";
  std::ofstream(path) << command(10, create_company("f1", "One")).dump() << "\n\n"
                      << command(11, create_company("f2", " ")).dump() << "\n"
                      << command(10, create_company("f1", "One")).dump() << "\r\n"
                      << "{nonsense\n";
  const ProgramResult sent = run({"send", path.string()});
  EXPECT_EQ(sent.exit_code, 2);
  EXPECT_TRUE(
      contains(sent.out, "4 sent: 2 accepted (1 of them known already), 2 refused, 0 not decided"))
      << sent.out;
  EXPECT_TRUE(contains(sent.out, "line 3: refused: name"))
      << "the line of the file is named: " << sent.out;
}

TEST_F(CommandsCli, SendsAFileThatIsOneCommand) {
  const auto path = daybook_->folder() / "command.json";
  std::ofstream(path) << command(12, create_company("f3", "Three")).dump(2) << "\n";
  const ProgramResult sent = run({"send", path.string(), "--json"});
  EXPECT_EQ(sent.exit_code, 0) << sent.out << sent.err;
  EXPECT_EQ(Json::parse(sent.out)["commandId"], command_id(12));
}

TEST_F(CommandsCli, SendsStandardInputAndAnswersInItsOrder) {
  std::string input;
  for (int i = 100; i < 450; ++i) {
    const std::string id = "i" + std::to_string(i);
    input += command(i, create_company(id, i % 50 == 7 ? " " : id)).dump() + "\n";
  }
  const ProgramResult sent = run({"send", "--json"}, input);
  EXPECT_EQ(sent.exit_code, 2);
  std::istringstream lines(sent.out);
  std::string line;
  int number = 100;
  for (; std::getline(lines, line); ++number) {
    const Json receipt = Json::parse(line);
    EXPECT_EQ(receipt["commandId"], command_id(number));
    EXPECT_EQ(receipt["outcome"], number % 50 == 7 ? "rejected" : "accepted");
  }
  EXPECT_EQ(number, 450);
  EXPECT_TRUE(contains(sent.err, "350 sent: 343 accepted")) << sent.err;
  EXPECT_EQ(run({"send", "-"}, "").exit_code, 0);
}

TEST_F(CommandsCli, SaysThatAFileCannotBeRead) {
  const ProgramResult sent = run({"send", "no-such-file"});
  EXPECT_EQ(sent.exit_code, 1);
  EXPECT_TRUE(contains(sent.err, "send.no_file") && contains(sent.err, "no-such-file")) << sent.err;
  const ProgramResult json = run({"send", "no-such-file", "--json"});
  EXPECT_EQ(Json::parse(json.err)["error"]["code"], "send.no_file");
}

TEST_F(CommandsCli, ShowsReceipts) {
  const Json receipt = accept(command(20, create_company("r1", "Receipt")));
  const ProgramResult shown = run({"receipt", kAcme, command_id(20), "--json"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_EQ(Json::parse(shown.out)["token"], receipt["token"]);
  EXPECT_TRUE(contains(run({"receipt", kAcme, command_id(20)}).out, "\"accepted\""));
  for (const auto& [organization, id] :
       {std::pair{kAcme, command_id(9999)}, std::pair{kBeta, command_id(20)}}) {
    const ProgramResult missing = run({"receipt", organization, id});
    EXPECT_EQ(missing.exit_code, 1);
    EXPECT_TRUE(contains(missing.err, "receipt.not_found")) << missing.err;
  }
  EXPECT_EQ(run({"receipt", "acme", "one"}).exit_code, 1);
}

TEST_F(CommandsCli, ShowsTheHistoryWithOldAndNewValues) {
  (void)accept(command(30, create_company("h1", "Before")));
  (void)accept(command(31, patch_company("h1", {{"name", "After"}, {"city", "Bergen"}})));
  await_tables(accept(command(32, patch_company("h1", {{"city", nullptr}}))));
  const std::string id = company_id("h1");
  for (const std::string& reference : {id, std::string("e2e/h1")}) {
    const ProgramResult shown = run({"history", "company", reference});
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_TRUE(contains(shown.out, "company " + id)) << shown.out;
    EXPECT_TRUE(contains(shown.out, "version 1") && contains(shown.out, "companyCreated"))
        << shown.out;
    EXPECT_TRUE(
        contains(shown.out, "by integration (patchCompany, command " + command_id(31) + ")") ||
        contains(shown.out, command_id(31)))
        << shown.out;
    EXPECT_TRUE(contains(shown.out, "name: \"Before\" -> \"After\"")) << shown.out;
    EXPECT_TRUE(contains(shown.out, "city: nothing -> \"Bergen\"")) << shown.out;
    EXPECT_TRUE(contains(shown.out, "city: \"Bergen\" -> nothing")) << shown.out;
  }
  const Json json =
      Json::parse(run({"history", "company", "e2e/h1", "--organization", kAcme, "--json"}).out);
  ASSERT_EQ(json["entries"].size(), 3U);
  EXPECT_EQ(json["entries"][1]["commandId"], command_id(31));
  EXPECT_EQ(json["id"], id);
}

TEST_F(CommandsCli, SaysWhatHistoryIsNotThere) {
  EXPECT_TRUE(contains(run({"history", "unicorn", "x"}).err, "unicorn"));
  EXPECT_EQ(run({"history", "unicorn", "x"}).exit_code, 1);
  const ProgramResult missing = run({"history", "company", "e2e/nothing", "--organization", kAcme});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_TRUE(contains(missing.err, "not_found")) << missing.err;
}

TEST_F(CommandsCli, ShowsTheStatus) {
  const ProgramResult shown = run({"status"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_TRUE(contains(shown.out, "commands: deciding") &&
              contains(shown.out, "read tables: following"))
      << shown.out;
  const Json json = Json::parse(run({"status", "--json"}).out);
  EXPECT_EQ(json["log"]["partitions"], 1);
  EXPECT_EQ(json["partitions"][0]["commands"]["owns"], true);
  EXPECT_EQ(json["partitions"][0]["projection"]["running"], true);
}

TEST_F(CommandsCli, AnswersHistoryOverHttp) {
  (void)accept(command(40, create_company("h2", "Http")));
  http::Client client(daybook_->address());
  const std::string path = std::string("/v1/organizations/") + kAcme + "/history/company/";
  for (const std::string& reference : {company_id("h2"), std::string("e2e%2Fh2")}) {
    const auto response = client.get(path + reference);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200) << response->body;
    EXPECT_EQ(Json::parse(response->body)["entries"].size(), 1U);
  }
  EXPECT_EQ(client.get(path + company_id("none"))->status, 404);
  EXPECT_EQ(
      client
          .get(std::string("/v1/organizations/") + kBeta + "/history/company/" + company_id("h2"))
          ->status,
      404);
  EXPECT_EQ(client.get(std::string("/v1/organizations/") + kAcme + "/history/unicorn/x")->status,
            400);
}

TEST_F(CommandsCli, TriesParkedRowsAgainOverHttp) {
  http::Client client(daybook_->address());
  EXPECT_EQ(client.post("/v1/parked/retry", "application/json", "{}")->status, 202);
  EXPECT_EQ(client.get("/v1/parked/retry")->status, 405);
  const ProgramResult json = run({"parked", "retry", "--json"});
  EXPECT_EQ(json.exit_code, 0) << json.err;
  EXPECT_EQ(Json::parse(json.out)["requested"], true) << json.out;
}

}  // namespace
}  // namespace daybook::testing
