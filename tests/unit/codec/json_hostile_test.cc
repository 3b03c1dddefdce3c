// Hostile JSON costs bounded time and memory, and gets an answer.
#include <gtest/gtest.h>

#include "commands/codec/json.h"
#include "schemas/command.pb.h"

namespace daybook::codec {
namespace {

std::string repeated(const std::string& text, std::size_t count) {
  std::string all;
  all.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

Violations refused(const std::string& json) {
  Command command;
  Violations violations = decode_json(json, command);
  EXPECT_FALSE(violations.empty());
  EXPECT_LE(violations.size(), kViolationsMax);
  for (const Error& violation : violations) {
    EXPECT_LT(violation.detail.size(), 2000u);
    EXPECT_LT(violation.path.size(), 2000u);
  }
  return violations;
}

TEST(JsonHostile, DepthIsBounded) {
  const std::string prefix =
      R"({"action":{"saveFilter":{"fields":{"filterConfig":{"groups":[{"conditions":[{"value":)";
  const std::size_t outside = 9;
  const auto nested = [&](std::size_t lists) {
    return prefix + repeated("[", lists) + repeated("]", lists) + "}]}]}}}}}";
  };
  Command command;
  EXPECT_TRUE(decode_json(nested(kJsonDepthMax - outside), command).empty());
  EXPECT_EQ(refused(nested(kJsonDepthMax - outside + 1)).at(0).code, "json.too_deep");
  EXPECT_EQ(refused(prefix + repeated("[", 1'000'000)).at(0).code, "json.too_deep");
  EXPECT_EQ(refused(repeated(R"({"a":)", 200'000)).back().code, "json.too_deep");
}

TEST(JsonHostile, NumberOfValuesIsBounded) {
  EXPECT_EQ(refused(R"({"batch":{"members":[{})" + repeated(",{}", 300'000) + "]}}").at(0).code,
            "json.too_large");
  EXPECT_EQ(refused(R"({"x":[0)" + repeated(",0", 500'000) + "]}").back().code, "json.too_large");
}

TEST(JsonHostile, TheValueThatIsTooManyIsNamedWithItsPlace) {
  const auto of_members = [](const std::string& head, std::size_t members) {
    return head + "{}" + repeated(",{}", members - 1) + "]}}";
  };
  // The document, the batch and its list are values too.
  const std::string head = R"({"actor":"a,b:\"[{","batch":{"members":[)";
  const std::size_t most = kValuesMax - 4;
  Command command;
  ASSERT_TRUE(decode_json(of_members(head, most), command).empty());
  const Error fault = refused(of_members(head, most + 1)).at(0);
  EXPECT_EQ(fault.code, "json.too_large");
  EXPECT_EQ(fault.path, "members[" + std::to_string(most) + "]");
  const std::string place = "line 1, column " + std::to_string(head.size() + 3 * most + 1);
  EXPECT_NE(fault.detail.find(place), std::string::npos) << fault.detail;
  EXPECT_NE(fault.detail.find("send several"), std::string::npos) << fault.detail;
  // On a line of its own, and a number.
  const Error number = refused(R"({"x":[0)" + repeated(",0", kValuesMax - 3) + ",\n 7]}").back();
  EXPECT_NE(number.detail.find("line 2, column 2"), std::string::npos) << number.detail;
}

TEST(JsonHostile, NumberOfFaultsIsBounded) {
  EXPECT_EQ(refused(R"({"batch":{"members":[1)" + repeated(",1", 90'000) + "]}}").size(),
            kViolationsMax);
  std::string members;
  for (int i = 0; i < 50'000; ++i) members += ",\"createCompany" + std::to_string(i) + "\":1";
  EXPECT_EQ(refused(R"({"action":{)" + members.substr(1) + "}}").size(), kViolationsMax);
}

TEST(JsonHostile, LongNamesAndTextsAreNotRepeated) {
  EXPECT_EQ(refused("{\"" + repeated("é", 500'000) + "\":1}").at(0).code, "field.unknown");
  EXPECT_EQ(
      refused(R"({"action":{"expectedVersion":")" + repeated("9", 1'000'000) + "\"}}").at(0).code,
      "number.out_of_range");
  EXPECT_EQ(refused(R"({"action":{"expectedVersion":)" + repeated("9", 300) + "}}").at(0).code,
            "number.out_of_range");
  EXPECT_EQ(
      refused(R"({"action":{"expectedVersion":)" + repeated("9", 1'000'000) + "}}").at(0).code,
      "number.out_of_range");
  EXPECT_EQ(refused(R"({"actor":")" + repeated("x", 1'000'000)).at(0).code, "json.malformed");
}

TEST(JsonHostile, EveryPrefixOfACommandIsAnswered) {
  const std::string json =
      R"({"commandId":"c","batch":{"members":[{"patchDeal":{"set":{"value":1.5e1,"source":"\u00e9"},"clear":["x"]}}]}})";
  for (std::size_t length = 0; length < json.size(); ++length) {
    Command command;
    EXPECT_FALSE(decode_json(json.substr(0, length), command).empty()) << length;
  }
}

TEST(JsonHostile, EveryChangedByteIsAnswered) {
  const std::string json =
      R"({"commandId":"c","action":{"patchDeal":{"set":{"value":"1.5","priority":"LOW"}}}})";
  for (std::size_t i = 0; i < json.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = json;
      changed[i] = static_cast<char>(byte);
      Command command;
      const Violations violations = decode_json(changed, command);
      EXPECT_LE(violations.size(), kViolationsMax);
    }
  }
}

}  // namespace
}  // namespace daybook::codec
