#include "domain/decide/decider.h"

#include <algorithm>

#include "domain/core/access.h"
#include "domain/custom_field/custom_field.h"
#include "domain/decide/references.h"
#include "domain/state/evolve.h"

namespace daybook {

using google::protobuf::Message;

Result<Decision> Decider::run() const {
  DAYBOOK_TRY(check_permission());
  DAYBOOK_TRY(check_import());
  return dispatch();
}

tl::unexpected<Error> Decider::not_found(Entity entity, const std::string& path) const {
  const std::string& name = schema::entity_rule(entity).name();
  return fail(ErrorKind::kNotFound, name + ".not_found", no_live_record(name), path);
}

bool Decider::restores() const {
  return schema::action_info(action_.action_case()).field->message_type() ==
         RestoreRecord::descriptor();
}

Result<void> Decider::check_visible(Entity entity, const Message& state,
                                    const std::string& path) const {
  // Stages and users are seen by everybody; who changes them is checked by role.
  if (entity == ENTITY_PIPELINE_STAGE || entity == ENTITY_USER || entity == ENTITY_ORGANIZATION)
    return {};
  if (const Entity parent_kind = schema::entity_rule(entity).parent();
      parent_kind != ENTITY_UNSPECIFIED) {
    // A custom field follows its parent.
    const std::string& parent_id =
        custom_field::parent_id(static_cast<const custom_field::CustomField&>(state));
    const Message* parent = view_.find(parent_kind, parent_id);
    const bool seen = parent != nullptr && is_live(parent_kind, *parent) &&
                      check_visible(parent_kind, *parent, path).has_value();
    return seen ? Result<void>() : not_found(entity, path);
  }
  const Holders holders = holders_of(entity, state);
  if (!may_change(context_.actor, holders.owner_id, holders.assignee_id))
    return not_found(entity, path);
  return {};
}

Result<void> Decider::check_version(Entity entity, const Message& state,
                                    const std::string& id) const {
  if (!action_.has_expected_version()) return {};
  std::uint64_t version = record_of(entity, state)->version();
  // In a batch the version before the batch counts.
  if (const auto own = events_before_.find(id); own != events_before_.end()) version -= own->second;
  if (version == action_.expected_version()) return {};
  return fail(ErrorKind::kConflict, "VERSION_CONFLICT",
              "the record is at version " + std::to_string(version) + ", expected was " +
                  std::to_string(action_.expected_version()) + "; read it again and decide again",
              "expectedVersion");
}

Result<void> Decider::check_no_version() const {
  if (action_.expected_version() == 0) return {};
  return fail(ErrorKind::kConflict, "VERSION_CONFLICT",
              "the record does not exist; leave the expected version out", "expectedVersion");
}

Result<const Message*> Decider::target(Entity entity, const std::string& id,
                                       const std::string& path) const {
  const Message* state = view_.find(entity, id);
  if (state == nullptr || record_of(entity, *state)->removed()) return not_found(entity, path);
  if (is_soft_deleted(entity, *state) && !restores()) return not_found(entity, path);
  DAYBOOK_TRY(check_visible(entity, *state, path));
  DAYBOOK_TRY(check_version(entity, *state, id));
  return state;
}

namespace {

tl::unexpected<Error> foreign_fact(std::string path, const std::string& whose) {
  return fail(ErrorKind::kInvalid, "import.foreign_fact", "only " + whose + " has this",
              std::move(path));
}

}  // namespace

Result<void> Decider::check_import() const {
  if (context_.import == nullptr) return {};
  DAYBOOK_TRY(require_manager(context_));
  if (!schema::action_info(action_.action_case()).rule.creates()) {
    return fail(ErrorKind::kInvalid, "import.not_a_creation",
                "only commands that create a record can be imports", "import");
  }
  const Import& facts = *context_.import;
  if (facts.has_completed_at() && entity_ != ENTITY_ACTIVITY)
    return foreign_fact("import.completedAt", "an activity");
  if (facts.has_actual_close_date() && entity_ != ENTITY_DEAL)
    return foreign_fact("import.actualCloseDate", "a deal");
  const std::int64_t created = facts.has_created_at() ? facts.created_at() : context_.now;
  const std::int64_t updated =
      facts.has_updated_at() ? facts.updated_at() : std::max(created, facts.created_at());
  if (created <= updated && updated <= context_.now) return {};
  return fail(ErrorKind::kInvalid, "import.times_out_of_order",
              "createdAt must not be after updatedAt, nor updatedAt after now", "import.updatedAt");
}

Result<void> Decider::check_permission() const {
  if (entity_ == ENTITY_PIPELINE_STAGE) return require_manager(context_);
  // Before anything is said of who holds its external ids.
  if (action_.has_create_user()) return require_admin(context_);
  const bool own_profile = entity_ == ENTITY_USER;  // US-1 lets every user change itself
  const bool use = action_.has_use_saved_filter();  // and everybody who reads a filter use it
  return own_profile || use ? Result<void>() : require_writer(context_);
}

}  // namespace daybook
