// Every action of the schemas: JSON to protobuf to JSON, and one payload hash for both encodings.
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <set>

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

// Puts a fault into every text of the message, repeated ones included.
void spoil_texts(google::protobuf::Message& message) {
  const auto& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    const bool text = field->type() == google::protobuf::FieldDescriptor::TYPE_STRING;
    const bool inner = field->message_type() != nullptr &&
                       field->message_type()->file()->package() != "google.protobuf";
    if (text && !field->is_repeated())
      reflection.SetString(&message, field, std::string("a\0b", 3));
    if (inner && !field->is_repeated()) spoil_texts(*reflection.MutableMessage(&message, field));
    for (int i = 0; inner && field->is_repeated() && i < reflection.FieldSize(message, field);
         ++i) {
      spoil_texts(*reflection.MutableRepeatedMessage(&message, field, i));
    }
  }
}

std::multiset<std::string> paths(const Violations& violations) {
  std::multiset<std::string> all_paths;
  for (const Error& violation : violations) all_paths.insert(violation.path + " " + violation.code);
  return all_paths;
}

// The codec and the domain find the same fault under the same path and code.
TEST_P(EveryAction, NamesFaultsAsTheDomainDoes) {
  Command command = example_batch();
  *command.mutable_batch()->add_members() = example_command(*GetParam()).action();
  spoil_texts(command);
  Command decoded;
  const auto found_by_codec = paths(decode_json(encode_json(command), decoded));
  EXPECT_EQ(found_by_codec, paths(normalize(command)));
  EXPECT_FALSE(found_by_codec.empty());
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
