// An action on its way to its aggregate: what all aggregates share of a decision. Inside `decide`
// only: decide.h is what others call. decider.cc has the checks, dispatch.cc the way to each
// aggregate, own_rules.cc the actions that do not follow the common way.
#pragma once

#include <map>
#include <string>

#include "domain/core/context.h"
#include "domain/core/decision.h"
#include "domain/core/schema.h"
#include "domain/core/view.h"
#include "schemas/command.pb.h"

namespace daybook {

// Lives for one decision; what it is made of must outlive it.
class Decider {
 public:
  Decider(const Action& action, Entity entity, const View& view, const Context& context,
          const std::map<std::string, std::uint64_t>& events_before)
      : action_(action),
        entity_(entity),
        view_(view),
        context_(context),
        events_before_(events_before) {}

  // Errors name the path inside the action.
  Result<Decision> run() const;

 private:
  // A record may be changed if the actor sees it, it is live (or is to be restored) and at the
  // expected version.
  Result<const google::protobuf::Message*> target(Entity entity, const std::string& id,
                                                  const std::string& path) const;
  Result<void> check_visible(Entity entity, const google::protobuf::Message& state,
                             const std::string& path) const;
  Result<void> check_version(Entity entity, const google::protobuf::Message& state,
                             const std::string& id) const;
  [[nodiscard]] bool restores() const;
  // A record that is yet to be is at no version but 0.
  Result<void> check_no_version() const;
  [[nodiscard]] tl::unexpected<Error> not_found(Entity entity, const std::string& path) const;

  // An action on an existing record, by its aggregate's decide.
  template <class State, class Command>
  Result<Decision> change(const Command& command) const;
  template <class State, class Command>
  Result<Decision> create(const Command& command) const;
  template <class State>
  void follow(State& state, const Decision& decision) const;

  Result<const organization::Organization*> own_organization() const;
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

}  // namespace daybook
