#include "domain/custom_field/custom_field.h"

#include <google/protobuf/util/message_differencer.h>

#include "domain/core/access.h"
#include "domain/core/lifecycle.h"
#include "domain/core/schema.h"
#include "domain/core/text.h"
#include "domain/core/time.h"

namespace daybook::custom_field {
namespace {

bool is_number(const std::string& text) {
  std::size_t digits = 0;
  std::size_t i = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  bool point = false;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !point) {
      point = true;
    } else if (text[i] >= '0' && text[i] <= '9') {
      ++digits;
    } else {
      return false;
    }
  }
  return digits > 0;
}

// The remedy if `value` does not parse according to `type`, or nothing.
const char* mismatch(CustomFieldType type, const std::string& value) {
  switch (type) {
    case CUSTOM_FIELD_TYPE_NUMBER:
      return is_number(value) ? nullptr : "give a decimal number";
    case CUSTOM_FIELD_TYPE_DATE:
      return parse_date(value) ? nullptr : "give a date like 2025-03-15, or a date-time";
    case CUSTOM_FIELD_TYPE_BOOLEAN:
      return value == "true" || value == "false" ? nullptr : "give true or false";
    case CUSTOM_FIELD_TYPE_URL:
      return is_http_url(value) ? nullptr
                                : "give an absolute URL that begins with http:// or https://";
    case CUSTOM_FIELD_TYPE_EMAIL:
      return is_email(value) ? nullptr : "give an e-mail address like name@example.com";
    case CUSTOM_FIELD_TYPE_PHONE:
      return character_count(value).value_or(51) <= 50 ? nullptr : "give at most 50 characters";
    case CUSTOM_FIELD_TYPE_UNSPECIFIED:
    case CUSTOM_FIELD_TYPE_TEXT:
    case CUSTOM_FIELD_TYPE_TEXTAREA:
    case CUSTOM_FIELD_TYPE_SELECT:
    case CUSTOM_FIELD_TYPE_MULTI_SELECT:
    case CustomFieldType_INT_MIN_SENTINEL_DO_NOT_USE_:
    case CustomFieldType_INT_MAX_SENTINEL_DO_NOT_USE_:
      return nullptr;
  }
  return nullptr;
}

}  // namespace

Result<Decision> decide(const SetCustomField& command, Entity entity, const std::string& id,
                        const CustomField* current, const Context& context) {
  const bool exists = current != nullptr && !current->record().removed();
  Decision decision;
  Event event;
  CustomFieldSet& set = *event.mutable_set();
  *set.mutable_fields() = command.fields();
  if (!set.fields().has_field_type() && exists)
    set.mutable_fields()->set_field_type(current->fields().field_type());
  schema::set_defaults(*set.mutable_fields());
  if (const char* remedy = mismatch(set.fields().field_type(), set.fields().field_value());
      remedy != nullptr && set.fields().has_field_value()) {
    return fail(ErrorKind::kInvalid, "custom_field.value_mismatch",
                std::string("the value does not fit the field's type; ") + remedy, "fieldValue");
  }
  using google::protobuf::util::MessageDifferencer;
  if (exists && MessageDifferencer::Equals(set.fields(), current->fields())) return decision;
  set.set_parent(schema::entity_rule(entity).parent());
  set.set_parent_id(command.parent_id());
  if (exists) {
    if (current->ownership().has_owner_id()) set.set_owner_id(current->ownership().owner_id());
  } else if (!context.actor.integration) {
    set.set_owner_id(context.actor.user_id);
  }
  decision.add(entity, id, std::move(event));
  return decision;
}

Result<Decision> decide(const RemoveCustomField&, Entity entity, const CustomField& field) {
  Decision decision;
  Event event;
  event.mutable_removed();
  decision.add(entity, field.record().id(), std::move(event));
  return decision;
}

const std::string& parent_id(const CustomField& field) {
  if (field.has_company_id()) return field.company_id();
  return field.has_contact_id() ? field.contact_id() : field.deal_id();
}

void evolve(CustomField& field, const Event& event, std::int64_t) {
  switch (event.event_case()) {
    case Event::kSet: {
      const CustomFieldSet& set = event.set();
      *field.mutable_fields() = set.fields();
      if (set.parent() == ENTITY_COMPANY) field.set_company_id(set.parent_id());
      if (set.parent() == ENTITY_CONTACT) field.set_contact_id(set.parent_id());
      if (set.parent() == ENTITY_DEAL) field.set_deal_id(set.parent_id());
      field.clear_ownership();
      if (set.has_owner_id()) field.mutable_ownership()->set_owner_id(set.owner_id());
      field.mutable_record()->set_removed(false);
      return;
    }
    case Event::kRemoved:
      field.mutable_record()->set_removed(true);
      return;
    case Event::kExternalIdsAdded:
      return lifecycle::evolve(field, event.external_ids_added());
    case Event::EVENT_NOT_SET:
      return;
  }
}

}  // namespace daybook::custom_field
