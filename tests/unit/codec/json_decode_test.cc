// JSON into commands: what is taken, and what is refused with which code and path.
#include <gtest/gtest.h>

#include "commands/codec/json.h"
#include "schemas/command.pb.h"
#include "schemas/receipt.pb.h"

namespace daybook::codec {
namespace {

// The action inside of a whole command.
std::string action(const std::string& json) { return R"({"action":)" + json + "}"; }

Command decoded(const std::string& json) {
  Command command;
  const Violations violations = decode_json(json, command);
  for (const Error& violation : violations) {
    ADD_FAILURE() << violation.path << ": " << violation.code << ": " << violation.detail << "\n"
                  << json;
  }
  return command;
}

struct RefusedCase {
  const char* name;
  std::string json;
  const char* code;
  const char* path;
  const char* remedy = "";  // part of the message
};

void PrintTo(const RefusedCase& test, std::ostream* out) { *out << test.name; }

class JsonRefused : public testing::TestWithParam<RefusedCase> {};

TEST_P(JsonRefused, WithCodePathAndRemedy) {
  Command command;
  const Violations violations = decode_json(GetParam().json, command);
  ASSERT_EQ(violations.size(), 1u)
      << GetParam().json << " " << (violations.empty() ? "" : violations[1].detail);
  EXPECT_EQ(violations[0].kind, ErrorKind::kInvalid);
  EXPECT_EQ(violations[0].code, GetParam().code) << violations[0].detail;
  EXPECT_EQ(violations[0].path, GetParam().path) << violations[0].detail;
  EXPECT_NE(violations[0].detail, "");
  EXPECT_NE(violations[0].detail.find(GetParam().remedy), std::string::npos)
      << violations[0].detail;
}

const RefusedCase kRefused[] = {
    // The document.
    {"Empty", "", "json.malformed", "", "line 1, column 1"},
    {"Blank", "  ", "json.malformed", ""},
    {"Text", "\"hello\"", "json.wrong_type", "", "object"},
    {"List", "[]", "json.wrong_type", "", "object"},
    {"Number", "42", "json.wrong_type", "", "object"},
    {"Null", "null", "json.wrong_type", "", "object"},
    {"Cut", R"({"actor":"integ)", "json.malformed", "actor"},
    {"TrailingComma", R"({"actor":"a",})", "json.malformed", "actor", "line 1, column 14"},
    {"TrailingText", "{} {}", "json.malformed", "", "line 1, column 4"},
    {"SecondLine", "{\n \"actor\": tru }", "json.malformed", "actor", "line 2"},
    {"Comment", "{/* no */}", "json.malformed", ""},
    {"SingleQuotes", "{'actor':'a'}", "json.malformed", ""},
    {"NotANumber", R"({"actor":NaN})", "json.malformed", "actor"},
    {"LeadingZero", action(R"({"expectedVersion":01})"), "json.malformed", "expectedVersion"},
    // Members.
    {"Unknown", R"({"actr":"a"})", "field.unknown", "actr", "did you mean \"actor\"?"},
    {"UnknownFarOff", R"({"zzzzzzzzzzzz":1})", "field.unknown", "zzzzzzzzzzzz", "remove it"},
    {"UnknownAction", action(R"({"createCompnay":{}})"), "field.unknown", "createCompnay",
     "\"createCompany\""},
    {"UnknownWithContent", R"({"x":{"y":[1,{"z":null}]},"actor":"a"})", "field.unknown", "x"},
    {"ActionTooHigh", R"({"createCompany":{}})", "field.unknown", "createCompany",
     "into \"action\""},
    {"FieldTooHigh", action(R"({"createCompany":{"name":"A"}})"), "field.unknown", "name",
     "into \"fields\""},
    {"PatchedTooHigh", action(R"({"patchCompany":{"name":"A"}})"), "field.unknown", "name",
     "into \"set\""},
    {"Twice", R"({"actor":"a","actor":"b"})", "json.duplicate_key", "actor"},
    {"TwiceInBothNames", R"({"commandId":"a","command_id":"b"})", "json.duplicate_key",
     "commandId"},
    {"TwoActions", action(R"({"winDeal":{},"loseDeal":{}})"), "field.conflict", "", "winDeal"},
    {"ActionAndBatch", R"({"action":{},"batch":{}})", "field.conflict", ""},
    // Types.
    {"NumberForText", R"({"actor":1})", "json.wrong_type", "actor", "text"},
    {"ObjectForText", R"({"actor":{}})", "json.wrong_type", "actor", "text"},
    {"ListForText", R"({"actor":["a"]})", "json.wrong_type", "actor", "text"},
    {"TextForObject", R"({"action":"a"})", "json.wrong_type", "", "object"},
    {"ListForObject", R"({"action":[]})", "json.wrong_type", "", "object"},
    {"ObjectForList", R"({"batch":{"members":{}}})", "json.wrong_type", "members", "list"},
    {"TextForList", R"({"batch":{"members":"a"}})", "json.wrong_type", "members", "list"},
    {"TextInListOfObjects", R"({"batch":{"members":["a"]}})", "json.wrong_type", "members[0]",
     "object"},
    {"NumberInListOfText", action(R"({"patchDeal":{"clear":["source",7]}})"), "json.wrong_type",
     "clear[1]"},
    {"ObjectInListOfText", action(R"({"patchDeal":{"clear":[{}]}})"), "json.wrong_type",
     "clear[0]"},
    {"TextForBool", action(R"({"createContact":{"isPrimary":"true"}})"), "json.wrong_type",
     "isPrimary", "true or false"},
    {"NumberForBool", action(R"({"createContact":{"isPrimary":1}})"), "json.wrong_type",
     "isPrimary"},
    {"BoolForNumber", action(R"({"expectedVersion":true})"), "json.wrong_type", "expectedVersion",
     "whole number"},
    {"TextForNumber", action(R"({"expectedVersion":"one"})"), "json.wrong_type", "expectedVersion"},
    {"BlankForNumber", action(R"({"expectedVersion":""})"), "json.wrong_type", "expectedVersion"},
    // Numbers.
    {"Fraction", action(R"({"expectedVersion":1.5})"), "number.fractional", "expectedVersion"},
    {"SmallExponent", action(R"({"expectedVersion":1e-1})"), "number.fractional",
     "expectedVersion"},
    {"Negative", action(R"({"expectedVersion":-1})"), "number.out_of_range", "expectedVersion"},
    {"TooLargeForUnsigned", action(R"({"expectedVersion":18446744073709551616})"),
     "number.out_of_range", "expectedVersion"},
    {"TooLargeForSigned",
     action(R"({"createCompany":{"fields":{"employeeCount":9223372036854775808}}})"),
     "number.out_of_range", "employeeCount"},
    {"TooLargeForInt32", action(R"({"movePipelineStage":{"position":2147483648}})"),
     "number.out_of_range", "position"},
    {"HugeExponent", action(R"({"expectedVersion":1e300})"), "number.out_of_range",
     "expectedVersion"},
    {"BeyondDouble", action(R"({"expectedVersion":1e999})"), "number.out_of_range",
     "expectedVersion"},
    // Amounts.
    {"ThreeDigits", action(R"({"openDeal":{"fields":{"value":0.001}}})"), "number.too_precise",
     "value", "two digits"},
    {"ThreeDigitsInText", action(R"({"openDeal":{"fields":{"value":"10.005"}}})"),
     "number.too_precise", "value"},
    {"ThreeDigitsByExponent", action(R"({"openDeal":{"fields":{"value":"1e-3"}}})"),
     "number.too_precise", "value"},
    {"TinyAmount", action(R"({"openDeal":{"fields":{"value":1e-300}}})"), "number.too_precise",
     "value"},
    {"NotAnAmount", action(R"({"openDeal":{"fields":{"value":"1,000"}}})"), "number.malformed",
     "value", "85000.00"},
    {"EmptyAmount", action(R"({"openDeal":{"fields":{"value":""}}})"), "number.malformed", "value"},
    {"BoolForAmount", action(R"({"openDeal":{"fields":{"value":true}}})"), "json.wrong_type",
     "value"},
    {"AmountTooLarge", action(R"({"openDeal":{"fields":{"value":92233720368547758.08}}})"),
     "number.out_of_range", "value"},
    {"ProbabilityTooLarge", action(R"({"openDeal":{"fields":{"probability":21474836.48}}})"),
     "number.out_of_range", "probability"},
    // Times.
    {"NotATime", action(R"({"purgeFilterUses":{"usedBefore":"yesterday"}})"), "time.malformed",
     "usedBefore", "ISO 8601"},
    {"DateForTime", action(R"({"purgeFilterUses":{"usedBefore":"2025-03-15"}})"), "time.malformed",
     "usedBefore"},
    {"NumberForTime", action(R"({"purgeFilterUses":{"usedBefore":1}})"), "json.wrong_type",
     "usedBefore"},
    {"NoSuchDay", action(R"({"openDeal":{"fields":{"expectedCloseDate":"2025-02-29"}}})"),
     "time.malformed", "expectedCloseDate"},
    {"NumberForDate", action(R"({"openDeal":{"fields":{"expectedCloseDate":20000}}})"),
     "json.wrong_type", "expectedCloseDate"},
    // Enums.
    {"UnknownEnum", action(R"({"openDeal":{"fields":{"priority":"HIGHEST"}}})"), "enum.unknown",
     "priority", "LOW, MEDIUM, HIGH, URGENT"},
    {"UnspecifiedEnum", action(R"({"openDeal":{"fields":{"priority":"UNSPECIFIED"}}})"),
     "enum.unknown", "priority"},
    {"EnumNumber", action(R"({"openDeal":{"fields":{"priority":1}}})"), "json.wrong_type",
     "priority", "LOW"},
    // Text.
    {"Nul", R"({"actor":"a\u0000b"})", "text.nul", "actor"},
    {"LoneHighSurrogate", R"({"actor":"\ud800"})", "text.not_utf8", "actor"},
    {"LoneLowSurrogate", R"({"actor":"\udc00"})", "text.not_utf8", "actor"},
    {"InvalidUtf8", "{\"actor\":\"\xff\"}", "text.not_utf8", "actor"},
    {"OverlongUtf8", "{\"actor\":\"\xc0\xaf\"}", "text.not_utf8", "actor"},
    {"Utf8Surrogate", "{\"actor\":\"\xed\xa0\x80\"}", "text.not_utf8", "actor"},
    {"InvalidUtf8InName", "{\"a\xff\":1}", "text.not_utf8", ""},
    {"RawControlCharacter", "{\"actor\":\"a\nb\"}", "json.malformed", "actor"},
    // Null.
    {"NullMember", R"({"actor":null})", "json.null", "actor", "leave the member out"},
    {"NullAction", R"({"action":null})", "json.null", ""},
    {"NullInCreate", action(R"({"createCompany":{"fields":{"city":null}}})"), "json.null", "city"},
    {"NullInList", action(R"({"patchCompany":{"clear":[null]}})"), "json.null", "clear[0]"},
    {"NullSet", action(R"({"patchCompany":{"set":null}})"), "json.null", ""},
    {"NullDeepInSet", action(R"({"patchSavedFilter":{"set":{"filterConfig":{"name":null}}}})"),
     "json.null", "filterConfig.name"},
    // Free JSON.
    {"NulInValue",
     action(
         R"({"saveFilter":{"fields":{"filterConfig":{"groups":[{"conditions":[{"value":"\u0000"}]}]}}}})"),
     "text.nul", "filterConfig.groups[0].conditions[0].value"},
    {"InexactInValue",
     action(
         R"({"saveFilter":{"fields":{"filterConfig":{"groups":[{"conditions":[{"value":9007199254740993}]}]}}}})"),
     "number.too_precise", "filterConfig.groups[0].conditions[0].value", "as text"},
    {"TwiceInValue",
     action(
         R"({"saveFilter":{"fields":{"filterConfig":{"groups":[{"conditions":[{"value":{"a":1,"a":2}}]}]}}}})"),
     "json.duplicate_key", "filterConfig.groups[0].conditions[0].value"},
    // Where it is, in a batch.
    {"InBatch", R"({"batch":{"members":[{},{"createContact":{"fields":{"firstName":1}}}]}})",
     "json.wrong_type", "members[1].firstName"},
    {"InBatchIdentity",
     R"({"batch":{"members":[{"createUser":{"identity":{"externalIds":[{"id":"1"},{"id":2}]}}}]}})",
     "json.wrong_type", "members[0].externalIds[1].id"},
    {"UnknownInBatch", R"({"batch":{"members":[{"winDeal":{"idd":"x"}}]}})", "field.unknown",
     "members[0].idd"},
};

INSTANTIATE_TEST_SUITE_P(Cases, JsonRefused, testing::ValuesIn(kRefused),
                         [](const testing::TestParamInfo<RefusedCase>& test) {
                           return test.param.name;
                         });

TEST(JsonDecode, TakesBothSpellingsOfNames) {
  const Command command = decoded(R"({"command_id":"c","organizationId":"o","retry_of":"r"})");
  EXPECT_EQ(command.command_id(), "c");
  EXPECT_EQ(command.organization_id(), "o");
  EXPECT_EQ(command.retry_of(), "r");
}

TEST(JsonDecode, TakesEnumsInAnyCaseWithAndWithoutPrefix) {
  for (const char* text : {"HIGH", "high", "High", "PRIORITY_HIGH", "priority_high"}) {
    const Command command =
        decoded(action(R"({"openDeal":{"fields":{"priority":")" + std::string(text) + "\"}}}"));
    EXPECT_EQ(command.action().open_deal().fields().priority(), PRIORITY_HIGH) << text;
  }
}

TEST(JsonDecode, ReadsAmountsExactly) {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"85000", 8'500'000},
      {"\"85000.00\"", 8'500'000},
      {"0.1", 10},
      {"0.29", 29},
      {"\"0.290\"", 29},
      {"1.15", 115},
      {"8.5e4", 8'500'000},
      {"\"8.5E+4\"", 8'500'000},
      {"9999999999.99", 999999999999},
      {"-12.5", -1250},
      {"4503599627370497.01", 450359962737049701},
      {"1e2", 10'000},
      {"0.00", 0},
  };
  for (const auto& [text, hundredths] : cases) {
    const Command command =
        decoded(action(R"({"openDeal":{"fields":{"value":)" + std::string(text) + "}}}"));
    EXPECT_EQ(command.action().open_deal().fields().value(), hundredths) << text;
  }
}

TEST(JsonDecode, ReadsWholeNumbersFromNumbersAndText) {
  const std::pair<const char*, std::uint64_t> cases[] = {{"0", 0},
                                                         {"7", 7},
                                                         {"\"7\"", 7},
                                                         {"18446744073709551615", UINT64_MAX},
                                                         {"\"18446744073709551615\"", UINT64_MAX},
                                                         {"5.0", 5},
                                                         {"1e3", 1000}};
  for (const auto& [text, number] : cases) {
    const Command command = decoded(action(R"({"expectedVersion":)" + std::string(text) + "}"));
    EXPECT_TRUE(command.action().has_expected_version());
    EXPECT_EQ(command.action().expected_version(), number) << text;
  }
}

TEST(JsonDecode, ReadsTimesAndDates) {
  const Command command = decoded(action(
      R"({"import":{"createdAt":"2025-03-15T10:00:00.123456+01:00","actualCloseDate":"2025-03-15T23:30:00-01:00"}})"));
  EXPECT_EQ(command.action().import().created_at(), 1742029200123);
  EXPECT_EQ(command.action().import().actual_close_date(), 20163);
}

TEST(JsonDecode, TurnsNullInAPatchIntoClear) {
  const Command command = decoded(action(
      R"({"patchCompany":{"id":"a","clear":["city"],"set":{"name":"A","postalCode":null,"company_size":null}}})"));
  const auto& patch = command.action().patch_company();
  ASSERT_EQ(patch.clear_size(), 3);
  EXPECT_EQ(patch.clear(0), "city");
  EXPECT_EQ(patch.clear(1), "postal_code");
  EXPECT_EQ(patch.clear(2), "company_size");
  EXPECT_EQ(patch.set().name(), "A");
  EXPECT_FALSE(patch.set().has_postal_code());
}

TEST(JsonDecode, TurnsANullMessageInAPatchIntoClear) {
  const Command command = decoded(action(R"({"patchSavedFilter":{"set":{"filterConfig":null}}})"));
  ASSERT_EQ(command.action().patch_saved_filter().clear_size(), 1);
  EXPECT_EQ(command.action().patch_saved_filter().clear(0), "filter_config");
}

TEST(JsonDecode, TakesAnyJsonInAFilterValue) {
  const std::string value = R"([null,true,"x",1.5,-3,{"a":{"b":[]},"c":null}])";
  const Command command = decoded(
      action(R"({"saveFilter":{"fields":{"filterConfig":{"groups":[{"conditions":[{"value":)" +
             value + "}]}]}}}}"));
  const auto& condition =
      command.action().save_filter().fields().filter_config().groups(0).conditions(0);
  EXPECT_EQ(encode_json(condition), R"({"value":)" + value + "}");
}

TEST(JsonDecode, ReportsAllFaultsAtOnce) {
  Command command;
  const Violations violations = decode_json(
      R"({"nope":{"a":[1,2]},"actor":7,"batch":{"members":[{"winDeal":{"x":1}},null,{"moveDeal":{"id":[]}}]}})",
      command);
  ASSERT_EQ(violations.size(), 5u);
  EXPECT_EQ(violations[0].path, "nope");
  EXPECT_EQ(violations[1].path, "actor");
  EXPECT_EQ(violations[2].path, "members[0].x");
  EXPECT_EQ(violations[3].path, "members[1]");
  EXPECT_EQ(violations[4].path, "members[2].id");
}

TEST(JsonDecode, ReadsReceiptsWithMapsAndBytes) {
  Receipt receipt;
  const std::string json =
      R"({"outcome":"accepted","notices":[{"code":"company.has_records","counts":{"contacts":2,"deals":"3"}}]})";
  EXPECT_TRUE(decode_json(json, receipt).empty());
  EXPECT_EQ(receipt.notices(0).counts().at("deals"), 3);
  log::Outcome outcome;
  EXPECT_TRUE(decode_json(R"({"payloadHash":"AAEC_-8="})", outcome).empty());
  EXPECT_EQ(outcome.payload_hash(), std::string("\x00\x01\x02\xff\xef", 5));
  EXPECT_EQ(decode_json(R"({"payloadHash":"A"})", outcome).at(0).code, "bytes.malformed");
}

}  // namespace
}  // namespace daybook::codec
