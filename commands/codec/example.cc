#include "commands/codec/example.h"

#include <algorithm>

#include "commands/codec/json.h"
#include "commands/codec/json_scalar.h"
#include "domain/core/time.h"

namespace daybook::codec {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr const char* kCommandId = "6f1c2a34-0b5d-4e8e-9a55-1f0f3c7d2b10";
constexpr const char* kOrganizationId = "0b7f6c1e-52a4-4f5e-8d3c-7a9e4d2f6b81";

// "erp/company-1": addressed by external id, as an integrator would.
std::string reference_text(Entity entity) {
  const std::string& name =
      schema::entity_rule(entity == ENTITY_UNSPECIFIED ? ENTITY_COMPANY : entity).name();
  return "erp/" + name + "-1";
}

std::string number_text(const FieldRule& rule) {
  const std::int64_t wanted = rule.format() == FORMAT_HUNDREDTHS ? 100'000 : 10;
  const std::int64_t low = rule.has_min() ? rule.min() : 0;
  const std::int64_t high = rule.has_max() ? rule.max() : wanted;
  const std::int64_t value = std::clamp(wanted, low, std::max(low, high));
  return rule.format() == FORMAT_HUNDREDTHS ? hundredths_text(value) : std::to_string(value);
}

std::string sample_text(const FieldDescriptor& field) {
  const FieldRule& rule = schema::rule(field);
  switch (rule.format()) {
    case FORMAT_EMAIL:
      return "ada@example.com";
    case FORMAT_URL:
      return "https://example.com";
    case FORMAT_COLOR:
      return "#3B82F6";
    case FORMAT_CURRENCY:
      return "EUR";
    case FORMAT_TIMESTAMP:
      return "2025-03-15T10:00:00Z";
    case FORMAT_DATE:
      return "2025-03-15";
    case FORMAT_NAMESPACE:
      return "erp";
    case FORMAT_UUID:
      return kCommandId;
    case FORMAT_ACTOR:
      return "integration";
    case FORMAT_UNSPECIFIED:
    case FORMAT_HUNDREDTHS:
    case Format_INT_MIN_SENTINEL_DO_NOT_USE_:
    case Format_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  if (field.enum_type() != nullptr)
    return std::string(schema::enum_text(*field.enum_type()->value(1)));
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING ? "text" : number_text(rule);
}

class Filler {
 public:
  explicit Filler(const ActionRule& action) : action_(action) {}

  void fill(Message& message, bool in_patch) const {
    const auto& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) fill_field(message, *type.field(i), in_patch);
    if (in_patch && message.ByteSizeLong() == 0) set_sample(message, *type.field(0));
  }

 private:
  void fill_field(Message& message, const FieldDescriptor& field, bool in_patch) const {
    const Reflection& reflection = *message.GetReflection();
    const FieldRule& rule = schema::rule(field);
    const bool shown = !rule.example().empty() || (rule.required() && !in_patch);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      const bool names_record =
          rule.reference() != ENTITY_UNSPECIFIED && !action_.creates() && !in_patch;
      if (shown || names_record) set_sample(message, field);
    } else if (field.is_repeated()) {
      if (field.message_type() == ExternalId::descriptor())
        fill(*reflection.AddMessage(&message, &field), in_patch);
    } else if (!rule.example().empty()) {
      // The example of a message is its JSON.
      (void)decode_json(rule.example(), *reflection.MutableMessage(&message, &field));
    } else if (field.name() != "links") {
      fill(*reflection.MutableMessage(&message, &field), in_patch || field.name() == "set");
    }
  }

  void set_sample(Message& message, const FieldDescriptor& field) const {
    if (field.type() == FieldDescriptor::TYPE_BOOL) {
      (void)set_scalar(message, field, Scalar{Scalar::Kind::kBool, {}, true});
      return;
    }
    const std::string text = text_for(field);
    (void)set_scalar(message, field, Scalar{Scalar::Kind::kText, text, false});
  }

  [[nodiscard]] std::string text_for(const FieldDescriptor& field) const {
    const FieldRule& rule = schema::rule(field);
    if (!rule.example().empty()) return rule.example();
    if (rule.target()) return reference_text(action_.entity());
    if (rule.parent_reference())
      return reference_text(schema::entity_rule(action_.entity()).parent());
    if (rule.reference() != ENTITY_UNSPECIFIED) return reference_text(rule.reference());
    return sample_text(field);
  }

  const ActionRule& action_;
};

Command envelope() {
  Command command;
  command.set_command_id(kCommandId);
  command.set_organization_id(kOrganizationId);
  command.set_actor("integration");
  return command;
}

void fill_action(Action& message, const schema::ActionInfo& action) {
  Filler(action.rule).fill(*message.GetReflection()->MutableMessage(&message, action.field), false);
}

}  // namespace

Command example_command(const schema::ActionInfo& action) {
  Command command = envelope();
  fill_action(*command.mutable_action(), action);
  return command;
}

Command example_batch() {
  Command command = envelope();
  Action& company = *command.mutable_batch()->add_members();
  fill_action(company, schema::action_info(Action::kCreateCompany));
  Action& contact = *command.mutable_batch()->add_members();
  fill_action(contact, schema::action_info(Action::kCreateContact));
  const ExternalId& id = company.create_company().identity().external_ids(0);
  contact.mutable_create_contact()->set_company_id(id.namespace_() + "/" + id.id());
  contact.mutable_create_contact()->clear_identity();
  return command;
}

}  // namespace daybook::codec
