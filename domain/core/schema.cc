#include "domain/core/schema.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <set>
#include <unordered_map>

#include "schemas/receipt.pb.h"

namespace daybook::schema {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MessageFactory;
using google::protobuf::Reflection;

using PlanTable = std::unordered_map<const Descriptor*, TypePlan>;

FieldPlan plan_field(const FieldDescriptor& field, const Reflection* reflection) {
  FieldPlan plan;
  plan.field = &field;
  plan.reflection = reflection;
  plan.rule = field.options().HasExtension(daybook::about)
                  ? &field.options().GetExtension(daybook::about)
                  : &FieldRule::default_instance();
  plan.is_wrapper = is_path_wrapper(field);
  const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  plan.is_foreign = is_message && field.message_type()->file()->package() == "google.protobuf";
  plan.is_reference = field.type() == FieldDescriptor::TYPE_STRING && !field.is_repeated() &&
                      (plan.rule->target() || plan.rule->parent_reference() ||
                       plan.rule->reference() != ENTITY_UNSPECIFIED);
  return plan;
}

TypePlan plan_type(const Descriptor& type) {
  TypePlan plan;
  const Reflection* reflection =
      MessageFactory::generated_factory()->GetPrototype(&type)->GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldPlan& added = plan.fields.emplace_back(plan_field(*type.field(i), reflection));
    const bool is_own_message = added.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
                                !added.field->is_repeated() && !added.is_foreign;
    if (added.is_reference || is_own_message) plan.may_refer.push_back(added);
  }
  plan.set = type.FindFieldByName("set");
  plan.clear = type.FindFieldByName("clear");
  return plan;
}

void add_type(const Descriptor& type, PlanTable& table) {
  table.emplace(&type, plan_type(type));
  for (int i = 0; i < type.nested_type_count(); ++i) add_type(*type.nested_type(i), table);
}

void add_file(const google::protobuf::FileDescriptor& file, PlanTable& table) {
  for (int i = 0; i < file.message_type_count(); ++i) add_type(*file.message_type(i), table);
  for (int i = 0; i < file.dependency_count(); ++i) add_file(*file.dependency(i), table);
}

const PlanTable& plan_table() {
  static const PlanTable table = [] {
    PlanTable all;
    add_file(*Receipt::descriptor()->file(), all);
    add_file(*Command::descriptor()->file(), all);
    return all;
  }();
  return table;
}

std::map<int, EntityRule> build_entities() {
  std::map<int, EntityRule> table;
  const EnumDescriptor& type = *Entity_descriptor();
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor* value = type.value(i);
    table[value->number()] = value->options().GetExtension(daybook::about_entity);
  }
  return table;
}

const std::map<int, EntityRule>& entity_table() {
  static const auto table = build_entities();
  return table;
}

std::vector<ActionInfo> build_actions() {
  std::vector<ActionInfo> infos;
  const auto& oneof = *Action::descriptor()->FindOneofByName("action");
  for (int i = 0; i < oneof.field_count(); ++i) {
    ActionInfo info;
    info.field = oneof.field(i);
    info.rule = info.field->options().GetExtension(daybook::about_action);
    const Descriptor& message = *info.field->message_type();
    for (int j = 0; j < message.field_count(); ++j) {
      if (rule(*message.field(j)).target()) info.target = message.field(j);
    }
    infos.push_back(std::move(info));
  }
  return infos;
}

std::string prefix_of(const EnumDescriptor& type) {
  // The unspecified value is <PREFIX>UNSPECIFIED, by convention.
  static constexpr std::string_view kSuffix = "UNSPECIFIED";
  const std::string& name = type.FindValueByNumber(0)->name();
  return name.substr(0, name.size() - kSuffix.size());
}

void set_default(Message& message, const FieldDescriptor& field, const std::string& text) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      reflection.SetString(&message, &field, text);
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection.SetBool(&message, &field, text == "true");
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      reflection.SetEnum(&message, &field, enum_value(*field.enum_type(), text));
      return;
    case FieldDescriptor::CPPTYPE_INT32:
      reflection.SetInt32(&message, &field, std::stoi(text));
      return;
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_MESSAGE:
      GOOGLE_LOG(FATAL) << "no default can be given to " << field.full_name();
  }
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::toupper(static_cast<unsigned char>(x)) ==
           std::toupper(static_cast<unsigned char>(y));
  });
}

}  // namespace

const FieldRule& rule(const FieldDescriptor& field) {
  const auto found = plan_table().find(field.containing_type());
  if (found == plan_table().end()) return FieldRule::default_instance();
  return *found->second.fields[static_cast<std::size_t>(field.index())].rule;
}

const TypePlan& plan(const Descriptor& type) { return plan_table().at(&type); }

const EntityRule& entity_rule(Entity entity) {
  const auto found = entity_table().find(entity);
  return found == entity_table().end() ? EntityRule::default_instance() : found->second;
}

const std::vector<Entity>& entities() {
  static const auto all = [] {
    std::vector<Entity> list;
    for (const auto& [number, entity_rule] : entity_table()) {
      if (number != ENTITY_UNSPECIFIED) list.push_back(static_cast<Entity>(number));
    }
    return list;
  }();
  return all;
}

Entity entity_named(std::string_view name) {
  for (const Entity entity : entities()) {
    if (entity_rule(entity).name() == name) return entity;
  }
  return ENTITY_UNSPECIFIED;
}

const Message& state_prototype(Entity entity) {
  static const auto table = [] {
    std::unordered_map<int, const Message*> prototypes;
    for (const Entity each : entities()) {
      const Descriptor* type =
          DescriptorPool::generated_pool()->FindMessageTypeByName(entity_rule(each).state());
      prototypes[each] = MessageFactory::generated_factory()->GetPrototype(type);
    }
    return prototypes;
  }();
  return *table.at(entity);
}

const std::vector<ActionInfo>& actions() {
  static const std::vector<ActionInfo> infos = build_actions();
  return infos;
}

const ActionInfo& action_info(Action::ActionCase action) {
  static const auto table = [] {
    std::unordered_map<int, const ActionInfo*> by_number;
    for (const ActionInfo& info : actions()) by_number[info.field->number()] = &info;
    return by_number;
  }();
  return *table.at(action);
}

std::string_view enum_text(const EnumValueDescriptor& value) {
  static const auto lengths = [](const EnumDescriptor& type) {
    return type.FindValueByNumber(0)->name().size() - std::string_view("UNSPECIFIED").size();
  };
  return std::string_view(value.name()).substr(lengths(*value.type()));
}

const EnumValueDescriptor* enum_value(const EnumDescriptor& type, std::string_view text) {
  const std::string prefix = prefix_of(type);
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor* value = type.value(i);
    if (value->number() == 0) continue;
    if (equal_ignoring_case(text, enum_text(*value)) || equal_ignoring_case(text, value->name()))
      return value;
  }
  return nullptr;
}

void set_defaults(Message& fields) {
  const Descriptor& type = *fields.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    const FieldRule& field_rule = rule(*field);
    if (!field_rule.default_value().empty() && !fields.GetReflection()->HasField(fields, field)) {
      set_default(fields, *field, field_rule.default_value());
    }
  }
}

bool is_path_wrapper(const FieldDescriptor& field) {
  static const std::set<std::string_view> names{"fields", "set",    "identity",
                                                "links",  "action", "batch"};
  return !field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         (names.contains(field.name()) || field.options().HasExtension(daybook::about_action));
}

bool clearable(const FieldDescriptor& field) {
  const FieldRule& field_rule = rule(field);
  return field_rule.nullable() || (!field_rule.required() && field_rule.default_value().empty());
}

}  // namespace daybook::schema
