// Bad input through the commands topic: each record is answered as HTTP would answer it, and those
// behind it are decided.
#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "infra/http/client.h"
#include "tests/e2e/bad_input.h"
#include "tests/e2e/kafka_shared.h"

namespace daybook::testing {
namespace {

constexpr const char* kPrefix = "bad";
using Answers = std::map<std::string, std::vector<SeenRecord>>;  // by what came back as reply-to

// One installation for all, on the same topics.
class BadInputByKafka : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    daybook_ = std::make_unique<Installation>(kafka_environment(kPrefix));
    create_topics(*daybook_);
    daybook_->up_as("commands");
    for (const std::string& line : bad_input_setting()) {
      const SeenRecord made = ask_by_kcat(kPrefix, Json::parse(line));
      EXPECT_EQ(made.headers.at("outcome"), "accepted") << made.value;
    }
  }
  static void TearDownTestSuite() {
    if (daybook_ && daybook_->is_up()) {
      EXPECT_EQ(daybook_->stop(), 0);
    }
    daybook_.reset();
  }

  struct Sender {
    std::string organization = kAcme;
    bool protobuf = false;
    std::string reply_to;
  };
  // Records of these very bytes, one behind the other in one partition.
  static void publish_bytes(const Sender& sender, const std::vector<std::string>& values) {
    const std::string type = sender.protobuf ? "application/protobuf" : "application/json";
    std::vector<std::string> options{
        "-X", kLargeRecords,         "-k", sender.organization, "-H", "reply-to=" + sender.reply_to,
        "-H", "content-type=" + type};
    for (std::size_t i = 0; i < values.size(); ++i) {
      options.push_back((daybook_->folder() / ("input" + std::to_string(i))).string());
      std::ofstream(options.back(), std::ios::binary) << values[i];
    }
    publish(kPrefix, "", options);
  }
  // Until as many have come as were asked for.
  static Answers await_answers(const std::map<std::string, std::size_t>& wanted) {
    Answers answers;
    await("an answer to every record", [&] {
      answers.clear();
      for (SeenRecord& record : read_topic(std::string(kPrefix) + ".results"))
        answers[record.headers["reply-to"]].push_back(std::move(record));
      return std::all_of(wanted.begin(), wanted.end(), [&](const auto& each) {
        return answers[each.first].size() >= each.second;
      });
    });
    return answers;
  }
  // As the log has it.
  static std::string name_of(const std::string& company) {
    const auto page =
        http::Client(daybook_->address())
            .get("/v1/organizations/" + std::string(kAcme) + "/history/company/" + company);
    EXPECT_TRUE(page) << page.error().detail;
    const Json history = Json::parse(page ? page->body : "", nullptr, false);
    if (!history.contains("entries")) return history.dump();
    for (const Json& change : history["entries"][0]["changes"]) {
      if (change["field"] == "name") return change["newValue"];
    }
    return history.dump();
  }

  // kcat itself takes no more than a million bytes unless it is told.
  static constexpr const char* kLargeRecords = "message.max.bytes=1200000";
  static std::unique_ptr<Installation> daybook_;
};

std::unique_ptr<Installation> BadInputByKafka::daybook_;

TEST_F(BadInputByKafka, IsAnsweredAndLosesNoLaterCommand) {
  std::map<std::string, BadInput> sent;
  std::map<std::string, std::size_t> wanted;
  for (BadInput& input : bad_inputs()) {
    // A key that is no organization has an answer of its own, and so has a record without a value.
    if (input.organization == "acme" || input.bytes.empty()) continue;
    const std::string reply_to = "bad-" + std::to_string(sent.size());
    publish_bytes({input.organization, input.protobuf, reply_to}, {input.bytes, input.good});
    wanted[reply_to] = 2;
    sent.emplace(reply_to, std::move(input));
  }
  Answers answers = await_answers(wanted);
  for (const auto& [reply_to, input] : sent) {
    ASSERT_EQ(answers[reply_to].size(), 2U) << input.name;
    EXPECT_EQ(fault_of(answers[reply_to].front().value, input), "");
    const SeenRecord& good = answers[reply_to].back();
    EXPECT_EQ(good.headers.at("outcome"), "accepted") << "after " << input.name << good.value;
  }
  EXPECT_GE(sent.size(), 60U);
}

TEST_F(BadInputByKafka, IsNotWhatIsAsLargeAsACommandMayBe) {
  for (const bool protobuf : {false, true}) {
    const std::string reply_to = protobuf ? "large protobuf" : "large JSON";
    publish_bytes({kAcme, protobuf, reply_to},
                  {command_of_size(kCommandBytesMax, protobuf ? 1 : 2, protobuf)});
    const SeenRecord taken = await_answers({{reply_to, 1}})[reply_to].front();
    EXPECT_EQ(taken.headers.at("outcome"), "accepted") << taken.value;
  }
}

// The topic takes a little more, and copies are larger.
TEST_F(BadInputByKafka, IsWhatIsLargerThanACommandMayBe) {
  for (const bool protobuf : {false, true}) {
    const std::string reply_to = protobuf ? "larger protobuf" : "larger JSON";
    publish_bytes({kAcme, protobuf, reply_to},
                  {command_of_size(kCommandBytesMax + 1, protobuf ? 5 : 6, protobuf)});
    const SeenRecord refused = await_answers({{reply_to, 1}})[reply_to].front();
    EXPECT_EQ(refused.headers.at("outcome"), "rejected") << refused.value;
    EXPECT_NE(refused.value.find("command.too_large"), std::string::npos) << refused.value;
  }
  const SeenRecord good = ask_by_kcat(kPrefix, command(7, create_company("after", "Good")));
  EXPECT_EQ(good.headers.at("outcome"), "accepted") << good.value;
}

TEST_F(BadInputByKafka, BeyondWhatTheTopicTakesIsRefusedByTheBroker) {
  const std::string large = command_of_size(1'100'000, 3, false);
  EXPECT_THROW(publish_bytes({kAcme, false, "too large"}, {large}), std::runtime_error);
  const SeenRecord good = ask_by_kcat(kPrefix, command(4, create_company("small", "Good")));
  EXPECT_EQ(good.headers.at("outcome"), "accepted") << good.value;
}

TEST_F(BadInputByKafka, ThatIsOnlyDangerousElsewhereIsStoredAsItIs) {
  std::map<std::string, std::string> texts;  // by the company's external id
  std::map<std::string, std::size_t> wanted;
  int number = 100;
  for (const std::string& text : hostile_texts()) {
    for (const bool protobuf : {false, true}) {
      const std::string id = "hostile" + std::to_string(++number);
      const Json sent = command(number, create_company(id, text));
      publish_bytes({kAcme, protobuf, id}, {protobuf ? in_protobuf(sent) : sent.dump()});
      texts[id] = text;
      wanted[id] = 1;
    }
  }
  (void)await_answers(wanted);
  for (const auto& [id, text] : texts) EXPECT_EQ(name_of(company_id(id)), text);
}

}  // namespace
}  // namespace daybook::testing
