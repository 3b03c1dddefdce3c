#include "domain/activity/activity.h"

#include "domain/core/access.h"
#include "domain/core/lifecycle.h"
#include "domain/core/patch.h"
#include "domain/core/schema.h"
#include "domain/core/steps.h"
#include "schemas/contact.pb.h"
#include "schemas/deal.pb.h"

namespace daybook::activity {
namespace {

// AC-2, in this order: a missing company from the contact, then from the deal; a missing contact
// from the deal.
void fill_in(ActivityLinks& links, const View& view) {
  const auto* contact = view.find<contact::Contact>(ENTITY_CONTACT, links.contact_id());
  const auto* deal = view.find<deal::Deal>(ENTITY_DEAL, links.deal_id());
  if (!links.has_company_id() && contact != nullptr && contact->has_company_id()) {
    links.set_company_id(contact->company_id());
  }
  if (deal == nullptr) return;
  if (!links.has_company_id() && deal->has_company_id()) links.set_company_id(deal->company_id());
  if (!links.has_contact_id() && deal->has_contact_id()) links.set_contact_id(deal->contact_id());
}

Decision enter(ActivityStatus status, const Activity& activity, const Context& context) {
  Decision decision;
  if (activity.status() == status) return decision;
  Event event;
  switch (status) {
    case ACTIVITY_STATUS_COMPLETED:
      event.mutable_completed()->set_completed_at(context.now);
      break;
    case ACTIVITY_STATUS_IN_PROGRESS:
      event.mutable_started();
      break;
    case ACTIVITY_STATUS_CANCELLED:
      event.mutable_cancelled();
      break;
    case ACTIVITY_STATUS_OVERDUE:
      event.mutable_marked_overdue();
      break;
    case ACTIVITY_STATUS_PENDING:
    case ACTIVITY_STATUS_UNSPECIFIED:
    case ActivityStatus_INT_MIN_SENTINEL_DO_NOT_USE_:
    case ActivityStatus_INT_MAX_SENTINEL_DO_NOT_USE_:
      event.mutable_reopened();
      break;
  }
  decision.add(activity.record().id(), std::move(event));
  return decision;
}

Decision change(const ActivityFields& set, const FieldNames& clear, const Activity& activity) {
  Decision decision;
  Event event;
  if (changes(activity.fields(), set, clear, *event.mutable_changed())) {
    decision.add(activity.record().id(), std::move(event));
  }
  return decision;
}

Decision relink(const ActivityLinks& set, const FieldNames& clear, const Activity& activity) {
  Decision decision;
  Event event;
  if (changes(activity.links(), set, clear, *event.mutable_relinked())) {
    decision.add(activity.record().id(), std::move(event));
  }
  return decision;
}

Decision reassign(bool named, const std::string& user_id, const Activity& activity) {
  Decision decision;
  if (named == activity.has_assigned_to_id() && user_id == activity.assigned_to_id())
    return decision;
  Event event;
  auto* reassigned = event.mutable_reassigned();
  if (named) reassigned->set_assigned_to_id(user_id);
  decision.add(activity.record().id(), std::move(event));
  return decision;
}

// What a scheduled and a logged activity have in common: attributes, links, owner and assignee.
template <class Create, class Created>
Result<void> describe(const Create& command, Created& created, const View& view,
                      const Context& context) {
  DAYBOOK_ASSIGN(owner, new_owner(context, command.has_owner_id(), command.owner_id()));
  *created.mutable_fields() = command.fields();
  schema::set_defaults(*created.mutable_fields());
  *created.mutable_links() = command.links();
  if (context.import == nullptr) fill_in(*created.mutable_links(), view);
  if (owner) created.set_owner_id(*owner);
  if (command.has_assigned_to_id()) {
    created.set_assigned_to_id(command.assigned_to_id());
  } else if (owner) {
    created.set_assigned_to_id(*owner);
  }
  return {};
}

template <class Create>
Result<Decision> update(const Create& command, const Activity& activity,
                        const ActivityStatus* status, const Context& context) {
  Steps<Activity> steps(activity, [](Activity& state, const log::Event& event) {
    evolve(state, event.activity(), 0);
  });
  steps.then(change(command.fields(), {}, activity));
  steps.then(relink(command.links(), {}, activity));
  if (status != nullptr) steps.then(enter(*status, activity, context));
  if (command.has_assigned_to_id()) steps.then(reassign(true, command.assigned_to_id(), activity));
  if (names_new_owner(command, activity))
    steps.then(lifecycle::assign_owner<Event>(owner_of(command), activity, context));
  return std::move(steps).decision();
}

template <class Created>
void create(Activity& activity, const Created& created) {
  *activity.mutable_fields() = created.fields();
  *activity.mutable_links() = created.links();
  if (created.has_assigned_to_id()) activity.set_assigned_to_id(created.assigned_to_id());
  if (created.has_owner_id()) activity.mutable_ownership()->set_owner_id(created.owner_id());
}

// AC-3, of an imported one: it has been completed if and only if it says when, and not in future.
Result<void> check_completion(ActivityStatus status, const Context& context) {
  if (context.import == nullptr || !context.import->has_completed_at()) return {};
  if (status != ACTIVITY_STATUS_COMPLETED) {
    return fail(ErrorKind::kInvalid, "import.not_completed",
                "only a completed activity has a time of completion", "import.completedAt");
  }
  if (context.import->completed_at() <= context.now) return {};
  return fail(ErrorKind::kInvalid, "time.in_future", "the time must not lie in the future",
              "import.completedAt");
}

// AC-3: leaving COMPLETED clears the time of completion.
void become(Activity& activity, ActivityStatus status) {
  activity.set_status(status);
  activity.clear_completed_at();
}

}  // namespace

Result<Decision> decide(const ScheduleActivity& command, const std::string& id, const View& view,
                        const Context& context) {
  Decision decision;
  Event event;
  ActivityScheduled& scheduled = *event.mutable_scheduled();
  DAYBOOK_TRY(describe(command, scheduled, view, context));
  scheduled.set_status(command.has_status() ? command.status() : ACTIVITY_STATUS_PENDING);
  DAYBOOK_TRY(check_completion(scheduled.status(), context));
  if (context.import != nullptr && context.import->has_completed_at()) {
    scheduled.set_completed_at(context.import->completed_at());
  } else if (context.import == nullptr && scheduled.status() == ACTIVITY_STATUS_COMPLETED) {
    scheduled.set_completed_at(context.now);
  }
  decision.add(id, std::move(event));
  return decision;
}

Result<Decision> decide(const ScheduleActivity& command, const Activity& activity, const View&,
                        const Context& context) {
  const ActivityStatus status = command.status();
  return update(command, activity, command.has_status() ? &status : nullptr, context);
}

Result<Decision> decide(const LogActivity& command, const std::string& id, const View& view,
                        const Context& context) {
  Decision decision;
  Event event;
  ActivityLogged& logged = *event.mutable_logged();
  DAYBOOK_TRY(describe(command, logged, view, context));
  DAYBOOK_TRY(check_completion(ACTIVITY_STATUS_COMPLETED, context));
  const bool given = context.import != nullptr && context.import->has_completed_at();
  logged.set_completed_at(given ? context.import->completed_at() : context.now);
  decision.add(id, std::move(event));
  return decision;
}

Result<Decision> decide(const LogActivity& command, const Activity& activity, const View&,
                        const Context& context) {
  const ActivityStatus status = ACTIVITY_STATUS_COMPLETED;
  return update(command, activity, &status, context);
}

Result<Decision> decide(const PatchActivity& command, const Activity& activity, const View&,
                        const Context&) {
  return change(command.set(), command.clear(), activity);
}
Result<Decision> decide(const RelinkActivity& command, const Activity& activity, const View&,
                        const Context&) {
  return relink(command.set(), command.clear(), activity);
}
Result<Decision> decide(const StartActivity&, const Activity& activity, const View&,
                        const Context& context) {
  return enter(ACTIVITY_STATUS_IN_PROGRESS, activity, context);
}
Result<Decision> decide(const CompleteActivity&, const Activity& activity, const View&,
                        const Context& context) {
  return enter(ACTIVITY_STATUS_COMPLETED, activity, context);
}
Result<Decision> decide(const ReopenActivity&, const Activity& activity, const View&,
                        const Context& context) {
  return enter(ACTIVITY_STATUS_PENDING, activity, context);
}
Result<Decision> decide(const CancelActivity&, const Activity& activity, const View&,
                        const Context& context) {
  return enter(ACTIVITY_STATUS_CANCELLED, activity, context);
}
Result<Decision> decide(const MarkActivityOverdue&, const Activity& activity, const View&,
                        const Context& context) {
  return enter(ACTIVITY_STATUS_OVERDUE, activity, context);
}
Result<Decision> decide(const ReassignActivity& command, const Activity& activity, const View&,
                        const Context&) {
  return reassign(command.has_assigned_to_id(), command.assigned_to_id(), activity);
}
Result<Decision> decide(const AssignOwner& command, const Activity& activity, const View&,
                        const Context& context) {
  return lifecycle::assign_owner<Event>(command, activity, context);
}
Result<Decision> decide(const DeleteRecord&, const Activity& activity, const View&,
                        const Context&) {
  return lifecycle::remove<Event>(activity);
}
Result<Decision> decide(const RestoreRecord&, const Activity& activity, const View&,
                        const Context&) {
  return lifecycle::restore<Event>(activity);
}

void evolve(Activity& activity, const Event& event, std::int64_t at) {
  switch (event.event_case()) {
    case Event::kScheduled:
      create(activity, event.scheduled());
      activity.set_status(event.scheduled().status());
      if (event.scheduled().has_completed_at())
        activity.set_completed_at(event.scheduled().completed_at());
      return;
    case Event::kLogged:
      create(activity, event.logged());
      activity.set_status(ACTIVITY_STATUS_COMPLETED);
      activity.set_completed_at(event.logged().completed_at());
      return;
    case Event::kChanged:
      patch::apply(*activity.mutable_fields(), event.changed().set(), event.changed().clear());
      return;
    case Event::kRelinked:
      patch::apply(*activity.mutable_links(), event.relinked().set(), event.relinked().clear());
      return;
    case Event::kStarted:
      return become(activity, ACTIVITY_STATUS_IN_PROGRESS);
    case Event::kCompleted:
      activity.set_status(ACTIVITY_STATUS_COMPLETED);
      activity.set_completed_at(event.completed().completed_at());
      return;
    case Event::kReopened:
      return become(activity, ACTIVITY_STATUS_PENDING);
    case Event::kCancelled:
      return become(activity, ACTIVITY_STATUS_CANCELLED);
    case Event::kMarkedOverdue:
      return become(activity, ACTIVITY_STATUS_OVERDUE);
    case Event::kReassigned:
      if (event.reassigned().has_assigned_to_id()) {
        activity.set_assigned_to_id(event.reassigned().assigned_to_id());
      } else {
        activity.clear_assigned_to_id();
      }
      return;
    case Event::kOwnerAssigned:
      return lifecycle::evolve(activity, event.owner_assigned());
    case Event::kDeleted:
      return lifecycle::evolve(activity, event.deleted(), at);
    case Event::kRestored:
      return lifecycle::evolve(activity, event.restored());
    case Event::kExternalIdsAdded:
      return lifecycle::evolve(activity, event.external_ids_added());
    case Event::EVENT_NOT_SET:
      return;
  }
}

}  // namespace daybook::activity
