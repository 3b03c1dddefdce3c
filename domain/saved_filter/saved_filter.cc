#include "domain/saved_filter/saved_filter.h"

#include "domain/core/access.h"
#include "domain/core/lifecycle.h"
#include "domain/core/patch.h"
#include "domain/core/schema.h"
#include "domain/core/steps.h"
#include "domain/core/uuid.h"
#include "domain/saved_filter/filter_config.h"

namespace daybook::saved_filter {
namespace {

// SF-1: the name is unique for an owner and entity.
Result<void> check_name(const View& view, const std::string& owner_id,
                        const SavedFilterFields& fields, const std::string& filter_id) {
  const std::string entity = std::to_string(fields.entity());
  const auto holder = view.lookup(Index::kFilterName, {owner_id, entity, fields.name()});
  if (!holder || *holder == filter_id) return {};
  return fail(ErrorKind::kConflict, "saved_filter.name_taken",
              "the owner has another filter of this name for this entity; choose another name",
              "name");
}

Result<Decision> change(const SavedFilterFields& set, const FieldNames& clear,
                        const SavedFilter& filter, const View& view) {
  Decision decision;
  Event event;
  if (!changes(filter.fields(), set, clear, *event.mutable_changed())) return decision;
  SavedFilterFields next = filter.fields();
  patch::apply(next, event.changed().set(), event.changed().clear());
  DAYBOOK_TRY(check_filter_config(next.entity(), next.filter_config()));
  DAYBOOK_TRY(check_name(view, filter.ownership().owner_id(), next, filter.record().id()));
  decision.add(filter.record().id(), std::move(event));
  return decision;
}

Result<Decision> assign(const AssignOwner& command, const SavedFilter& filter, const View& view,
                        const Context& context) {
  DAYBOOK_ASSIGN(decision, lifecycle::assign_owner<Event>(command, filter, context));
  DAYBOOK_TRY(check_name(view, command.owner_id(), filter.fields(), filter.record().id()));
  return decision;
}

}  // namespace

Result<Decision> decide(const SaveFilter& command, const std::string& id, const View& view,
                        const Context& context) {
  DAYBOOK_ASSIGN(owner, new_owner(context, command.has_owner_id(), command.owner_id()));
  DAYBOOK_TRY(check_filter_config(command.fields().entity(), command.fields().filter_config()));
  Decision decision;
  Event event;
  FilterSaved& saved = *event.mutable_saved();
  *saved.mutable_fields() = command.fields();
  schema::set_defaults(*saved.mutable_fields());
  if (owner) saved.set_owner_id(*owner);
  DAYBOOK_TRY(check_name(view, saved.owner_id(), saved.fields(), id));
  decision.add(id, std::move(event));
  return decision;
}

Result<Decision> decide(const SaveFilter& command, const SavedFilter& filter, const View& view,
                        const Context& context) {
  Steps<SavedFilter> steps(filter, [](SavedFilter& state, const log::Event& event) {
    evolve(state, event.saved_filter(), 0);
  });
  steps.then(change(command.fields(), {}, filter, view));
  if (names_new_owner(command, filter))
    steps.then(assign(owner_of(command), steps.state(), view, context));
  return std::move(steps).decision();
}

Result<Decision> decide(const PatchSavedFilter& command, const SavedFilter& filter,
                        const View& view, const Context&) {
  return change(command.set(), command.clear(), filter, view);
}

// SF-2: a use counts, sets last_used_at and leaves a row; updated_at stays.
Result<Decision> decide(const UseSavedFilter& command, const SavedFilter& filter, const View&,
                        const Context& context) {
  Decision decision;
  Event event;
  FilterUsed& used = *event.mutable_used();
  used.set_use_id(command_record_id(context.organization_id,
                                    schema::entity_rule(ENTITY_SAVED_FILTER_USE).name(),
                                    context.command_id, context.member, 0));
  if (!context.actor.integration) used.set_user_id(context.actor.user_id);
  if (command.has_execution_time()) used.set_execution_time(command.execution_time());
  if (command.has_result_count()) used.set_result_count(command.result_count());
  decision.add(filter.record().id(), std::move(event));
  return decision;
}

Result<Decision> decide(const AssignOwner& command, const SavedFilter& filter, const View& view,
                        const Context& context) {
  return assign(command, filter, view, context);
}

// SF-4: a real delete; a tombstone keeps the id and the external ids taken.
Result<Decision> decide(const DeleteRecord&, const SavedFilter& filter, const View& view,
                        const Context&) {
  const std::string& id = filter.record().id();
  if (view.scan(Index::kFilterUseByFilter, {id}, kUsesForgottenMax + 1).size() >
      kUsesForgottenMax) {
    return fail(ErrorKind::kRejected, "saved_filter.too_many_uses",
                "its uses are too many to be removed at once; forget old ones first "
                "(purgeFilterUses)",
                "id");
  }
  Decision decision;
  Event event;
  event.mutable_removed();
  decision.add(filter.record().id(), std::move(event));
  return decision;
}

void evolve(SavedFilter& filter, const Event& event, std::int64_t at) {
  switch (event.event_case()) {
    case Event::kSaved:
      *filter.mutable_fields() = event.saved().fields();
      if (event.saved().has_owner_id())
        filter.mutable_ownership()->set_owner_id(event.saved().owner_id());
      return;
    case Event::kChanged:
      patch::apply(*filter.mutable_fields(), event.changed().set(), event.changed().clear());
      return;
    case Event::kUsed:
      filter.set_use_count(filter.use_count() + 1);
      filter.set_last_used_at(at);
      return;
    case Event::kRemoved:
      filter.mutable_record()->set_removed(true);
      return;
    case Event::kOwnerAssigned:
      return lifecycle::evolve(filter, event.owner_assigned());
    case Event::kExternalIdsAdded:
      return lifecycle::evolve(filter, event.external_ids_added());
    case Event::EVENT_NOT_SET:
      return;
  }
}

}  // namespace daybook::saved_filter
