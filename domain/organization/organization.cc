#include "domain/organization/organization.h"

#include <algorithm>

#include "domain/core/access.h"
#include "domain/core/patch.h"
#include "domain/core/time.h"
#include "domain/saved_filter/saved_filter.h"

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
  const auto uses = view.scan(Index::kFilterUseByTime, {}, saved_filter::kUsesForgottenMax + 1);
  const auto used_at = [&](const std::string& id) {
    const auto* use = view.find<saved_filter::FilterUse>(ENTITY_SAVED_FILTER_USE, id);
    return use == nullptr ? std::int64_t{0} : use->used_at();
  };
  if (uses.empty() || used_at(uses.front()) >= command.used_before()) return decision;
  std::int64_t limit = command.used_before();
  if (uses.size() > saved_filter::kUsesForgottenMax && used_at(uses.back()) < limit) {
    // What one command may touch is bounded; those of one millisecond go together.
    limit = std::max(used_at(uses.back()), used_at(uses.front()) + 1);
    decision.notice("filter_uses.left",
                    "not all could be forgotten at once; send another such command");
  }
  Event event;
  event.mutable_filter_uses_purged()->set_used_before(limit);
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
