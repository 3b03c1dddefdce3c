// What the command line does with what cannot be done: commands arrive as they were given, and exit
// codes tell a refusal from something to try again.
#include <fstream>

#include "infra/http/client.h"
#include "tests/e2e/shared.h"

namespace daybook::testing {
namespace {

class RefusalsCli : public SharedInstallation {
 protected:
  static std::string file(const std::string& name, const std::string& text) {
    const auto path = daybook_->folder() / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  static Json over_http(const std::string& text) {
    http::Client client(daybook_->address());
    return Json::parse(client.post("/v1/commands", "application/json", text)->body);
  }
  static void expect_refused_as_over_http(const std::string& source, const std::string& text) {
    const ProgramResult sent = run({"send", source, "--json"});
    EXPECT_EQ(sent.exit_code, 2) << sent.out << sent.err;
    const Json answer = Json::parse(sent.out, nullptr, false);
    EXPECT_EQ(answer, over_http(text));
    EXPECT_NE(answer["violations"][0]["code"], "") << sent.out;
  }
};

TEST_F(RefusalsCli, SendsDuplicateKeysAndLongDecimalsAsTheyAre) {
  const std::string sound = command(1, create_company("exact", "Exact")).dump();
  const std::string twice = R"({"actor":"someone",)" + sound.substr(1);
  std::string precise = sound;
  precise.replace(precise.find(R"("name":)"), 0, R"("annualRevenue":10.000000000000000001,)");
  std::string big = sound;
  big.replace(big.find(R"("name":)"), 0, R"("employeeCount":99999999999999999999,)");
  for (const std::string& text : {twice, precise, big}) {
    expect_refused_as_over_http(text, text);
    expect_refused_as_over_http(file("altered.json", text), text);
  }
  EXPECT_EQ(run({"send", sound}).exit_code, 0) << "nothing of it was taken before";
}

TEST_F(RefusalsCli, RefusesDeepNestingWithACode) {
  const std::string deep =
      R"({"action":)" + std::string(200'000, '[') + std::string(200'000, ']') + "}";
  expect_refused_as_over_http(file("deep.json", deep), deep);
}

TEST_F(RefusalsCli, TakesACommandOfSeveralLinesForOne) {
  const std::string sound = command(2, create_company("lines", "Lines")).dump(2);
  EXPECT_EQ(run({"send", sound + "\n"}).exit_code, 0);
  const ProgramResult broken = run({"send", sound.substr(0, sound.size() - 2), "--json"});
  EXPECT_EQ(broken.exit_code, 2) << broken.out << broken.err;
  EXPECT_FALSE(Json::parse(broken.out)["violations"].empty()) << broken.out;
  // Inside a text a line's end is no blank.
  std::string torn = command(3, create_company("torn", "To rn")).dump();
  torn.replace(torn.find("To rn") + 2, 1, "\n");
  EXPECT_EQ(run({"send", torn}).exit_code, 2);
}

TEST_F(RefusalsCli, TakesALineThatIsTooLongForRefused) {
  const std::string sound = command(4, create_company("short", "Short")).dump();
  const std::string too_long =
      command(5, create_company("long", std::string(1'100'000, 'x'))).dump();
  const ProgramResult lines = run({"send", file("long.ndjson", too_long + "\n" + sound + "\n")});
  EXPECT_EQ(lines.exit_code, 2) << lines.out << lines.err;
  EXPECT_TRUE(contains(lines.out, "line 1: refused: ") && contains(lines.out, "http.line_too_long"))
      << lines.out;
  EXPECT_TRUE(contains(lines.out, "2 sent: 1 accepted (0 of them known already), 1 refused, 0 not"))
      << lines.out;
  const ProgramResult one = run({"send", file("long.json", too_long)});
  EXPECT_EQ(one.exit_code, 2);
  EXPECT_TRUE(contains(one.out, "http.line_too_long")) << one.out;
}

TEST_F(RefusalsCli, SaysThatAFolderIsNoFile) {
  const ProgramResult sent = run({"send", daybook_->folder().string()});
  EXPECT_EQ(sent.exit_code, 1);
  EXPECT_TRUE(contains(sent.err, "send.no_file")) << sent.err;
}

TEST_F(RefusalsCli, ReadsAPipeOnce) {
  const std::string line = command(6, create_company("pipe", "Pipe")).dump();
  const ProgramResult sent = run_program(
      {"/bin/bash", "-c", "\"$1\" send <(printf '%s\\n%s\\n' \"$2\" \"$2\") --data \"$3\"", "bash",
       DAYBOOK_PROGRAM, line, daybook_->folder().string()});
  EXPECT_EQ(sent.exit_code, 0) << sent.err;
  EXPECT_TRUE(contains(sent.out, "2 sent: 2 accepted")) << sent.out;
}

TEST(RefusalsCliAlone, LetsNoExceptionEscape) {
  const std::string impossible(400, 'x');
  for (const bool json : {false, true}) {
    std::vector<std::string> arguments{DAYBOOK_PROGRAM, "doctor", "--data", impossible};
    if (json) arguments.emplace_back("--json");
    const ProgramResult result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_TRUE(contains(result.err, "name too long") && contains(result.err, "internal"))
        << result.err;
    EXPECT_EQ(Json::accept(result.err), json);
  }
}

}  // namespace
}  // namespace daybook::testing
