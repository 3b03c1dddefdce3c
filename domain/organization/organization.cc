#include "domain/organization/organization.h"

#include "domain/core/access.h"
#include "domain/core/patch.h"
#include "domain/core/time.h"

namespace daybook::organization {

// The integration alone opens organizations; their ids come with the command, the one exception to
// derived ids.
Result<Decision> decide(const CreateOrganization& command, const std::string& id, const View&,
                        const Context& context) {
  if (!context.actor.integration)
    return not_allowed("only the actor integration creates organizations");
  Decision decision;
  Event event;
  *event.mutable_created()->mutable_fields() = command.fields();
  decision.add(id, std::move(event));
  return decision;
}

Result<Decision> decide(const PatchOrganization& command, const Organization& organization,
                        const View&, const Context& context) {
  DAYBOOK_TRY(require_admin(context));
  Decision decision;
  Event event;
  if (changes(organization.fields(), command.set(), command.clear(), *event.mutable_changed())) {
    decision.add(organization.record().id(), std::move(event));
  }
  return decision;
}

// SF-5: the cut-off comes with the command, so that a replay forgets the same rows.
Result<Decision> decide(const saved_filter::PurgeFilterUses& command,
                        const Organization& organization, const View& view,
                        const Context& context) {
  DAYBOOK_TRY(require_manager(context));
  Decision decision;
  if (command.used_before() > context.now) {
    return fail(ErrorKind::kInvalid, "time.in_future", "the cut-off must not lie in the future",
                "usedBefore");
  }
  const auto oldest = view.first(Index::kFilterUseByTime, {});
  if (!oldest) return decision;
  const auto* use = view.find<saved_filter::FilterUse>(ENTITY_SAVED_FILTER_USE, *oldest);
  if (use == nullptr || use->used_at() >= command.used_before()) return decision;
  Event event;
  event.mutable_filter_uses_purged()->set_used_before(command.used_before());
  decision.add(organization.record().id(), std::move(event));
  return decision;
}

void evolve(Organization& organization, const Event& event, std::int64_t) {
  switch (event.event_case()) {
    case Event::kCreated:
      *organization.mutable_fields() = event.created().fields();
      return;
    case Event::kChanged:
      patch::apply(*organization.mutable_fields(), event.changed().set(), event.changed().clear());
      return;
    case Event::kFilterUsesPurged:
      // The uses are records of their own; the fold removes them.
      return;
    case Event::EVENT_NOT_SET:
      return;
  }
}

}  // namespace daybook::organization
