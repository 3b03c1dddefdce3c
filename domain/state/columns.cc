#include "domain/state/columns.h"

#include <google/protobuf/util/json_util.h>

#include <map>

#include "domain/core/schema.h"
#include "domain/core/time.h"

namespace daybook {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

struct Column {
  std::string name;
  std::vector<const FieldDescriptor*> path;  // through the parts of the state to the field
  Format format = FORMAT_UNSPECIFIED;
};

struct Mapping {
  std::vector<Column> columns;
  std::vector<std::string> names;
  std::vector<std::size_t> references;  // their places
};

void collect(const Descriptor& type, const std::string& entity,
             std::vector<const FieldDescriptor*>& path, Mapping& out) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    const FieldRule& rule = schema::rule(*field);
    path.push_back(field);
    const bool here = (rule.only_entity().empty() || rule.only_entity() == entity) &&
                      rule.except_entity() != entity;
    if (!rule.column().empty() && here) {
      if (rule.reference() != ENTITY_UNSPECIFIED) out.references.push_back(out.names.size());
      out.columns.push_back({rule.column(), path, rule.format()});
      out.names.push_back(rule.column());
    } else if (rule.column().empty() && !field->is_repeated() &&
               field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      collect(*field->message_type(), entity, path, out);
    }
    path.pop_back();
  }
}

const Mapping& mapping_of(Entity entity) {
  static const auto mappings = [] {
    std::map<int, Mapping> all;
    for (const Entity each : schema::entities()) {
      std::vector<const FieldDescriptor*> path;
      collect(*schema::state_prototype(each).GetDescriptor(), schema::entity_rule(each).name(),
              path, all[each]);
    }
    return all;
  }();
  return mappings.at(entity);
}

std::string bool_text(bool value, Dialect dialect) {
  if (dialect == Dialect::kSql) return value ? "t" : "f";
  return value ? "true" : "false";
}

std::string number_text(std::int64_t value, Format format, Dialect dialect) {
  if (format == FORMAT_HUNDREDTHS) return hundredths_text(value);
  if (format == FORMAT_TIMESTAMP)
    return dialect == Dialect::kSql ? timestamp_sql(value) : timestamp_text(value);
  if (format == FORMAT_DATE) return date_text(value);
  return std::to_string(value);
}

std::optional<std::string> value_of(const Message& message, const FieldDescriptor& field,
                                    Format format, Dialect dialect) {
  const Reflection& reflection = *message.GetReflection();
  if (field.has_presence() && !reflection.HasField(message, &field)) return std::nullopt;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return bool_text(reflection.GetBool(message, &field), dialect);
    case FieldDescriptor::CPPTYPE_ENUM:
      return std::string(schema::enum_text(*reflection.GetEnum(message, &field)));
    case FieldDescriptor::CPPTYPE_INT32:
      return number_text(reflection.GetInt32(message, &field), format, dialect);
    case FieldDescriptor::CPPTYPE_INT64:
      return number_text(reflection.GetInt64(message, &field), format, dialect);
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      std::string json;
      (void)google::protobuf::util::MessageToJsonString(reflection.GetMessage(message, &field),
                                                        &json);
      return json;
    }
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      break;
  }
  return std::nullopt;
}

std::optional<std::string> value_of(const Message& state, const Column& column, Dialect dialect) {
  const Message* part = &state;
  for (std::size_t i = 0; i + 1 < column.path.size(); ++i) {
    part = &part->GetReflection()->GetMessage(*part, column.path[i]);
  }
  return value_of(*part, *column.path.back(), column.format, dialect);
}

}  // namespace

const std::vector<std::string>& columns_of(Entity entity) { return mapping_of(entity).names; }

const std::vector<std::size_t>& reference_columns_of(Entity entity) {
  return mapping_of(entity).references;
}

std::vector<std::optional<std::string>> values_of(Entity entity, const Message& state,
                                                  Dialect dialect) {
  std::vector<std::optional<std::string>> values;
  const Mapping& mapping = mapping_of(entity);
  values.reserve(mapping.columns.size());
  for (const Column& column : mapping.columns) values.push_back(value_of(state, column, dialect));
  return values;
}

}  // namespace daybook
