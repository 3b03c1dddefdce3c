// Bad input through the commands topic: each record is answered as HTTP would answer it, and those
// behind it are decided.
#include <fstream>

#include "tests/e2e/bad_input.h"
#include "tests/e2e/kafka_shared.h"

namespace daybook::testing {
namespace {

constexpr const char* kPrefix = "bad";

class BadInputByKafka : public ::testing::Test {
 protected:
  BadInputByKafka() : daybook_(kafka_environment(kPrefix)) {
    create_topics(daybook_);
    daybook_.up_as("commands");
    for (const std::string& line : bad_input_setting()) {
      const SeenRecord made = ask_by_kcat(kPrefix, Json::parse(line));
      EXPECT_EQ(made.headers.at("outcome"), "accepted") << made.value;
    }
  }
  // One record of these very bytes.
  void publish_bytes(const BadInput& input, const std::string& reply_to) {
    const std::string file = (daybook_.folder() / "input").string();
    std::ofstream(file, std::ios::binary) << input.bytes;
    const std::string type = input.protobuf ? "application/protobuf" : "application/json";
    publish(kPrefix, "",
            {"-k", input.organization, "-H", "reply-to=" + reply_to, "-H", "content-type=" + type,
             file});
  }

  Installation daybook_;
};

TEST_F(BadInputByKafka, IsAnsweredAndStopsNothing) {
  std::vector<BadInput> sent;
  for (const BadInput& input : bad_inputs()) {
    // A key that is no organization has an answer of its own; no broker takes a megabyte more.
    if (input.organization == "acme" || input.bytes.size() > 900'000) continue;
    publish_bytes(input, "bad-" + std::to_string(sent.size()));
    sent.push_back(input);
  }
  const SeenRecord good = ask_by_kcat(kPrefix, command(1, create_company("good", "Good")));
  EXPECT_EQ(good.headers.at("outcome"), "accepted") << good.value;
  std::map<std::string, std::vector<SeenRecord>> results;
  for (SeenRecord& record : read_topic(std::string(kPrefix) + ".results"))
    results[record.headers["reply-to"]].push_back(std::move(record));
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto& answers = results["bad-" + std::to_string(i)];
    ASSERT_EQ(answers.size(), 1U) << sent[i].name;
    EXPECT_EQ(fault_of(answers.front().value, sent[i]), "");
  }
  EXPECT_GE(sent.size(), 30U);
  EXPECT_EQ(daybook_.stop(), 0);
}

}  // namespace
}  // namespace daybook::testing
