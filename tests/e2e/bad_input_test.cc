// Bad input through the doors of HTTP: each is answered with its code, path and remedy, costs a
// bounded time and memory, and costs nobody else anything.
#include "tests/e2e/bad_input.h"

#include <chrono>
#include <sstream>

#include "infra/http/client.h"

namespace daybook::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kStream = "application/x-ndjson";
constexpr std::chrono::seconds kAnswerLimit{5};   // of one input, whatever is in it, on any machine
constexpr std::chrono::seconds kStreamLimit{30};  // of all of them behind each other

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
  static void expect_refused(const BadInput& input) {
    const auto begun = Clock::now();
    const auto response = post(input.media_type(), input.bytes);
    EXPECT_TRUE(Clock::now() - begun < kAnswerLimit) << input.name;
    EXPECT_GE(response.status, 400) << input.name;
    EXPECT_LT(response.status, 500) << input.name << ": " << response.body;
    EXPECT_EQ(fault_of(response.body, input), "");
  }
  // The whole table, and behind each of its rows a good command.
  static void send_all(int series) {
    for (const BadInput& input : bad_inputs(series)) {
      expect_refused(input);
      const auto response = post(input.media_type(), input.good);
      EXPECT_EQ(response.status, 200) << "after " << input.name << ": " << response.body;
    }
  }
};

TEST_F(BadInputByHttp, IsAnsweredInEitherEncodingAndLosesNoLaterCommand) { send_all(0); }

TEST_F(BadInputByHttp, CostsLittleMemoryAndNoneThatStays) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "a sanitizer keeps memory that was given back";
#endif
  constexpr int kSeries = 5;
  constexpr double kGrowthMax = 64;
  for (int series = 1; series <= 2; ++series) send_all(series);  // caches, and the allocator's room
  const double before = resident_mb(*daybook_);
  const double peak = peak_mb(*daybook_, [] {
    for (int series = 3; series < 3 + kSeries; ++series) send_all(series);
  });
  EXPECT_LT(peak, kPeakMbMax);
  EXPECT_LT(resident_mb(*daybook_), before + kGrowthMax);
}

TEST_F(BadInputByHttp, IsAnsweredLineByLineInAStream) {
  std::vector<BadInput> sent;
  std::string body;
  for (BadInput& input : bad_inputs(10)) {
    if (input.protobuf || input.bytes.empty()) continue;  // a blank line is passed over
    body += input.bytes + "\n" + input.good + "\n";
    sent.push_back(std::move(input));
  }
  const auto begun = Clock::now();
  http::Response response;
  const double peak = peak_mb(*daybook_, [&] { response = post(kStream, body); });
  EXPECT_TRUE(Clock::now() - begun < kStreamLimit);
  EXPECT_LT(peak, kPeakMbMax);
  EXPECT_EQ(response.status, 200);
  std::istringstream lines(response.body);
  std::string line;
  for (const BadInput& input : sent) {
    ASSERT_TRUE(std::getline(lines, line)) << input.name;
    EXPECT_EQ(fault_of(line, input), "");
    ASSERT_TRUE(std::getline(lines, line)) << input.name;
    EXPECT_EQ(Json::parse(line)["outcome"], "accepted") << "after " << input.name << ": " << line;
  }
  EXPECT_FALSE(std::getline(lines, line)) << line;
}

TEST_F(BadInputByHttp, OfTooManyBytesIsRefusedBeforeItIsRead) {
  const auto response = post("application/json", std::string(2'000'000, ' '));
  EXPECT_EQ(response.status, 413);
  EXPECT_TRUE(contains(response.body, "http.too_large")) << response.body;
  expect_good_command_taken(4);
}

TEST_F(BadInputByHttp, BeginsOneByteBeyondTheLargestCommand) {
  int number = 10;
  for (const bool protobuf : {false, true}) {
    const std::string type = protobuf ? "application/x-protobuf" : "application/json";
    const auto taken = post(type, command_of_size(kCommandBytesMax, ++number, protobuf));
    EXPECT_EQ(taken.status, 200) << taken.body;
    const auto refused = post(type, command_of_size(kCommandBytesMax + 1, ++number, protobuf));
    EXPECT_EQ(refused.status, 413);
    EXPECT_TRUE(contains(refused.body, "http.too_large") && contains(refused.body, "1048576"))
        << refused.body;
    expect_good_command_taken(++number);
  }
}

TEST_F(BadInputByHttp, BeginsOneByteBeyondTheLongestLine) {
  const auto response = post(kStream, command_of_size(kCommandBytesMax, 21, false) + "\n" +
                                          command_of_size(kCommandBytesMax + 1, 22, false) + "\n" +
                                          command(23, create_company("line", "Good")).dump());
  std::istringstream lines(response.body);
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(Json::parse(line)["outcome"], "accepted") << line;
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(Json::parse(line)["error"]["code"], "http.line_too_long") << line;
  EXPECT_TRUE(contains(line, "1048576")) << line;
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(Json::parse(line)["outcome"], "accepted") << line;
}

TEST_F(BadInputByHttp, ThatIsOnlyDangerousElsewhereIsStoredAsItIs) {
  int number = 100;
  for (const std::string& text : hostile_texts()) {
    for (const std::string type : {"application/json", "application/x-protobuf", kStream}) {
      const std::string id = "hostile" + std::to_string(++number);
      const Json sent = command(number, create_company(id, text));
      const bool protobuf = type == "application/x-protobuf";
      const auto response = post(type, protobuf ? in_protobuf(sent) : sent.dump());
      const Json receipt = Json::parse(response.body, nullptr, false);
      ASSERT_TRUE(contains(response.body, "\"accepted\"")) << type << ": " << response.body;
      await_tables(receipt);
      EXPECT_EQ(value("SELECT name FROM crm.companies WHERE id = '" + company_id(id) + "'"), text);
    }
  }
}

}  // namespace
}  // namespace daybook::testing
