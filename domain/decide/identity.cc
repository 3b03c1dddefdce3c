#include "domain/decide/identity.h"

#include "domain/core/access.h"
#include "domain/core/schema.h"
#include "domain/core/uuid.h"
#include "domain/state/evolve.h"

namespace daybook {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::RepeatedPtrField;

std::optional<std::string> holder_of(const ExternalId& external, Entity entity, const View& view) {
  return view.lookup(Index::kExternalId,
                     {std::to_string(entity), external.namespace_(), external.id()});
}

Result<void> check_count(int count) {
  if (count <= kExternalIdsMax) return {};
  return fail(ErrorKind::kInvalid, "external_id.too_many",
              "at most " + std::to_string(kExternalIdsMax) + " external ids can be given at once",
              "externalIds");
}

// The field of log::Event that holds the events of a kind of record, and its `external_ids_added`.
RepeatedPtrField<ExternalId>& external_ids_of(log::Event& event) {
  const bool custom =
      schema::entity_rule(event.entity()).state() == "daybook.custom_field.CustomField";
  const std::string name = custom ? "custom_field" : schema::entity_rule(event.entity()).name();
  const FieldDescriptor* field = log::Event::descriptor()->FindFieldByName(name);
  Message* inner = event.GetReflection()->MutableMessage(&event, field);
  const FieldDescriptor* added = inner->GetDescriptor()->FindFieldByName("external_ids_added");
  auto* message =
      static_cast<ExternalIdsAdded*>(inner->GetReflection()->MutableMessage(inner, added));
  return *message->mutable_external_ids();
}

// The same one given twice counts once.
void add_once(RepeatedPtrField<ExternalId>& list, const ExternalId& external) {
  for (const ExternalId& each : list) {
    if (each.namespace_() == external.namespace_() && each.id() == external.id()) return;
  }
  *list.Add() = external;
}

}  // namespace

tl::unexpected<Error> external_id_taken() {
  return fail(ErrorKind::kConflict, "external_id.taken",
              "an external id is held by another record; choose another one, or say ifExists "
              "UPDATE to change that record",
              "externalIds");
}

Result<std::optional<std::string>> find_holder(const Identity& identity, Entity entity,
                                               const View& view) {
  DAYBOOK_TRY(check_count(identity.external_ids_size()));
  std::optional<std::string> holder;
  for (const ExternalId& external : identity.external_ids()) {
    const auto held = holder_of(external, entity, view);
    if (held && holder && *held != *holder) return external_id_taken();
    if (held) holder = held;
  }
  return holder;
}

Result<void> check_upsert(const Identity& identity, Entity entity, const Message* state,
                          const Context& context) {
  const bool unusable =
      state == nullptr || record_of(entity, *state)->removed() || context.import != nullptr;
  if (unusable) return external_id_taken();
  const Holders holders = holders_of(entity, *state);
  const bool by_role = entity == ENTITY_PIPELINE_STAGE || entity == ENTITY_USER;
  if (!by_role && !may_change(context.actor, holders.owner_id, holders.assignee_id))
    return external_id_taken();
  const bool updates = identity.if_exists() == IF_EXISTS_UPDATE ||
                       identity.if_exists() == IF_EXISTS_UPDATE_OR_RESTORE;
  if (is_soft_deleted(entity, *state) && identity.if_exists() != IF_EXISTS_UPDATE_OR_RESTORE) {
    return fail(ErrorKind::kConflict, "record.deleted",
                "the external id belongs to a deleted record; say ifExists UPDATE_OR_RESTORE to "
                "bring it back",
                "externalIds");
  }
  if (!updates) return external_id_taken();
  return {};
}

std::string new_record_id(const Identity& identity, Entity entity, const Context& context) {
  const std::string& name = schema::entity_rule(entity).name();
  if (identity.external_ids().empty()) {
    return command_record_id(context.organization_id, name, context.command_id, context.member, 0);
  }
  const ExternalId& first = identity.external_ids(0);
  return external_record_id(context.organization_id, name, first.namespace_(), first.id());
}

void adopt_identity(Decision& decision, Entity entity, const std::string& id,
                    const Identity& identity, const Context& context) {
  for (log::Event& event : decision.events) {
    if (event.entity() != entity || event.id() != id) continue;
    for (const ExternalId& external : identity.external_ids())
      add_once(*event.mutable_external_ids(), external);
    if (context.import == nullptr) return;
    const Import& facts = *context.import;
    if (facts.has_created_at()) event.set_created_at(facts.created_at());
    if (facts.has_updated_at()) event.set_updated_at(facts.updated_at());
    return;
  }
}

Result<Decision> external_ids_added(const RepeatedPtrField<ExternalId>& external_ids, Entity entity,
                                    const std::string& id, const View& view) {
  DAYBOOK_TRY(check_count(external_ids.size()));
  Decision decision;
  log::Event event;
  event.set_entity(entity);
  event.set_id(id);
  RepeatedPtrField<ExternalId>& added = external_ids_of(event);
  for (const ExternalId& external : external_ids) {
    const auto held = holder_of(external, entity, view);
    if (held && *held != id) return external_id_taken();
    if (!held) add_once(added, external);
  }
  if (!added.empty()) decision.events.push_back(std::move(event));
  return decision;
}

}  // namespace daybook
