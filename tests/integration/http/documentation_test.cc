// docs/http.md says what the server does: every route, code and limit stands there, and its
// examples are commands.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "infra/http/gateway.h"
#include "tests/integration/http/fixture.h"

namespace daybook::http {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

const fs::path kRoot(DAYBOOK_SOURCE_DIR);

const std::string& document() {
  static const std::string text = text_of(kRoot / "docs" / "http.md");
  return text;
}

std::set<std::string> matches_in(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at)
    found.insert((*at)[1]);
  return found;
}

TEST(HttpDocument, HasASectionForEveryRouteAndForNoOther) {
  std::set<std::string> known;
  for (const KnownRoute& route : kKnownRoutes)
    known.insert(std::string(route.method) + " " + std::string(route.path));
  EXPECT_EQ(matches_in(document(), std::regex("\n### `([A-Z]+ /[^`]*)`")), known);
}

// The list is all that is answered, so a route that is not in it cannot be forgotten here.
TEST_F(HttpTest, AnswersTheKnownRoutesAndNoOther) {
  const std::string nothing = "http.not_found";
  for (const KnownRoute& route : kKnownRoutes) {
    const std::string target =
        std::regex_replace(std::string(route.path), std::regex(R"(\{\w+\})"), kOrganization);
    SCOPED_TRACE(target);
    const Reply reply = ask(route.method == "GET" ? get(target) : request("POST", target, "{}"));
    EXPECT_EQ(reply.body.find(nothing), std::string::npos) << reply.body;
    EXPECT_EQ(ask(request("DELETE", target)).status, 405);
    EXPECT_THAT(ask(get(target + "/more")).body, testing::HasSubstr(nothing));
  }
}

// Codes of the server's own, in whatever source they are given.
TEST(HttpDocument, NamesEveryCodeOfTheServer) {
  static const std::regex code("\"((?:http|server|auth|history|receipt)\\.[a-z_]+)\"");
  // Told to who starts the server, or by the client of the command line.
  const std::set<std::string> elsewhere{"http.cannot_listen", "http.unreachable"};
  for (const auto& entry : fs::directory_iterator(kRoot / "infra" / "http")) {
    if (entry.path().extension() != ".cc") continue;
    for (const std::string& each : matches_in(text_of(entry.path()), code)) {
      if (elsewhere.count(each) != 0) continue;
      EXPECT_NE(document().find("`" + each + "`"), std::string::npos) << each;
    }
  }
}

TEST(HttpDocument, NamesEveryStatusOfTheServer) {
  for (const int status : {200, 202, 400, 401, 403, 404, 405, 408, 409, 413, 415, 431, 500, 503}) {
    EXPECT_NE(document().find("\n| " + std::to_string(status) + " | "), std::string::npos)
        << status;
  }
}

std::string with_commas(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

TEST(HttpDocument, HasTheLimitsOfTheServer) {
  const HttpConfig config;
  const auto expect_row = [](const std::string& what, const std::string& value) {
    EXPECT_NE(document().find("\n| " + what + " | " + value + " | "), std::string::npos)
        << what << ": " << value;
  };
  const auto seconds = [](std::chrono::milliseconds time) {
    return std::to_string(time.count() / 1000) + " s";
  };
  expect_row("Request line and headers", std::to_string(config.header_bytes_max / 1024) + " KiB");
  expect_row("A command, or a line of a stream",
             std::to_string(config.body_bytes_max / 1024 / 1024) + " MiB");
  expect_row("Lines of a stream that wait for their answers", with_commas(config.stream_window));
  expect_row("Commands in flight", with_commas(config.commands_in_flight_max) + ", " +
                                       std::to_string(config.bytes_in_flight_max / 1024 / 1024) +
                                       " MiB");
  expect_row("Connections", with_commas(config.connections_max));
  expect_row("Objects and lists inside each other", with_commas(codec::kJsonDepthMax));
  expect_row("Values in one command", with_commas(codec::kValuesMax));
  expect_row("Wait between requests", seconds(config.idle_timeout));
  expect_row("Wait for the headers", seconds(config.header_timeout));
  expect_row("Wait for the body of a command", seconds(config.body_timeout));
  expect_row("Silence of a stream", seconds(config.stream_timeout));
  expect_row("Wait for the client to take an answer", seconds(config.write_timeout));
}

// What stands between <<'END' and END, a command or one on each line.
TEST(HttpDocument, HasExamplesThatAreCommands) {
  const std::string begin_mark = "<<'END'\n";
  std::size_t examples = 0;
  for (auto at = document().find(begin_mark); at != std::string::npos;
       at = document().find(begin_mark, at + 1)) {
    const auto begin = at + begin_mark.size();
    const auto line_begin = document().rfind('\n', at) + 1;
    const bool stream =
        document().substr(line_begin, at - line_begin).find("x-ndjson") != std::string::npos;
    std::istringstream example(document().substr(begin, document().find("\nEND", begin) - begin));
    std::string text;
    while (std::getline(example, text, stream ? '\n' : '\0')) {
      Command command;
      EXPECT_TRUE(codec::decode_json(text, command).empty()) << text;
      EXPECT_TRUE(normalize(command).empty()) << text;
      ++examples;
    }
  }
  EXPECT_GE(examples, 3U);
}

}  // namespace
}  // namespace daybook::http
