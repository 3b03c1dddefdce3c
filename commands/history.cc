#include "commands/history.h"

#include <cctype>
#include <memory>
#include <optional>
#include <vector>

#include "domain/core/schema.h"
#include "domain/decide/references.h"
#include "domain/state/columns.h"
#include "domain/state/evolve.h"
#include "domain/state/keys.h"

namespace daybook::commands {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Values = std::vector<std::optional<std::string>>;  // of the read columns

void add_changes(Entity entity, const Values& before, const Values& after, bool is_new,
                 HistoryEntry& entry) {
  const std::vector<std::string>& columns = columns_of(entity);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (before[i] == after[i] || columns[i] == "updated_at" || columns[i] == "id" ||
        columns[i] == "organization_id")
      continue;
    FieldChange& change = *entry.add_changes();
    change.set_field(columns[i]);
    if (before[i] && !is_new) change.set_old_value(*before[i]);
    if (after[i]) change.set_new_value(*after[i]);
  }
}

std::string event_name(const log::Event& event) {
  const Reflection& reflection = *event.GetReflection();
  const FieldDescriptor* kind =
      reflection.GetOneofFieldDescriptor(event, log::Event::descriptor()->FindOneofByName("event"));
  if (kind == nullptr) return "";
  const Message& inner = reflection.GetMessage(event, kind);
  const FieldDescriptor* what = inner.GetReflection()->GetOneofFieldDescriptor(
      inner, inner.GetDescriptor()->FindOneofByName("event"));
  if (what == nullptr) return "";
  std::string name = what->message_type()->name();
  name.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(name.front())));
  return name;
}

Result<std::string> resolve(const State& state, const std::string& organization_id, Entity entity,
                            const std::string& reference) {
  const auto view = state.view(organization_id);
  const auto [name_space, external_id] = split_reference(reference);
  std::optional<std::string> id = reference;
  if (!name_space.empty())
    id = view->lookup(Index::kExternalId, {std::to_string(entity), name_space, external_id});
  if (id && view->find(entity, *id) != nullptr) return *id;
  return fail(ErrorKind::kNotFound, schema::entity_rule(entity).name() + ".not_found",
              "the organization never had this record");
}

}  // namespace

Result<History> history_of(const State& state, Journal& journal, const std::string& organization_id,
                           Entity entity, const std::string& reference) {
  DAYBOOK_ASSIGN(id, resolve(state, organization_id, entity, reference));
  History history;
  history.set_entity(entity);
  history.set_id(id);
  const std::unique_ptr<Message> record(schema::state_prototype(entity).New());
  Values before = values_of(entity, *record, Dialect::kJson);
  for (std::uint64_t version = 1;; ++version) {
    const auto offset = state.text(keys::history(organization_id, entity, id, version));
    if (!offset) break;
    DAYBOOK_ASSIGN(outcome, journal.outcome_at(std::stoull(*offset)));
    for (const log::Event& event : outcome.events()) {
      if (event.id() != id || event.version() != version) continue;
      evolve(*record, organization_id, event, outcome.decided_at());
      HistoryEntry& entry = *history.add_entries();
      entry.set_version(version);
      entry.set_event(event_name(event));
      entry.set_decided_at(outcome.decided_at());
      entry.set_actor(outcome.actor());
      entry.set_command(outcome.command());
      entry.set_command_id(outcome.command_id());
      Values after = values_of(entity, *record, Dialect::kJson);
      add_changes(entity, before, after, version == 1, entry);
      before = std::move(after);
    }
  }
  return history;
}

}  // namespace daybook::commands
