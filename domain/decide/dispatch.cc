// The way from each action to the decide of its aggregate.
#include "domain/activity/activity.h"
#include "domain/company/company.h"
#include "domain/contact/contact.h"
#include "domain/deal/deal.h"
#include "domain/decide/decider.h"
#include "domain/decide/identity.h"
#include "domain/organization/organization.h"
#include "domain/pipeline_stage/pipeline_stage.h"
#include "domain/saved_filter/saved_filter.h"
#include "domain/state/evolve.h"
#include "domain/user/user.h"

namespace daybook {

using google::protobuf::Message;

template <class State, class Command>
Result<Decision> Decider::change(const Command& command) const {
  DAYBOOK_ASSIGN(state, target(entity_, command.id(), "id"));
  return decide(command, static_cast<const State&>(*state), view_, context_);
}

// A create command that names a held external id is refused, or updates the record that holds it.
template <class State, class Command>
Result<Decision> Decider::create(const Command& command) const {
  DAYBOOK_ASSIGN(held, find_holder(command.identity(), entity_, view_));
  if (!held) {
    DAYBOOK_TRY(check_no_version());
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

// As long as there are actions: a table from each to its overload, where a forgotten one is a
// compile error.
// NOLINTNEXTLINE(readability-function-size)
Result<Decision> Decider::dispatch() const {
  switch (action_.action_case()) {
    case Action::kCreateOrganization:
      return create_organization();
    case Action::kPatchOrganization: {
      DAYBOOK_ASSIGN(organization, own_organization());
      return decide(action_.patch_organization(), *organization, view_, context_);
    }
    case Action::kPurgeFilterUses: {
      DAYBOOK_ASSIGN(organization, own_organization());
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

}  // namespace daybook
