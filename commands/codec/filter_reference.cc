#include "commands/codec/filter_reference.h"

#include <vector>

#include "domain/core/schema.h"
#include "domain/saved_filter/filter_fields.h"

namespace daybook::codec {
namespace {

using saved_filter::FieldType;
using saved_filter::FilterField;

constexpr const char* kFilterIntroduction =
    R"(`filterConfig` is an object with `groups`, at least one; each has `conditions`, at least one; each of these has a
`field` of the filter's entity, an `operator` that the field's type takes, and a `value`. `logicalOperator` of a group or
condition, `AND` or `OR`, joins it to the next one. `id` of a group or condition, and `name` and `isPublic` of the whole,
are the sender's own. The engine keeps all of it as sent, and refuses what these tables do not allow.

)";

constexpr const char* kOperatorsHead = "| Type | Operators | Value |\n|---|---|---|\n";
constexpr const char* kFieldsHead = "\n| `entity` | Type | Fields |\n|---|---|---|\n";

constexpr const char* kValues = R"(
Operators that begin with `is_` take no value. `between`, `not_between` and `date_between` take a list of exactly two,
all others one.
)";

std::string value_text(FieldType type) {
  switch (type) {
    case FieldType::kText:
      return "text";
    case FieldType::kSelect:
      return "text as it is stored, like `ENTERPRISE`";
    case FieldType::kNumber:
      return "number, or a decimal as text with at most two digits after the point";
    case FieldType::kDate:
      return "date or time as text";
    case FieldType::kBoolean:
      return "none";
  }
  return {};
}

void add_name(std::string& list, std::string_view name) {
  list.append(list.empty() ? "`" : ", `").append(name).append("`");
}

std::string operator_rows() {
  std::string rows;
  for (const FieldType type : saved_filter::field_types()) {
    std::string operators;
    for (const std::string_view op : saved_filter::operators_of(type)) add_name(operators, op);
    rows +=
        "| " + std::string(name_of(type)) + " | " + operators + " | " + value_text(type) + " |\n";
  }
  return rows;
}

// A row for each type that the entity has a field of.
std::string field_rows(saved_filter::FilterEntity entity, const std::string& name) {
  std::string rows;
  for (const FieldType type : saved_filter::field_types()) {
    std::string fields;
    for (const FilterField& field : saved_filter::fields_of(entity)) {
      if (field.type == type) add_name(fields, field.name);
    }
    if (fields.empty()) continue;
    rows += "| `" + name + "` | " + std::string(name_of(type)) + " | " + fields + " |\n";
  }
  return rows;
}

}  // namespace

std::string filter_reference() {
  std::string out = kFilterIntroduction;
  out += kOperatorsHead + operator_rows() + kValues + kFieldsHead;
  const auto& entities = *saved_filter::FilterEntity_descriptor();
  for (int i = 0; i < entities.value_count(); ++i) {
    const auto& value = *entities.value(i);
    out += field_rows(static_cast<saved_filter::FilterEntity>(value.number()),
                      std::string(schema::enum_text(value)));
  }
  return out + "\n";
}

}  // namespace daybook::codec
