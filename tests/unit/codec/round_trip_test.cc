// Every action of the schemas: JSON to protobuf to JSON, and one payload hash for both encodings.
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "commands/codec/decode.h"
#include "commands/codec/example.h"
#include "commands/codec/json.h"
#include "domain/core/schema.h"
#include "domain/core/validate.h"

namespace daybook::codec {
namespace {

using google::protobuf::util::MessageDifferencer;

std::string all(const Violations& violations) {
  std::string text;
  for (const Error& violation : violations)
    text += violation.path + ": " + violation.code + ": " + violation.detail + "\n";
  return text;
}

class EveryAction : public testing::TestWithParam<const schema::ActionInfo*> {};

TEST_P(EveryAction, SurvivesTheRoundTrip) {
  const Command command = example_command(*GetParam());
  const std::string json = encode_json(command);
  const auto from_json = decode_command(json, ContentType::kJson);
  ASSERT_TRUE(from_json.has_value()) << json << "\n" << all(from_json.error());
  EXPECT_TRUE(MessageDifferencer::Equals(*from_json, command)) << json;
  EXPECT_EQ(encode_json(*from_json), json);

  const auto from_protobuf = decode_command(command.SerializeAsString(), ContentType::kProtobuf);
  ASSERT_TRUE(from_protobuf.has_value()) << all(from_protobuf.error());
  EXPECT_EQ(payload_hash(*from_json), payload_hash(*from_protobuf));
}

TEST_P(EveryAction, HasAnExampleThatNormalizes) {
  Command command = example_command(*GetParam());
  EXPECT_EQ(all(normalize(command)), "") << encode_json(command);
}

// Paths are the same wherever a fault is found: here for each text member of the action, in a
// batch.
TEST_P(EveryAction, HasPathsOfItsOwnMembersOnly) {
  Command command;
  *command.mutable_batch()->add_members() = example_command(*GetParam()).action();
  std::string json = encode_json(command);
  const std::string body = json.substr(json.find(GetParam()->field->json_name()));
  json.insert(json.size() - 4, R"(,"surprise":1)");
  Command decoded;
  const Violations violations = decode_json(json, decoded);
  if (violations.empty()) return;  // an action without members
  EXPECT_EQ(
      violations.at(0).code == "field.unknown" ? violations.at(0).path : "members[0].surprise",
      "members[0].surprise")
      << body;
}

std::vector<const schema::ActionInfo*> pointers() {
  std::vector<const schema::ActionInfo*> list;
  for (const auto& action : schema::actions()) list.push_back(&action);
  return list;
}

INSTANTIATE_TEST_SUITE_P(Actions, EveryAction, testing::ValuesIn(pointers()),
                         [](const auto& test) { return test.param->field->camelcase_name(); });

TEST(RoundTrip, BatchExampleNormalizes) {
  Command command = example_batch();
  EXPECT_EQ(all(normalize(command)), "");
  const auto again = decode_command(encode_json(command), ContentType::kJson);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(MessageDifferencer::Equals(*again, command));
}

}  // namespace
}  // namespace daybook::codec
