// Messages into JSON.
#include <gtest/gtest.h>

#include <limits>

#include "commands/codec/json.h"
#include "schemas/command.pb.h"
#include "schemas/receipt.pb.h"

namespace daybook::codec {
namespace {

TEST(JsonEncode, WritesFormatsAndLeavesOutWhatIsAbsent) {
  Command command;
  command.set_actor("a");
  auto& fields = *command.mutable_action()->mutable_open_deal()->mutable_fields();
  fields.set_title("Quote \" slash \\ tab \t line \n bell \x07 é");
  fields.set_value(8'500'000);
  fields.set_priority(PRIORITY_HIGH);
  fields.set_expected_close_date(20162);
  fields.set_probability(0);
  command.mutable_action()->mutable_import()->set_created_at(1742029200123);
  command.mutable_action()->set_expected_version(0);
  EXPECT_EQ(
      encode_json(command),
      R"({"actor":"a","action":{"expectedVersion":0,"import":{"createdAt":"2025-03-15T09:00:00.123Z"},)"
      R"("openDeal":{"fields":{"title":"Quote \" slash \\ tab \t line \n bell \u0007 é","value":"85000.00",)"
      R"("expectedCloseDate":"2025-03-15","probability":"0.00","priority":"HIGH"}}}})");
}

TEST(JsonEncode, WritesReceipts) {
  Receipt receipt;
  receipt.set_outcome("accepted");
  receipt.set_decided_at(0);
  auto* record = receipt.add_records();
  record->set_entity(ENTITY_PIPELINE_STAGE);
  record->set_version(12);
  auto* notice = receipt.add_notices();
  (*notice->mutable_counts())["zebras"] = 1;
  (*notice->mutable_counts())["ants"] = -2;
  EXPECT_EQ(encode_json(receipt),
            R"({"outcome":"accepted","records":[{"entity":"PIPELINE_STAGE","version":12}],)"
            R"("notices":[{"counts":{"ants":-2,"zebras":1}}]})");
}

TEST(JsonEncode, WritesFreeJsonNaturallyAndSorted) {
  google::protobuf::Value value;
  auto& fields = *value.mutable_struct_value()->mutable_fields();
  fields["b"].set_number_value(10000);
  fields["a"].mutable_list_value()->add_values()->set_number_value(0.1);
  fields["c"].set_null_value(google::protobuf::NULL_VALUE);
  fields["d"].set_number_value(std::numeric_limits<double>::infinity());
  fields["e"].mutable_struct_value();
  EXPECT_EQ(encode_json(value), R"({"a":[0.1],"b":10000,"c":null,"d":null,"e":{}})");
}

TEST(JsonEncode, EmptyMessage) {
  EXPECT_EQ(encode_json(Command()), "{}");
  EXPECT_EQ(encode_json_indented(Command()), "{}");
}

TEST(JsonEncode, IndentsForPeople) {
  Command command;
  command.mutable_action()->mutable_patch_deal()->add_clear("source");
  command.mutable_action()->mutable_patch_deal()->mutable_set();
  EXPECT_EQ(encode_json_indented(command),
            "{\n  \"action\": {\n    \"patchDeal\": {\n      \"set\": {},\n      \"clear\": [\n    "
            "    \"source\"\n      ]\n"
            "    }\n  }\n}");
}

}  // namespace
}  // namespace daybook::codec
