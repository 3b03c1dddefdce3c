// Several decisions on one record in a row, each on what the earlier ones leave: what an upsert is
// made of.
#pragma once

#include <string>
#include <utility>

#include "domain/core/decision.h"
#include "domain/core/result.h"

namespace daybook {

template <class State>
class Steps {
 public:
  using Evolve = void (*)(State&, const log::Event&);

  Steps(State state, Evolve evolve) : state_(std::move(state)), evolve_(evolve) {}

  // The record as the steps so far leave it.
  [[nodiscard]] const State& state() const { return state_; }

  // Adds a step; after a refused one nothing more is added.
  void then(Result<Decision> step) {
    if (!decision_) return;
    if (!step) {
      decision_ = fail(std::move(step).error());
      return;
    }
    for (const log::Event& event : step->events) {
      if (event.id() == state_.record().id()) evolve_(state_, event);
    }
    decision_->append(*std::move(step));
  }

  [[nodiscard]] Result<Decision> decision() && { return std::move(decision_); }

 private:
  State state_;
  Evolve evolve_;
  Result<Decision> decision_ = Decision{};
};

// The owner that a create command names, as the assign command that an upsert turns it into.
template <class Create>
[[nodiscard]] AssignOwner owner_of(const Create& command) {
  AssignOwner assign;
  assign.set_owner_id(command.owner_id());
  return assign;
}

// Whether an upsert is to assign an owner: whoever may change a record may name the owner that it
// has.
template <class Create, class State>
[[nodiscard]] bool names_new_owner(const Create& command, const State& state) {
  return command.has_owner_id() && command.owner_id() != state.ownership().owner_id();
}

}  // namespace daybook
