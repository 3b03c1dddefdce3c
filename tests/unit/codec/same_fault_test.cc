// A fault that both encodings can have is answered alike: one code, one path, one text.
#include <gtest/gtest.h>

#include <functional>

#include "commands/codec/decode.h"
#include "domain/core/time.h"
#include "domain/core/validate.h"

namespace daybook::codec {
namespace {

// As a command is checked on its way: what it decodes to, or why it does not.
Error only_fault(const std::string& bytes, ContentType type) {
  auto command = decode_command(bytes, type);
  const Violations violations = command ? normalize(*command) : std::move(command).error();
  EXPECT_EQ(violations.size(), 1U) << bytes;
  return violations.empty() ? Error{} : violations.front();
}

void expect_same(const std::string& json, const Command& command, const Error& expected) {
  for (const Error& found : {only_fault(json, ContentType::kJson),
                             only_fault(command.SerializeAsString(), ContentType::kProtobuf)}) {
    EXPECT_EQ(found.kind, ErrorKind::kInvalid) << json;
    EXPECT_EQ(found.code, expected.code) << json;
    EXPECT_EQ(found.path, expected.path) << json;
    EXPECT_EQ(found.detail, expected.detail) << json;
  }
}

constexpr const char* kHead =
    R"({"commandId":"5f0c7c1e-0b1d-4c53-9a55-8f6f0a3f0201",)"
    R"("organizationId":"0da7b00c-de30-4000-8000-000000000001","actor":"integration","action":)";

std::string json_of(const std::string& action) { return kHead + action + "}"; }

Command command_with(const std::function<void(Action&)>& fill) {
  Command command = *decode_command(json_of("{}"), ContentType::kJson);
  fill(*command.mutable_action());
  return command;
}

TEST(SameFault, OfATimeOutOfRange) {
  const auto command = [](std::int64_t time) {
    return command_with(
        [&](Action& action) { action.mutable_purge_filter_uses()->set_used_before(time); });
  };
  const Error expected{ErrorKind::kInvalid, "time.out_of_range",
                       "give a time from 0001-01-01 to 9999-12-31", "usedBefore"};
  const std::pair<const char*, std::int64_t> cases[] = {
      {"9999-12-31T23:30:00-01:00", kTimestampMax + 1},
      {"10000-01-01T00:00:00Z", kTimestampMax + 1},
      {"0000-12-31T23:59:59.999Z", kTimestampMin - 1},
      {"-0001-01-01T00:00:00Z", kTimestampMin - 1}};
  for (const auto& [text, time] : cases) {
    const std::string json = R"({"purgeFilterUses":{"usedBefore":")" + std::string(text) + "\"}}";
    expect_same(json_of(json), command(time), expected);
  }
}

TEST(SameFault, OfADateOutOfRange) {
  const auto command = [](std::int64_t date) {
    return command_with([&](Action& action) {
      auto& patch = *action.mutable_patch_deal();
      patch.set_id("erp/1");
      patch.mutable_set()->set_expected_close_date(static_cast<std::int32_t>(date));
    });
  };
  const Error expected{ErrorKind::kInvalid, "time.out_of_range",
                       "give a date from 0001-01-01 to 9999-12-31", "expectedCloseDate"};
  const std::pair<const char*, std::int64_t> cases[] = {{"10000-01-01", kDateMax + 1},
                                                        {"0000-12-31", kDateMin - 1},
                                                        {"9999-12-31T23:30-01:00", kDateMax + 1}};
  for (const auto& [text, date] : cases) {
    const std::string json =
        R"({"patchDeal":{"id":"erp/1","set":{"expectedCloseDate":")" + std::string(text) + "\"}}}";
    expect_same(json_of(json), command(date), expected);
  }
}

TEST(SameFault, OfANulInAText) {
  const Command command = command_with([](Action& action) {
    auto& patch = *action.mutable_patch_company();
    patch.set_id("erp/1");
    patch.mutable_set()->set_name(std::string("a\0b", 3));
  });
  expect_same(json_of(R"({"patchCompany":{"id":"erp/1","set":{"name":"a\u0000b"}}})"), command,
              {ErrorKind::kInvalid, "text.nul", "text must not contain NUL characters; remove them",
               "name"});
}

TEST(SameFault, OfANulInFreeJson) {
  const std::string nul("a\0b", 3);
  const auto command = [](const google::protobuf::Value& value) {
    return command_with([&](Action& action) {
      auto& patch = *action.mutable_patch_saved_filter();
      patch.set_id("erp/1");
      auto& config = *patch.mutable_set()->mutable_filter_config();
      *config.add_groups()->add_conditions()->mutable_value() = value;
    });
  };
  const auto json = [](const std::string& value) {
    return json_of(
        R"({"patchSavedFilter":{"id":"erp/1","set":{"filterConfig":{"groups":[{"conditions":[{"value":)" +
        value + "}]}]}}}}");
  };
  const std::string path = "filterConfig.groups[0].conditions[0].value";
  google::protobuf::Value text;
  text.set_string_value(nul);
  expect_same(
      json(R"("a\u0000b")"), command(text),
      {ErrorKind::kInvalid, "text.nul", "text must not contain NUL characters; remove them", path});
  google::protobuf::Value named;
  (*named.mutable_struct_value()->mutable_fields())[nul].set_bool_value(true);
  expect_same(json(R"({"a\u0000b":true})"), command(named),
              {ErrorKind::kInvalid, "text.nul",
               "names must not contain NUL characters; remove them", path});
}

}  // namespace
}  // namespace daybook::codec
