#include "domain/decide/actor.h"

#include "domain/core/access.h"
#include "domain/core/schema.h"
#include "domain/custom_field/custom_field.h"
#include "domain/decide/references.h"
#include "domain/state/evolve.h"
#include "schemas/saved_filter.pb.h"

namespace daybook {

using google::protobuf::Message;

Result<Actor> find_actor(const std::string& text, const View& view) {
  Actor actor;
  if (text == "integration") {
    actor.integration = true;
    return actor;
  }
  const auto [name_space, external_id] = split_reference(text);
  std::optional<std::string> id = text;
  if (!name_space.empty()) {
    id = view.lookup(Index::kExternalId, {std::to_string(ENTITY_USER), name_space, external_id});
  }
  const auto* user = id ? view.find<user::User>(ENTITY_USER, *id) : nullptr;
  if (user == nullptr || !user->is_active()) {
    return fail(ErrorKind::kNotAllowed, "actor.unknown",
                "the actor is not an active user of the organization; name one, or integration",
                "actor");
  }
  actor.user_id = *id;
  actor.role = user->role();
  return actor;
}

namespace {

const std::string& parent_id_of(Entity entity, const Message& state) {
  if (entity == ENTITY_SAVED_FILTER_USE)
    return static_cast<const saved_filter::FilterUse&>(state).saved_filter_id();
  return custom_field::parent_id(static_cast<const custom_field::CustomField&>(state));
}

}  // namespace

bool may_read(const Actor& actor, Entity entity, const Message& state, const View& view) {
  if (actor.manages() || actor.only_reads()) return true;
  if (entity == ENTITY_PIPELINE_STAGE || entity == ENTITY_USER || entity == ENTITY_ORGANIZATION)
    return true;
  if (entity == ENTITY_SAVED_FILTER &&
      static_cast<const saved_filter::SavedFilter&>(state).fields().is_public())
    return true;
  if (const Entity kind = schema::entity_rule(entity).parent(); kind != ENTITY_UNSPECIFIED) {
    const Message* parent = view.find(kind, parent_id_of(entity, state));
    return parent != nullptr && may_read(actor, kind, *parent, view);
  }
  const Holders holders = holders_of(entity, state);
  return may_change(actor, holders.owner_id, holders.assignee_id);
}

}  // namespace daybook
