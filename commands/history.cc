#include "commands/history.h"

#include <google/protobuf/util/json_util.h>

#include <map>
#include <memory>

#include "domain/core/schema.h"
#include "domain/core/time.h"
#include "domain/decide/references.h"
#include "domain/state/evolve.h"
#include "domain/state/keys.h"

namespace daybook::commands {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Values = std::map<std::string, std::string>;

std::string text_of(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  const Format format = schema::rule(field).format();
  const auto number = [&](std::int64_t value) {
    if (format == FORMAT_HUNDREDTHS) return hundredths_text(value);
    if (format == FORMAT_TIMESTAMP) return timestamp_text(value);
    if (format == FORMAT_DATE) return date_text(value);
    return std::to_string(value);
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return std::string(schema::enum_text(*reflection.GetEnum(message, &field)));
    case FieldDescriptor::CPPTYPE_INT32:
      return number(reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return number(reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(reflection.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(reflection.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      std::string json;
      (void)google::protobuf::util::MessageToJsonString(reflection.GetMessage(message, &field),
                                                        &json);
      return json;
    }
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      break;
  }
  return "";
}

// The values of a state by read column: what a person knows the fields as.
void collect(const Message& message, Values& values) {
  std::vector<const FieldDescriptor*> present;
  message.GetReflection()->ListFields(message, &present);
  for (const FieldDescriptor* field : present) {
    const std::string& column = schema::rule(*field).column();
    if (!column.empty()) {
      values[column] = text_of(message, *field);
    } else if (!field->is_repeated() && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      collect(message.GetReflection()->GetMessage(message, field), values);
    }
  }
}

void add_changes(const Values& before, const Values& after, HistoryEntry& entry) {
  Values all = before;
  all.insert(after.begin(), after.end());
  for (const auto& [field, ignored] : all) {
    const auto old_value = before.find(field);
    const auto new_value = after.find(field);
    const bool was = old_value != before.end();
    const bool is = new_value != after.end();
    if (was && is && old_value->second == new_value->second) continue;
    if (field == "updated_at" || field == "id" || field == "organization_id") continue;
    FieldChange& change = *entry.add_changes();
    change.set_field(field);
    if (was) change.set_old_value(old_value->second);
    if (is) change.set_new_value(new_value->second);
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
  return what == nullptr ? "" : what->message_type()->name();
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
  Values before;
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
      Values after;
      collect(*record, after);
      add_changes(before, after, entry);
      before = std::move(after);
    }
  }
  return history;
}

}  // namespace daybook::commands
