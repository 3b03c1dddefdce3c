#include "domain/decide/references.h"

#include "domain/core/text.h"
#include "domain/core/uuid.h"
#include "domain/state/evolve.h"

namespace daybook {
namespace {

using google::protobuf::Message;
using google::protobuf::Reflection;

}  // namespace

std::pair<std::string, std::string> split_reference(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return {"", text};
  return {text.substr(0, slash), std::string(trimmed(std::string_view(text).substr(slash + 1)))};
}

// The same words for a record that is not there and one that the actor may not see.
std::string no_live_record(const std::string& entity) {
  return "there is no live " + entity +
         " of this id in the organization, or none that the actor may see";
}

void References::resolve(Message& message, Entity entity, const Place& place,
                         Violations& violations) const {
  for (const schema::FieldPlan& plan : schema::plan(*message.GetDescriptor()).may_refer) {
    const Place member(place, plan.field->json_name());
    const Place& here = plan.is_wrapper ? place : member;
    if (plan.is_reference) {
      resolve_field(message, plan, entity, here, violations);
    } else if (plan.reflection->HasField(message, plan.field)) {
      resolve(*plan.reflection->MutableMessage(&message, plan.field), entity, here, violations);
    }
  }
}

void References::resolve_field(Message& message, const schema::FieldPlan& plan, Entity entity,
                               const Place& place, Violations& violations) const {
  const FieldRule& rule = *plan.rule;
  const Reflection& reflection = *plan.reflection;
  const std::string text = reflection.GetString(message, plan.field);
  if (text.empty()) return;
  const bool addressed = rule.target() || rule.parent_reference();
  const Entity kind = rule.target()             ? entity
                      : rule.parent_reference() ? schema::entity_rule(entity).parent()
                                                : rule.reference();
  if (kind == ENTITY_UNSPECIFIED) return;
  auto id = id_of(kind, text);
  const Message* state = id ? view_.find(kind, *id) : nullptr;
  if (state == nullptr || (!addressed && !is_live(kind, *state))) {
    violations.push_back(missing(kind, text, place.path(), addressed));
    return;
  }
  reflection.SetString(&message, plan.field, *std::move(id));
  if (addressed) return;
  if (kind == ENTITY_USER && !static_cast<const user::User*>(state)->is_active()) {
    violations.push_back({ErrorKind::kInvalid, "user.inactive",
                          "the user is deactivated; name an active one", place.path()});
  }
}

std::optional<std::string> References::id_of(Entity entity, const std::string& text) const {
  const auto [name_space, external_id] = split_reference(text);
  if (name_space.empty()) return text;
  return view_.lookup(Index::kExternalId, {std::to_string(entity), name_space, external_id});
}

bool References::was_refused(Entity entity, const std::string& text) const {
  const auto [name_space, external_id] = split_reference(text);
  if (name_space.empty()) return refused_.contains(text);
  return refused_.contains(schema::entity_rule(entity).name() + "/" + name_space + "/" +
                           external_id);
}

Error References::missing(Entity entity, const std::string& text, const std::string& path,
                          bool addressed) const {
  const std::string& name = schema::entity_rule(entity).name();
  if (was_refused(entity, text)) {
    return {ErrorKind::kInvalid, std::string(kNeedsRefusedMember),
            "it needs a record whose creation was refused", path};
  }
  // A record addressed is "not found"; a broken reference inside a command is the command's fault.
  return {addressed ? ErrorKind::kNotFound : ErrorKind::kInvalid, name + ".not_found",
          no_live_record(name), path};
}

}  // namespace daybook
