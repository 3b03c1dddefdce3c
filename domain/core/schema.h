// What the schemas' options say, ready to use: the one place that reads them.
//
// All tables are built once, on first use, and are immutable; every function is thread-safe.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/command.pb.h"
#include "schemas/options.pb.h"

namespace daybook::schema {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// The rule of a field; an empty rule if it has none.
[[nodiscard]] const FieldRule& rule(const FieldDescriptor& field);

// What is known of a field, looked up once: going through a message asks nothing else.
struct FieldPlan {
  const FieldDescriptor* field = nullptr;
  const FieldRule* rule = nullptr;
  const Reflection* reflection = nullptr;  // of the generated messages that have it
  bool is_wrapper = false;                 // see is_path_wrapper
  bool is_foreign = false;                 // a message that protobuf itself defines
  bool is_reference = false;               // text that names a record
};
struct TypePlan {
  std::vector<FieldPlan> fields;     // in the order of the schema
  std::vector<FieldPlan> may_refer;  // references, and single messages of ours that may hold some
  const FieldDescriptor* set = nullptr;  // these two of a patch
  const FieldDescriptor* clear = nullptr;
};
// Of a type that commands, receipts or states consist of.
[[nodiscard]] const TypePlan& plan(const Descriptor& type);

// The rule of a kind of record: its word, state message, table and parent.
[[nodiscard]] const EntityRule& entity_rule(Entity entity);
[[nodiscard]] const std::vector<Entity>& entities();
// The entity of an `entity_rule` name ("company"), or ENTITY_UNSPECIFIED.
[[nodiscard]] Entity entity_named(std::string_view name);
// A default instance of an entity's state message; lives for ever.
[[nodiscard]] const Message& state_prototype(Entity entity);

// One action of the command language: the oneof field of Action that carries it.
struct ActionInfo {
  const FieldDescriptor* field = nullptr;
  ActionRule rule;
  const FieldDescriptor* target =
      nullptr;  // the field that names the record addressed; null if none
};
[[nodiscard]] const ActionInfo& action_info(Action::ActionCase action);
[[nodiscard]] const std::vector<ActionInfo>& actions();

// The text of an enum value in JSON and in read tables: its name without the type's prefix
// ("ACTIVE").
[[nodiscard]] std::string_view enum_text(const EnumValueDescriptor& value);
// The value of a text in any letter case, with or without prefix; null if unknown or the
// unspecified one.
[[nodiscard]] const EnumValueDescriptor* enum_value(const EnumDescriptor& type,
                                                    std::string_view text);

// True for members that only group others and add nothing to the path of a violation: `fields`,
// `set`, `identity`, `links`, `action`, `batch`, and the action itself ("createCompany").
[[nodiscard]] bool is_path_wrapper(const FieldDescriptor& field);

// Sets the fields of `fields` that are absent and have a default in the schema.
void set_defaults(Message& fields);
// True if a patch may clear the field.
[[nodiscard]] bool clearable(const FieldDescriptor& field);

}  // namespace daybook::schema
