#include "domain/decide/decide.h"

#include <algorithm>

#include "domain/decide/decider.h"
#include "domain/decide/identity.h"

namespace daybook {
namespace {

using google::protobuf::Message;
using google::protobuf::Reflection;

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
  References(view, refused).resolve(action, entity, Place(path), violations);
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
