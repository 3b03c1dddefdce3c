// Commands from bytes of either type, and when two commands are the same.
#include "commands/codec/decode.h"

#include <gtest/gtest.h>

#include "commands/codec/example.h"
#include "commands/codec/json.h"
#include "commands/codec/wire_check.h"
#include "schemas/receipt.pb.h"

namespace daybook::codec {
namespace {

Error first_fault(const std::string& bytes, ContentType type = ContentType::kProtobuf) {
  const auto command = decode_command(bytes, type);
  EXPECT_FALSE(command.has_value());
  return command.has_value() ? Error{} : command.error().at(0);
}

Command open_deal() { return example_command(schema::action_info(Action::kOpenDeal)); }

std::string tag(int field, int wire_type) {
  return std::string(1, static_cast<char>(field << 3 | wire_type));
}
std::string length_delimited(int field, const std::string& content) {
  EXPECT_LT(content.size(), 128u);
  return tag(field, 2) + static_cast<char>(content.size()) + content;
}

TEST(ContentTypeOf, KnowsTheTypesThatWeRead) {
  EXPECT_EQ(content_type_of(""), ContentType::kProtobuf);
  EXPECT_EQ(content_type_of("application/json"), ContentType::kJson);
  EXPECT_EQ(content_type_of(" Application/JSON ; charset=utf-8"), ContentType::kJson);
  EXPECT_EQ(content_type_of("application/x-protobuf"), ContentType::kProtobuf);
  EXPECT_EQ(content_type_of("application/protobuf; proto=daybook.Command"), ContentType::kProtobuf);
  EXPECT_EQ(content_type_of("text/plain"), std::nullopt);
  EXPECT_EQ(content_type_of("application/jsonp"), std::nullopt);
}

TEST(DecodeCommand, RefusesEmptyBytes) {
  EXPECT_EQ(first_fault("").code, "command.empty");
  EXPECT_EQ(first_fault("", ContentType::kJson).code, "command.empty");
}

TEST(DecodeCommand, RefusesUnknownFieldsAtAnyDepth) {
  const Error top = first_fault(open_deal().SerializeAsString() + tag(15, 0) + "\x01");
  EXPECT_EQ(top.code, "field.unknown");
  EXPECT_EQ(top.path, "");
  const std::string action = length_delimited(3, "");  // Action has no field 3
  const Error inner =
      first_fault(length_delimited(11, length_delimited(1, "") + length_delimited(1, action)));
  EXPECT_EQ(inner.code, "field.unknown");
  EXPECT_EQ(inner.path, "members[1]");
  EXPECT_NE(inner.detail.find("field 3 of daybook.Action"), std::string::npos);
}

TEST(DecodeCommand, RefusesWrongWireTypes) {
  EXPECT_EQ(first_fault(tag(3, 0) + "\x01").code, "field.unknown");  // actor as a number
  EXPECT_EQ(first_fault(length_delimited(10, length_delimited(1, "x"))).code,
            "field.unknown");  // version as text
}

TEST(DecodeCommand, RefusesCutAndTrailingBytes) {
  const std::string bytes = open_deal().SerializeAsString();
  EXPECT_EQ(first_fault(bytes + std::string(1, '\0')).code, "protobuf.malformed");
  EXPECT_EQ(first_fault(bytes + "\x0c").code, "protobuf.malformed");  // an end of a group
  for (std::size_t length = 1; length < bytes.size(); ++length) {
    const auto command = decode_command(bytes.substr(0, length), ContentType::kProtobuf);
    if (!command.has_value()) {
      EXPECT_EQ(command.error().at(0).code, "protobuf.malformed");
    }
  }
}

TEST(DecodeCommand, RefusesLengthsBeyondTheEnd) {
  EXPECT_EQ(first_fault(tag(3, 2) + "\xff\xff\xff\xff\x07").code, "protobuf.malformed");
  EXPECT_EQ(first_fault(tag(3, 2) + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01").code,
            "protobuf.malformed");
  EXPECT_EQ(first_fault(std::string(20, '\xff')).code, "protobuf.malformed");
}

TEST(DecodeCommand, SaysWhenItLooksLikeJson) {
  EXPECT_NE(first_fault(R"({"commandId":"c"})").detail.find("application/json"), std::string::npos);
}

TEST(DecodeCommand, RefusesInvalidUtf8WithItsPath) {
  const Error fault = first_fault(length_delimited(3, "\xff"));
  EXPECT_EQ(fault.code, "text.not_utf8");
  EXPECT_EQ(fault.path, "actor");
}

google::protobuf::Value& filter_value(Command& command) {
  auto& fields = *command.mutable_action()->mutable_save_filter()->mutable_fields();
  return *fields.mutable_filter_config()->add_groups()->add_conditions()->mutable_value();
}

TEST(DecodeCommand, RefusesInAFilterValueWhatJsonCannotSay) {
  Command command;
  filter_value(command).set_string_value(std::string("a\0b", 3));
  EXPECT_EQ(first_fault(command.SerializeAsString()).code, "text.nul");
  EXPECT_EQ(first_fault(command.SerializeAsString()).path,
            "filterConfig.groups[0].conditions[0].value");
  command.Clear();
  filter_value(command).set_number_value(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(first_fault(command.SerializeAsString()).code, "number.out_of_range");
  command.Clear();
  (*filter_value(command).mutable_struct_value()->mutable_fields())[std::string("\0", 1)]
      .set_bool_value(true);
  EXPECT_EQ(first_fault(command.SerializeAsString()).code, "text.nul");
}

TEST(DecodeCommand, BoundsDepthSoThatTheOutcomeCanBeReadAgain) {
  const auto nested = [](int lists) {
    Command command;
    auto* value = &filter_value(command);
    for (int i = 0; i < lists; ++i) value = value->mutable_list_value()->add_values();
    value->set_bool_value(true);
    return command;
  };
  // Command, Action, SaveFilter, fields, config, group, condition and value stand around the lists.
  const int most = (kProtobufDepthMax - 8) / 2;
  ASSERT_TRUE(decode_command(nested(most).SerializeAsString(), ContentType::kProtobuf).has_value());
  EXPECT_EQ(first_fault(nested(most + 1).SerializeAsString()).code, "protobuf.too_deep");
  log::Outcome outcome;
  *outcome.add_events()->mutable_saved_filter()->mutable_saved()->mutable_fields() =
      nested(most).action().save_filter().fields();
  EXPECT_TRUE(log::Outcome().ParseFromString(outcome.SerializeAsString()));
}

TEST(DecodeCommand, BoundsRepeatedBombs) {
  std::string members;
  for (int i = 0; i < 300'000; ++i) members += length_delimited(1, "");
  std::string bytes = tag(11, 2);
  for (std::size_t rest = members.size(); rest != 0; rest >>= 7) {
    bytes.push_back(static_cast<char>((rest & 0x7F) | (rest >> 7 != 0 ? 0x80 : 0)));
  }
  EXPECT_EQ(first_fault(bytes + members).code, "protobuf.too_large");
}

TEST(DecodeCommand, NamesTheValueThatIsTooManyAndItsPlace) {
  Command command;
  // The batch is a value too.
  for (std::size_t i = 0; i + 1 < kValuesMax; ++i) command.mutable_batch()->add_members();
  ASSERT_TRUE(decode_command(command.SerializeAsString(), ContentType::kProtobuf).has_value());
  const std::size_t last = command.SerializeAsString().size();
  command.mutable_batch()->add_members();
  const Error fault = first_fault(command.SerializeAsString());
  EXPECT_EQ(fault.code, "protobuf.too_large");
  EXPECT_EQ(fault.path, "members[" + std::to_string(kValuesMax - 1) + "]");
  EXPECT_NE(fault.detail.find("at byte " + std::to_string(last)), std::string::npos)
      << fault.detail;
  EXPECT_NE(fault.detail.find("send several"), std::string::npos) << fault.detail;
}

TEST(PayloadHash, AgreesBetweenEncodings) {
  const auto from_json = decode_command(
      R"({"actor":"integration","organizationId":"0B7F6C1E-52A4-4f5e-8d3c-7a9e4d2f6b81","action":{"expectedVersion":"3",)"
      R"("patchDeal":{"id":"erp/1","set":{"value":12.5,"source":null,"priority":"priority_low"}}}})",
      ContentType::kJson);
  ASSERT_TRUE(from_json.has_value());
  Command built;
  built.set_actor("integration");
  built.set_organization_id("0b7f6c1e-52a4-4f5e-8d3c-7a9e4d2f6b81");
  built.mutable_action()->set_expected_version(3);
  auto& patch = *built.mutable_action()->mutable_patch_deal();
  patch.set_id("erp/1");
  patch.mutable_set()->set_value(1250);
  patch.mutable_set()->set_priority(PRIORITY_LOW);
  patch.add_clear("source");
  const auto from_protobuf = decode_command(built.SerializeAsString(), ContentType::kProtobuf);
  ASSERT_TRUE(from_protobuf.has_value());
  EXPECT_EQ(payload_hash(*from_json), payload_hash(*from_protobuf));
}

TEST(PayloadHash, DoesNotDependOnTheOrderOfFreeJson) {
  const auto hash_of = [](const std::string& value) {
    const auto command = decode_command(
        R"({"action":{"saveFilter":{"fields":{"filterConfig":{"groups":[{"conditions":[{"value":)" +
            value + "}]}]}}}}}",
        ContentType::kJson);
    EXPECT_TRUE(command.has_value());
    return payload_hash(command.value_or(Command()));
  };
  EXPECT_EQ(hash_of(R"({"a":1,"b":2,"c":3})"), hash_of(R"({"c":3,"b":2,"a":1})"));
  EXPECT_NE(hash_of(R"({"a":1})"), hash_of(R"({"a":2})"));
}

TEST(PayloadHash, CountsWhatIsAskedAndByWhom) {
  const Command command = open_deal();
  const PayloadHash hash = payload_hash(command);
  const auto changed = [&](auto change) {
    Command other = command;
    change(other);
    return payload_hash(other) != hash;
  };
  EXPECT_TRUE(changed([](Command& c) { c.set_actor("erp/ada"); }));
  EXPECT_TRUE(
      changed([](Command& c) { c.set_organization_id("11111111-1111-4111-8111-111111111111"); }));
  EXPECT_TRUE(changed([](Command& c) { c.mutable_action()->set_expected_version(0); }));
  EXPECT_TRUE(changed([](Command& c) { c.mutable_action()->mutable_import(); }));
  EXPECT_TRUE(
      changed([](Command& c) { *c.mutable_batch()->add_members() = open_deal().action(); }));
  EXPECT_TRUE(changed([](Command& c) { c.clear_body(); }));
  EXPECT_FALSE(
      changed([](Command& c) { c.set_command_id("22222222-2222-4222-8222-222222222222"); }));
  EXPECT_FALSE(changed([](Command& c) { c.set_correlation_id("x"); }));
  EXPECT_FALSE(changed([](Command& c) { c.set_traceparent("x"); }));
  EXPECT_FALSE(changed([](Command& c) { c.set_retry_of("x"); }));
}

}  // namespace
}  // namespace daybook::codec
