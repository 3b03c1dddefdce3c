#include "commands/history.h"

#include <cctype>

#include "domain/core/schema.h"
#include "domain/core/uuid.h"
#include "domain/decide/actor.h"
#include "domain/decide/references.h"
#include "domain/state/columns.h"
#include "domain/state/evolve.h"
#include "domain/state/keys.h"

namespace daybook::commands {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string event_name(const log::Event& event) {
  const FieldDescriptor* kind = event.GetReflection()->GetOneofFieldDescriptor(
      event, log::Event::descriptor()->FindOneofByName("event"));
  if (kind == nullptr) return "";
  const Message& inner = event.GetReflection()->GetMessage(event, kind);
  const FieldDescriptor* what = inner.GetReflection()->GetOneofFieldDescriptor(
      inner, inner.GetDescriptor()->FindOneofByName("event"));
  if (what == nullptr) return "";
  std::string name = what->message_type()->name();
  name.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(name.front())));
  return name;
}

}  // namespace

Result<std::string> find_record(const State& state, const HistoryQuestion& question) {
  const auto view = state.view(question.organization_id);
  DAYBOOK_ASSIGN(viewer, find_actor(question.viewer, *view));
  const auto [name_space, external_id] = split_reference(question.reference);
  const std::optional<std::string> id =
      name_space.empty() ? canonical_uuid(question.reference)
                         : view->lookup(Index::kExternalId,
                                        {std::to_string(question.entity), name_space, external_id});
  const Message* record = id ? view->find(question.entity, *id) : nullptr;
  // One whose first outcome has not been read back may never have been.
  const bool stands =
      record != nullptr &&
      state.text(keys::history(question.organization_id, question.entity, *id, 1)).has_value();
  if (stands && may_read(viewer, question.entity, *record, *view)) return *id;
  return fail(ErrorKind::kNotFound, schema::entity_rule(question.entity).name() + ".not_found",
              "the organization never had this record, or you may not see it");
}

std::vector<std::uint64_t> version_offsets(const State& state, const HistoryQuestion& question,
                                           const std::string& id, std::uint64_t first,
                                           std::size_t count) {
  std::vector<std::uint64_t> offsets;
  for (std::uint64_t version = first; offsets.size() < count; ++version) {
    const auto offset =
        state.text(keys::history(question.organization_id, question.entity, id, version));
    if (!offset) break;
    offsets.push_back(std::stoull(*offset));
  }
  return offsets;
}

HistoryFold::HistoryFold(const HistoryQuestion& question, const std::string& id)
    : question_(question), record_(schema::state_prototype(question.entity).New()) {
  values_ = values_of(question.entity, *record_, Dialect::kJson);
  history_.set_entity(question.entity);
  history_.set_id(id);
}

void HistoryFold::take(const log::Outcome& outcome) {
  for (const log::Event& event : outcome.events()) {
    if (event.entity() != question_.entity || event.id() != history_.id() ||
        event.version() != version_ + 1)
      continue;
    const bool is_asked_for = event.version() > question_.after_version;
    if (is_asked_for &&
        static_cast<std::size_t>(history_.entries_size()) == question_.entries_max) {
      history_.set_more(true);
      return;
    }
    evolve(*record_, question_.organization_id, event, outcome.decided_at());
    version_ = event.version();
    Values before = std::exchange(values_, values_of(question_.entity, *record_, Dialect::kJson));
    if (is_asked_for) note(event, outcome, before);
  }
}

void HistoryFold::note(const log::Event& event, const log::Outcome& outcome, const Values& before) {
  HistoryEntry& entry = *history_.add_entries();
  entry.set_version(event.version());
  entry.set_event(event_name(event));
  entry.set_decided_at(outcome.decided_at());
  entry.set_actor(outcome.actor());
  entry.set_command(outcome.command());
  entry.set_command_id(outcome.command_id());
  const std::vector<std::string>& columns = columns_of(question_.entity);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string& column = columns[i];
    if (before[i] == values_[i] || column == "updated_at" || column == "id" ||
        column == "organization_id")
      continue;
    FieldChange& change = *entry.add_changes();
    change.set_field(column);
    if (before[i] && event.version() > 1) change.set_old_value(*before[i]);
    if (values_[i]) change.set_new_value(*values_[i]);
  }
}

}  // namespace daybook::commands
