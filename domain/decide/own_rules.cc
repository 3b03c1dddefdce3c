// Actions that do not follow the common way of creating or changing a record by its id.
#include "domain/core/access.h"
#include "domain/custom_field/custom_field.h"
#include "domain/decide/actor.h"
#include "domain/decide/decider.h"
#include "domain/decide/identity.h"
#include "domain/organization/organization.h"
#include "domain/saved_filter/saved_filter.h"
#include "domain/state/evolve.h"

namespace daybook {

using google::protobuf::Message;

Result<const organization::Organization*> Decider::own_organization() const {
  DAYBOOK_ASSIGN(state, target(ENTITY_ORGANIZATION, context_.organization_id, "organizationId"));
  return static_cast<const organization::Organization*>(state);
}

Result<Decision> Decider::create_organization() const {
  if (view_.find(ENTITY_ORGANIZATION, context_.organization_id) != nullptr) {
    return fail(ErrorKind::kConflict, "organization.exists", "the organization exists already",
                "organizationId");
  }
  DAYBOOK_TRY(check_no_version());
  const std::string& id = context_.organization_id;
  DAYBOOK_ASSIGN(decision,
                 organization::decide(action_.create_organization(), id, view_, context_));
  adopt_identity(decision, ENTITY_ORGANIZATION, id, Identity(), context_);
  return decision;
}

// A custom field is set and removed by who may change the live record that it belongs to.
Result<void> Decider::check_parent(const std::string& id) const {
  const Entity kind = schema::entity_rule(entity_).parent();
  const Message* parent = view_.find(kind, id);
  if (parent == nullptr || !is_live(kind, *parent)) return not_found(kind, "parentId");
  return check_visible(kind, *parent, "parentId");
}

Result<Decision> Decider::set_custom_field(const custom_field::SetCustomField& command) const {
  DAYBOOK_TRY(check_parent(command.parent_id()));
  const std::string kind = std::to_string(entity_);
  const auto existing =
      view_.lookup(Index::kCustomField, {kind, command.parent_id(), command.fields().field_name()});
  if (existing) {
    if (context_.import != nullptr)
      return external_id_taken();  // an import never changes an existing record
    const auto* field = view_.find<custom_field::CustomField>(entity_, *existing);
    DAYBOOK_TRY(check_version(entity_, *field, *existing));
    DAYBOOK_ASSIGN(decision, decide(command, entity_, *existing, field, context_));
    DAYBOOK_ASSIGN(named, external_ids_added(command.external_ids(), entity_, *existing, view_));
    decision.append(std::move(named));
    return decision;
  }
  DAYBOOK_TRY(check_no_version());
  Identity identity;
  *identity.mutable_external_ids() = command.external_ids();
  DAYBOOK_ASSIGN(held, find_holder(identity, entity_, view_));
  if (held) return external_id_taken();
  const std::string id = new_record_id(identity, entity_, context_);
  DAYBOOK_ASSIGN(decision, decide(command, entity_, id, nullptr, context_));
  adopt_identity(decision, entity_, id, identity, context_);
  return decision;
}

Result<Decision> Decider::remove_custom_field(
    const custom_field::RemoveCustomField& command) const {
  DAYBOOK_TRY(check_parent(command.parent_id()));
  const std::string kind = std::to_string(entity_);
  const auto id =
      view_.lookup(Index::kCustomField, {kind, command.parent_id(), command.field_name()});
  const auto* field = id ? view_.find<custom_field::CustomField>(entity_, *id) : nullptr;
  if (field == nullptr || field->record().removed()) return not_found(entity_, "fieldName");
  DAYBOOK_TRY(check_version(entity_, *field, *id));
  return decide(command, entity_, *field);
}

// Whoever may read a filter may record its use: own or public ones, and all for who sees the whole
// organization.
Result<Decision> Decider::use_filter(const saved_filter::UseSavedFilter& command) const {
  const auto* filter = view_.find<saved_filter::SavedFilter>(ENTITY_SAVED_FILTER, command.id());
  if (filter == nullptr || filter->record().removed()) return not_found(ENTITY_SAVED_FILTER, "id");
  if (!may_read(context_.actor, ENTITY_SAVED_FILTER, *filter, view_))
    return not_found(ENTITY_SAVED_FILTER, "id");
  DAYBOOK_TRY(check_version(ENTITY_SAVED_FILTER, *filter, command.id()));
  return decide(command, *filter, view_, context_);
}

Result<Decision> Decider::add_external_ids(const AddExternalIds& command) const {
  if (entity_ == ENTITY_ORGANIZATION || entity_ == ENTITY_SAVED_FILTER_USE) {
    return fail(ErrorKind::kInvalid, "external_id.not_supported",
                "records of this kind have no external ids", "entity");
  }
  if (command.external_ids().empty()) {
    return fail(ErrorKind::kInvalid, "field.required", "give at least one external id",
                "externalIds");
  }
  if (entity_ == ENTITY_USER) DAYBOOK_TRY(require_admin(context_));
  DAYBOOK_ASSIGN(state, target(entity_, command.id(), "id"));
  (void)state;
  return external_ids_added(command.external_ids(), entity_, command.id(), view_);
}

}  // namespace daybook
