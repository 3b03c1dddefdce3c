// docs/commands.md is what the schemas say.
#include "commands/codec/reference.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "commands/codec/decode.h"
#include "domain/core/schema.h"
#include "domain/core/validate.h"
#include "domain/saved_filter/filter_fields.h"

namespace daybook::codec {
namespace {

const std::string kDocument = std::string(DAYBOOK_SOURCE_DIR) + "/docs/commands.md";

TEST(CommandReference, IsTheCommittedDocument) {
  if (std::getenv("DAYBOOK_UPDATE_DOCS") != nullptr)
    std::ofstream(kDocument) << command_reference();
  std::ifstream file(kDocument);
  std::stringstream committed;
  committed << file.rdbuf();
  EXPECT_TRUE(committed.str() == command_reference())
      << "docs/commands.md is not current; run this test with DAYBOOK_UPDATE_DOCS=1 and commit the "
         "result";
}

TEST(CommandReference, DescribesEveryAction) {
  const std::string reference = command_reference();
  for (const auto& action : schema::actions()) {
    EXPECT_NE(reference.find("\n### " + action.field->json_name() + "\n\n" + action.rule.doc()),
              std::string::npos);
  }
}

TEST(CommandReference, NamesEveryFieldAndOperatorOfFilters) {
  const std::string reference = command_reference();
  const auto expect_named = [&](std::string_view row, std::string_view name) {
    const auto at = reference.find("\n| " + std::string(row) + " | ");
    ASSERT_NE(at, std::string::npos) << row;
    const std::string line = reference.substr(at + 1, reference.find('\n', at + 1) - at - 1);
    EXPECT_NE(line.find("`" + std::string(name) + "`"), std::string::npos) << row << " " << name;
  };
  for (const auto type : saved_filter::field_types()) {
    for (const auto op : saved_filter::operators_of(type)) expect_named(name_of(type), op);
  }
  for (const auto entity :
       {saved_filter::FILTER_ENTITY_COMPANIES, saved_filter::FILTER_ENTITY_CONTACTS,
        saved_filter::FILTER_ENTITY_DEALS, saved_filter::FILTER_ENTITY_ACTIVITIES}) {
    const auto& value =
        *saved_filter::FilterEntity_descriptor()->FindValueByNumber(static_cast<int>(entity));
    for (const auto& field : saved_filter::fields_of(entity)) {
      expect_named(
          "`" + std::string(schema::enum_text(value)) + "` | " + std::string(name_of(field.type)),
          field.name);
    }
  }
}

TEST(CommandReference, HasExamplesThatDecodeAndNormalize) {
  static constexpr std::string_view kBegin = "```json\n";
  const std::string reference = command_reference();
  std::size_t count = 0;
  for (auto at = reference.find(kBegin); at != std::string::npos;
       at = reference.find(kBegin, at + 1)) {
    const auto end = reference.find("\n```", at);
    const std::string json = reference.substr(at + kBegin.size(), end - at - kBegin.size());
    auto command = decode_command(json, ContentType::kJson);
    ASSERT_TRUE(command.has_value()) << json << command.error().at(0).detail;
    EXPECT_TRUE(normalize(*command).empty()) << json;
    ++count;
  }
  EXPECT_EQ(count, schema::actions().size() + 1);
}

}  // namespace
}  // namespace daybook::codec
