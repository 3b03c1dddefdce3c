#include "domain/decide/decide.h"

#include <algorithm>
#include <map>

#include "domain/activity/activity.h"
#include "domain/company/company.h"
#include "domain/contact/contact.h"
#include "domain/core/access.h"
#include "domain/core/uuid.h"
#include "domain/custom_field/custom_field.h"
#include "domain/deal/deal.h"
#include "domain/decide/identity.h"
#include "domain/organization/organization.h"
#include "domain/pipeline_stage/pipeline_stage.h"
#include "domain/saved_filter/saved_filter.h"
#include "domain/state/evolve.h"
#include "domain/user/user.h"

namespace daybook {
namespace {

using google::protobuf::Message;
using google::protobuf::Reflection;

// An action on its way to its aggregate: what is known about it, and the checks that all aggregates
// share.
class Decider {
 public:
  Decider(const Action& action, Entity entity, const View& view, const Context& context,
          const std::map<std::string, std::uint64_t>& events_before)
      : action_(action),
        entity_(entity),
        view_(view),
        context_(context),
        events_before_(events_before) {}

  Result<Decision> run();

 private:
  // A record may be changed if the actor sees it, it is live (or is to be restored) and at the
  // expected version.
  Result<const Message*> target(Entity entity, const std::string& id,
                                const std::string& path) const;
  Result<void> check_visible(Entity entity, const Message& state, const std::string& id,
                             const std::string& path) const;
  Result<void> check_version(Entity entity, const Message& state, const std::string& id) const;
  [[nodiscard]] bool restores() const;
  [[nodiscard]] tl::unexpected<Error> not_found(Entity entity, const std::string& id,
                                                const std::string& path) const;

  template <class State, class Command>
  Result<Decision> change(const Command& command) const {
    DAYBOOK_ASSIGN(state, target(entity_, command.id(), "id"));
    return decide(command, static_cast<const State&>(*state), view_, context_);
  }
  template <class State, class Command>
  Result<Decision> create(const Command& command) const;
  template <class State>
  void follow(State& state, const Decision& decision) const;

  template <class Command>
  Result<const organization::Organization*> own_organization(const Command&) const;
  Result<Decision> create_organization() const;
  Result<void> check_parent(const std::string& id) const;
  Result<Decision> set_custom_field(const custom_field::SetCustomField& command) const;
  Result<Decision> remove_custom_field(const custom_field::RemoveCustomField& command) const;
  Result<Decision> use_filter(const saved_filter::UseSavedFilter& command) const;
  Result<Decision> add_external_ids(const AddExternalIds& command) const;
  Result<void> check_import() const;
  Result<void> check_permission() const;
  Result<Decision> dispatch() const;

  const Action& action_;
  Entity entity_;
  const View& view_;
  const Context& context_;
  const std::map<std::string, std::uint64_t>& events_before_;
};

tl::unexpected<Error> Decider::not_found(Entity entity, const std::string& id,
                                         const std::string& path) const {
  const std::string& name = schema::entity_rule(entity).name();
  return fail(ErrorKind::kNotFound, name + ".not_found",
              "there is no live " + name + " " + id +
                  " in the organization, or none that the actor may see",
              path);
}

bool Decider::restores() const {
  return schema::action_info(action_.action_case()).field->message_type() ==
         RestoreRecord::descriptor();
}

Result<void> Decider::check_visible(Entity entity, const Message& state, const std::string& id,
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
                      check_visible(parent_kind, *parent, parent_id, path).has_value();
    return seen ? Result<void>() : not_found(entity, id, path);
  }
  const Holders holders = holders_of(entity, state);
  if (!may_change(context_.actor, holders.owner_id, holders.assignee_id))
    return not_found(entity, id, path);
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

Result<const Message*> Decider::target(Entity entity, const std::string& id,
                                       const std::string& path) const {
  const Message* state = view_.find(entity, id);
  if (state == nullptr || record_of(entity, *state)->removed()) return not_found(entity, id, path);
  if (is_soft_deleted(entity, *state) && !restores()) return not_found(entity, id, path);
  DAYBOOK_TRY(check_visible(entity, *state, id, path));
  DAYBOOK_TRY(check_version(entity, *state, id));
  return state;
}

// A create command that names a held external id is refused, or updates the record that holds it.
template <class State, class Command>
Result<Decision> Decider::create(const Command& command) const {
  DAYBOOK_ASSIGN(held, find_holder(command.identity(), entity_, view_));
  if (!held) {
    if (action_.has_expected_version() && action_.expected_version() != 0) {
      return fail(ErrorKind::kConflict, "VERSION_CONFLICT",
                  "the record does not exist; leave the expected version out", "expectedVersion");
    }
    const std::string id = new_record_id(command.identity(), entity_, context_);
    DAYBOOK_ASSIGN(decision, decide(command, id, view_, context_));
    adopt_identity(decision, entity_, id, command.identity(), context_);
    return decision;
  }
  const Message* state = view_.find(entity_, *held);
  DAYBOOK_TRY(check_upsert(command.identity(), entity_, state, context_));
  DAYBOOK_TRY(check_version(entity_, *state, *held));
  State current = static_cast<const State&>(*state);
  Decision decision;
  if constexpr (requires { current.deletion(); }) {
    if (current.deletion().is_deleted()) {
      DAYBOOK_ASSIGN(restored, decide(RestoreRecord(), current, view_, context_));
      follow(current, restored);
      decision = std::move(restored);
    }
  }
  DAYBOOK_ASSIGN(updated, decide(command, current, view_, context_));
  decision.append(std::move(updated));
  DAYBOOK_ASSIGN(named,
                 external_ids_added(command.identity().external_ids(), entity_, *held, view_));
  decision.append(std::move(named));
  return decision;
}

// Brings a copy of a record to where the decision's events on it lead.
template <class State>
void Decider::follow(State& state, const Decision& decision) const {
  for (log::Event event : decision.events) {
    if (event.id() != state.record().id()) continue;
    event.set_version(state.record().version() + 1);
    daybook::evolve(state, context_.organization_id, event, context_.now);
  }
}

template <class Command>
Result<const organization::Organization*> Decider::own_organization(const Command&) const {
  DAYBOOK_ASSIGN(state, target(ENTITY_ORGANIZATION, context_.organization_id, "organizationId"));
  return static_cast<const organization::Organization*>(state);
}

Result<Decision> Decider::create_organization() const {
  if (view_.find(ENTITY_ORGANIZATION, context_.organization_id) != nullptr) {
    return fail(ErrorKind::kConflict, "organization.exists", "the organization exists already",
                "organizationId");
  }
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
  if (parent == nullptr || !is_live(kind, *parent)) return not_found(kind, id, "parentId");
  return check_visible(kind, *parent, id, "parentId");
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
  if (field == nullptr || field->record().removed())
    return not_found(entity_, command.field_name(), "fieldName");
  DAYBOOK_TRY(check_version(entity_, *field, *id));
  return decide(command, entity_, *field);
}

// Whoever may read a filter may record its use: own or public ones, and all for who sees the whole
// organization.
Result<Decision> Decider::use_filter(const saved_filter::UseSavedFilter& command) const {
  const auto* filter = view_.find<saved_filter::SavedFilter>(ENTITY_SAVED_FILTER, command.id());
  if (filter == nullptr || filter->record().removed())
    return not_found(ENTITY_SAVED_FILTER, command.id(), "id");
  const Actor& actor = context_.actor;
  const bool reads = actor.manages() || actor.only_reads() || filter->fields().is_public() ||
                     filter->ownership().owner_id() == actor.user_id;
  if (!reads) return not_found(ENTITY_SAVED_FILTER, command.id(), "id");
  DAYBOOK_TRY(check_version(ENTITY_SAVED_FILTER, *filter, command.id()));
  return decide(command, *filter, view_, context_);
}

Result<Decision> Decider::add_external_ids(const AddExternalIds& command) const {
  if (entity_ == ENTITY_ORGANIZATION || entity_ == ENTITY_SAVED_FILTER_USE) {
    return fail(ErrorKind::kInvalid, "external_id.not_supported",
                "records of this kind have no external ids", "entity");
  }
  if (entity_ == ENTITY_USER) DAYBOOK_TRY(require_admin(context_));
  DAYBOOK_ASSIGN(state, target(entity_, command.id(), "id"));
  (void)state;
  return external_ids_added(command.external_ids(), entity_, command.id(), view_);
}

Result<void> Decider::check_import() const {
  if (context_.import == nullptr) return {};
  DAYBOOK_TRY(require_manager(context_));
  if (!schema::action_info(action_.action_case()).rule.creates()) {
    return fail(ErrorKind::kInvalid, "import.not_a_creation",
                "only commands that create a record can be imports", "import");
  }
  const Import& facts = *context_.import;
  const std::int64_t created = facts.has_created_at() ? facts.created_at() : context_.now;
  const std::int64_t updated =
      facts.has_updated_at() ? facts.updated_at() : std::max(created, facts.created_at());
  if (created <= updated && updated <= context_.now) return {};
  return fail(ErrorKind::kInvalid, "import.times_out_of_order",
              "createdAt must not be after updatedAt, nor updatedAt after now", "import.updatedAt");
}

Result<void> Decider::check_permission() const {
  if (entity_ == ENTITY_PIPELINE_STAGE) return require_manager(context_);
  const bool own_profile = entity_ == ENTITY_USER;  // US-1 lets every user change itself
  const bool use = action_.has_use_saved_filter();  // and everybody who reads a filter use it
  return own_profile || use ? Result<void>() : require_writer(context_);
}

Result<Decision> Decider::run() {
  DAYBOOK_TRY(check_permission());
  DAYBOOK_TRY(check_import());
  return dispatch();
}

Result<Decision> Decider::dispatch() const {
  switch (action_.action_case()) {
    case Action::kCreateOrganization:
      return create_organization();
    case Action::kPatchOrganization: {
      DAYBOOK_ASSIGN(organization, own_organization(action_.patch_organization()));
      return decide(action_.patch_organization(), *organization, view_, context_);
    }
    case Action::kPurgeFilterUses: {
      DAYBOOK_ASSIGN(organization, own_organization(action_.purge_filter_uses()));
      return organization::decide(action_.purge_filter_uses(), *organization, view_, context_);
    }
    case Action::kCreateUser:
      return create<user::User>(action_.create_user());
    case Action::kPatchUser:
      return change<user::User>(action_.patch_user());
    case Action::kChangeUserRole:
      return change<user::User>(action_.change_user_role());
    case Action::kActivateUser:
      return change<user::User>(action_.activate_user());
    case Action::kDeactivateUser:
      return change<user::User>(action_.deactivate_user());
    case Action::kCreateCompany:
      return create<company::Company>(action_.create_company());
    case Action::kPatchCompany:
      return change<company::Company>(action_.patch_company());
    case Action::kAssignCompany:
      return change<company::Company>(action_.assign_company());
    case Action::kDeleteCompany:
      return change<company::Company>(action_.delete_company());
    case Action::kRestoreCompany:
      return change<company::Company>(action_.restore_company());
    case Action::kCreateContact:
      return create<contact::Contact>(action_.create_contact());
    case Action::kPatchContact:
      return change<contact::Contact>(action_.patch_contact());
    case Action::kJoinCompany:
      return change<contact::Contact>(action_.join_company());
    case Action::kLeaveCompany:
      return change<contact::Contact>(action_.leave_company());
    case Action::kMakePrimaryContact:
      return change<contact::Contact>(action_.make_primary_contact());
    case Action::kClearPrimaryContact:
      return change<contact::Contact>(action_.clear_primary_contact());
    case Action::kAssignContact:
      return change<contact::Contact>(action_.assign_contact());
    case Action::kDeleteContact:
      return change<contact::Contact>(action_.delete_contact());
    case Action::kRestoreContact:
      return change<contact::Contact>(action_.restore_contact());
    case Action::kCreatePipelineStage:
      return create<pipeline_stage::PipelineStage>(action_.create_pipeline_stage());
    case Action::kPatchPipelineStage:
      return change<pipeline_stage::PipelineStage>(action_.patch_pipeline_stage());
    case Action::kMovePipelineStage:
      return change<pipeline_stage::PipelineStage>(action_.move_pipeline_stage());
    case Action::kRetirePipelineStage:
      return change<pipeline_stage::PipelineStage>(action_.retire_pipeline_stage());
    case Action::kReactivatePipelineStage:
      return change<pipeline_stage::PipelineStage>(action_.reactivate_pipeline_stage());
    case Action::kDeletePipelineStage:
      return change<pipeline_stage::PipelineStage>(action_.delete_pipeline_stage());
    case Action::kOpenDeal:
      return create<deal::Deal>(action_.open_deal());
    case Action::kPatchDeal:
      return change<deal::Deal>(action_.patch_deal());
    case Action::kRelinkDeal:
      return change<deal::Deal>(action_.relink_deal());
    case Action::kMoveDeal:
      return change<deal::Deal>(action_.move_deal());
    case Action::kWinDeal:
      return change<deal::Deal>(action_.win_deal());
    case Action::kLoseDeal:
      return change<deal::Deal>(action_.lose_deal());
    case Action::kPostponeDeal:
      return change<deal::Deal>(action_.postpone_deal());
    case Action::kCancelDeal:
      return change<deal::Deal>(action_.cancel_deal());
    case Action::kReopenDeal:
      return change<deal::Deal>(action_.reopen_deal());
    case Action::kAssignDeal:
      return change<deal::Deal>(action_.assign_deal());
    case Action::kDeleteDeal:
      return change<deal::Deal>(action_.delete_deal());
    case Action::kRestoreDeal:
      return change<deal::Deal>(action_.restore_deal());
    case Action::kScheduleActivity:
      return create<activity::Activity>(action_.schedule_activity());
    case Action::kLogActivity:
      return create<activity::Activity>(action_.log_activity());
    case Action::kPatchActivity:
      return change<activity::Activity>(action_.patch_activity());
    case Action::kRelinkActivity:
      return change<activity::Activity>(action_.relink_activity());
    case Action::kStartActivity:
      return change<activity::Activity>(action_.start_activity());
    case Action::kCompleteActivity:
      return change<activity::Activity>(action_.complete_activity());
    case Action::kReopenActivity:
      return change<activity::Activity>(action_.reopen_activity());
    case Action::kCancelActivity:
      return change<activity::Activity>(action_.cancel_activity());
    case Action::kMarkActivityOverdue:
      return change<activity::Activity>(action_.mark_activity_overdue());
    case Action::kReassignActivity:
      return change<activity::Activity>(action_.reassign_activity());
    case Action::kAssignActivity:
      return change<activity::Activity>(action_.assign_activity());
    case Action::kDeleteActivity:
      return change<activity::Activity>(action_.delete_activity());
    case Action::kRestoreActivity:
      return change<activity::Activity>(action_.restore_activity());
    case Action::kSetCompanyCustomField:
      return set_custom_field(action_.set_company_custom_field());
    case Action::kSetContactCustomField:
      return set_custom_field(action_.set_contact_custom_field());
    case Action::kSetDealCustomField:
      return set_custom_field(action_.set_deal_custom_field());
    case Action::kRemoveCompanyCustomField:
      return remove_custom_field(action_.remove_company_custom_field());
    case Action::kRemoveContactCustomField:
      return remove_custom_field(action_.remove_contact_custom_field());
    case Action::kRemoveDealCustomField:
      return remove_custom_field(action_.remove_deal_custom_field());
    case Action::kSaveFilter:
      return create<saved_filter::SavedFilter>(action_.save_filter());
    case Action::kPatchSavedFilter:
      return change<saved_filter::SavedFilter>(action_.patch_saved_filter());
    case Action::kUseSavedFilter:
      return use_filter(action_.use_saved_filter());
    case Action::kAssignSavedFilter:
      return change<saved_filter::SavedFilter>(action_.assign_saved_filter());
    case Action::kDeleteSavedFilter:
      return change<saved_filter::SavedFilter>(action_.delete_saved_filter());
    case Action::kAddExternalIds:
      return add_external_ids(action_.add_external_ids());
    case Action::ACTION_NOT_SET:
      break;
  }
  return fail(ErrorKind::kInvalid, "action.missing",
              "the command has no action, or one that this version does not know");
}

// A member that needs a refused one says only that.
Violations only_the_cause(Violations violations) {
  const auto is_cause = [](const Error& error) { return error.code == kNeedsRefusedMember; };
  if (std::none_of(violations.begin(), violations.end(), is_cause)) return violations;
  std::erase_if(violations, [&](const Error& error) { return !is_cause(error); });
  return violations;
}

}  // namespace

tl::expected<Decision, Violations> decide(
    Action& action, const View& view, const Context& context, const RefusedRecords& refused,
    const std::string& path, const std::map<std::string, std::uint64_t>& events_before) {
  if (action.action_case() == Action::ACTION_NOT_SET) {
    return tl::unexpected(
        Violations{{ErrorKind::kInvalid, "action.missing",
                    "name what is to be done, like createCompany", member_path(path, "action")}});
  }
  const bool external = action.has_add_external_ids();
  const Entity entity = external ? action.add_external_ids().entity()
                                 : schema::action_info(action.action_case()).rule.entity();
  Violations violations;
  References(view, refused).resolve(action, entity, path, violations);
  if (!violations.empty()) return tl::unexpected(only_the_cause(std::move(violations)));
  auto decision = Decider(action, entity, view, context, events_before).run();
  if (decision) return std::move(decision).value();
  Error error = std::move(decision).error();
  error.path = error.path.empty() ? path : member_path(path, error.path);
  return tl::unexpected(Violations{std::move(error)});
}

std::vector<std::string> names_of_new_record(const Action& action, const Context& context) {
  const schema::ActionInfo& info = schema::action_info(action.action_case());
  if (!info.rule.creates()) return {};
  const Reflection& reflection = *action.GetReflection();
  const Message& command = reflection.GetMessage(action, info.field);
  const auto* identity_field = command.GetDescriptor()->FindFieldByName("identity");
  Identity identity;
  if (identity_field != nullptr) {
    identity.CopyFrom(command.GetReflection()->GetMessage(command, identity_field));
  }
  std::vector<std::string> names{new_record_id(identity, info.rule.entity(), context)};
  const std::string& entity = schema::entity_rule(info.rule.entity()).name();
  for (const ExternalId& external : identity.external_ids()) {
    names.push_back(entity + "/" + external.namespace_() + "/" + external.id());
  }
  return names;
}

}  // namespace daybook
