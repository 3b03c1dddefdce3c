// Owner, soft delete, restore and external ids: decided and folded the same way for every kind of
// record that has them.
#pragma once

#include <string>

#include "domain/core/access.h"
#include "domain/core/context.h"
#include "domain/core/decision.h"
#include "domain/core/result.h"
#include "domain/core/view.h"

namespace daybook::lifecycle {

// An assign command: MANAGER, ADMIN and integration name an active user, or nobody.
template <class Event, class State>
[[nodiscard]] Result<Decision> assign_owner(const AssignOwner& command, const State& state,
                                            const Context& context) {
  DAYBOOK_TRY(require_manager(context));
  Decision decision;
  const bool same = command.has_owner_id() == state.ownership().has_owner_id() &&
                    command.owner_id() == state.ownership().owner_id();
  if (same) return decision;
  Event event;
  auto* assigned = event.mutable_owner_assigned();
  if (command.has_owner_id()) assigned->set_owner_id(command.owner_id());
  decision.add(state.record().id(), std::move(event));
  return decision;
}

template <class Event, class State>
[[nodiscard]] Result<Decision> remove(const State& state) {
  Decision decision;
  Event event;
  event.mutable_deleted();
  decision.add(state.record().id(), std::move(event));
  return decision;
}

// A live record is left as it is.
template <class Event, class State>
[[nodiscard]] Result<Decision> restore(const State& state) {
  Decision decision;
  if (!state.deletion().is_deleted()) return decision;
  Event event;
  event.mutable_restored();
  decision.add(state.record().id(), std::move(event));
  return decision;
}

template <class State>
void evolve(State& state, const OwnerAssigned& event) {
  if (event.has_owner_id()) {
    state.mutable_ownership()->set_owner_id(event.owner_id());
  } else {
    state.mutable_ownership()->clear_owner_id();
  }
}
template <class State>
void evolve(State& state, const RecordDeleted&, std::int64_t at) {
  state.mutable_deletion()->set_is_deleted(true);
  state.mutable_deletion()->set_deleted_at(at);
}
template <class State>
void evolve(State& state, const RecordRestored&) {
  state.clear_deletion();
}
template <class State>
void evolve(State& state, const ExternalIdsAdded& event) {
  state.mutable_record()->mutable_external_ids()->MergeFrom(event.external_ids());
}

}  // namespace daybook::lifecycle
