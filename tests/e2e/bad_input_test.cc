// Bad input through the doors of HTTP: each is answered with its code, path and remedy, and costs
// nobody else anything.
#include "tests/e2e/bad_input.h"

#include <sstream>

#include "infra/http/client.h"
#include "tests/e2e/shared.h"

namespace daybook::testing {
namespace {

class BadInputByHttp : public SharedInstallation {
 protected:
  static void SetUpTestSuite() {
    SharedInstallation::SetUpTestSuite();
    http::Client client(daybook_->address());
    for (const std::string& line : bad_input_setting())
      (void)client.post("/v1/commands", "application/json", line);
  }
  static http::Response post(const std::string& type, const std::string& body) {
    auto response = http::Client(daybook_->address()).post("/v1/commands", type, body);
    EXPECT_TRUE(response) << response.error().detail;
    return response.value_or(http::Response{});
  }
  // Nobody else notices.
  static void expect_good_command_taken(int number) {
    (void)accept(command(number, create_company("good" + std::to_string(number), "Good")));
  }
};

TEST_F(BadInputByHttp, IsAnsweredInEitherEncoding) {
  for (const BadInput& input : bad_inputs()) {
    const auto response =
        post(input.protobuf ? "application/x-protobuf" : "application/json", input.bytes);
    EXPECT_GE(response.status, 400) << input.name;
    EXPECT_LT(response.status, 500) << input.name << ": " << response.body;
    EXPECT_EQ(fault_of(response.body, input), "");
  }
  expect_good_command_taken(1);
}

TEST_F(BadInputByHttp, IsAnsweredLineByLineInAStream) {
  std::vector<BadInput> sent;
  std::string body;
  for (const BadInput& input : bad_inputs()) {
    if (input.protobuf || input.bytes.size() > 500'000) continue;
    sent.push_back(input);
    body += input.bytes + "\n";
  }
  body += command(3, create_company("good3", "Good")).dump() + "\n";
  const auto response = post("application/x-ndjson", body);
  EXPECT_EQ(response.status, 200);
  std::istringstream lines(response.body);
  std::string line;
  for (const BadInput& input : sent) {
    ASSERT_TRUE(std::getline(lines, line)) << input.name;
    EXPECT_EQ(fault_of(line, input), "");
  }
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(Json::parse(line)["outcome"], "accepted") << line;
}

TEST_F(BadInputByHttp, OfTooManyBytesIsRefusedBeforeItIsRead) {
  const auto response = post("application/json", std::string(2'000'000, ' '));
  EXPECT_EQ(response.status, 413);
  EXPECT_TRUE(contains(response.body, "http.too_large")) << response.body;
  expect_good_command_taken(4);
}

TEST_F(BadInputByHttp, ThatIsOnlyDangerousElsewhereIsStoredAsItIs) {
  int number = 100;
  for (const std::string& text : hostile_texts()) {
    const std::string id = "hostile" + std::to_string(++number);
    await_tables(accept(command(number, create_company(id, text))));
    EXPECT_EQ(value("SELECT name FROM crm.companies WHERE id = '" + company_id(id) + "'"), text);
  }
}

}  // namespace
}  // namespace daybook::testing
