#include "tests/support/domain_specification.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "domain/core/schema.h"
#include "domain/decide/command.h"
#include "domain/state/evolve.h"

namespace daybook::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

// The event of one aggregate inside an event of the log.
const Message& inner_of(const log::Event& event) {
  const auto* field = event.GetReflection()->GetOneofFieldDescriptor(
      event, log::Event::descriptor()->FindOneofByName("event"));
  return event.GetReflection()->GetMessage(event, field);
}

// The expected event, as the message that carries it.
std::unique_ptr<Message> message_of(const ExpectedEvent& expected, const Message& prototype) {
  std::unique_ptr<Message> message(prototype.New());
  const std::string text = expected.kind + " { " + expected.text + " }";
  if (!google::protobuf::TextFormat::ParseFromString(text, message.get())) return nullptr;
  return message;
}

// "" if `actual` is the expected event.
std::string difference(const ExpectedEvent& expected, const log::Event& actual) {
  if (actual.id() != id(expected.name)) return "it is about " + actual.id();
  const Message& inner = inner_of(actual);
  const auto message = message_of(expected, inner);
  if (message == nullptr) return "the expectation does not parse: " + expected.text;
  std::string report;
  MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&report);
  return differencer.Compare(*message, inner) ? "" : report;
}

// Whether the field of a dotted path is set.
bool is_set(const Message& message, const std::string& path) {
  const auto dot = path.find('.');
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(path.substr(0, dot));
  if (field == nullptr) throw std::invalid_argument("no field " + path);
  const auto& reflection = *message.GetReflection();
  if (field->is_repeated()) return reflection.FieldSize(message, field) > 0;
  if (!reflection.HasField(message, field)) return false;
  return dot == std::string::npos ||
         is_set(reflection.GetMessage(message, field), path.substr(dot + 1));
}

}  // namespace

std::string describe(const log::Outcome& outcome) {
  std::ostringstream text;
  text << log::OutcomeKind_Name(outcome.kind()) << " " << outcome.command() << "\n";
  for (const auto& event : outcome.events()) text << "  event " << event.ShortDebugString() << "\n";
  for (const auto& each : outcome.violations()) {
    text << "  violation " << each.code() << " (" << each.kind() << ") at '" << each.path()
         << "': " << each.message() << "\n";
  }
  for (const auto& each : outcome.notices()) text << "  notice " << each.ShortDebugString() << "\n";
  return text.str();
}

Specification::Specification(const std::vector<Act>& givens) {
  settle();
  for (const Act& act : givens) give(act);
}

Specification& Specification::as(std::string_view actor) {
  const bool is_name = actor != "integration" && actor.front() != '\'';
  actor_ = is_name                 ? id(actor, organization_)
           : actor.front() == '\'' ? std::string(actor.substr(1, actor.size() - 2))
                                   : std::string(actor);
  return *this;
}
Specification& Specification::in(std::string_view organization) {
  organization_ = organization;
  return *this;
}
Specification& Specification::at(std::int64_t now) {
  now_ = now;
  return *this;
}

std::string Specification::next_command_id() {
  const std::string number = std::to_string(++commands_);
  return "c0000000-0000-4000-8000-" + std::string(12 - number.size(), '0') + number;
}

Command Specification::command_for(const std::string& actor) const {
  Command command;
  command.set_organization_id(organization_);
  command.set_actor(actor);
  return command;
}

void Specification::give(const Act& act) {
  Command command = command_for(act.actor);
  command.set_organization_id(act.organization);
  command.set_command_id(next_command_id());
  *command.mutable_action() = act.action;
  outcome_ = decide_command(command, "given", *state_, kDayBefore);
  if (outcome_.kind() != log::OUTCOME_KIND_ACCEPTED) fault("what is given was refused");
  settle();
}

Specification& Specification::when(const Act& act, const char* file, int line) {
  file_ = file;
  line_ = line;
  Command command = command_for(actor_);
  *command.mutable_action() = act.action;
  run(std::move(command), !act.counts_again);
  return *this;
}

Specification& Specification::when_batch(const std::vector<Act>& members, const char* file,
                                         int line) {
  file_ = file;
  line_ = line;
  Command command = command_for(actor_);
  command.mutable_batch();
  for (const Act& act : members) *command.mutable_batch()->add_members() = act.action;
  run(std::move(command), false);
  return *this;
}

Specification& Specification::when_command(Command command, const char* file, int line) {
  file_ = file;
  line_ = line;
  run(std::move(command), false);
  return *this;
}

Specification& Specification::after(const Act& act, const char* file, int line) {
  return when(act, file, line).then_accepted();
}

void Specification::run(Command command, bool again_has_no_event) {
  if (command.command_id().empty()) command.set_command_id(next_command_id());
  const MemoryStateStore::Content before = store_->content();
  outcome_ = decide_command(command, "hash", *state_, now_);
  if (outcome_.kind() != log::OUTCOME_KIND_ACCEPTED) return check_nothing_changed(before);
  check_versions();
  settle();
  if (again_has_no_event) check_idempotent(std::move(command));
}

// Takes what the last command changed into the store.
void Specification::settle() {
  state_->confirm(state_->commit());
  log::Progress progress;
  if (!state_->flush(progress)) fault("the state does not flush");
}

void Specification::check_versions() {
  std::map<std::string, std::uint64_t> last;
  for (const log::Event& event : outcome_.events()) {
    auto [known, first] = last.try_emplace(event.id(), event.version());
    if (!first && event.version() != known->second + 1) fault("a version is left out");
    known->second = event.version();
  }
  for (const auto& event : outcome_.events()) {
    const Message* record = state_->find(outcome_.organization_id(), event.entity(), event.id());
    if (record == nullptr || record_of(event.entity(), *record)->version() != last[event.id()]) {
      fault("the state is not at the version of the record's last event");
    }
  }
}

void Specification::check_nothing_changed(const MemoryStateStore::Content& before) {
  if (!outcome_.events().empty()) fault("a refused command has events");
  if (outcome_.violations().empty()) fault("a refused command gives no reason");
  if (!state_->commit().empty()) fault("a refused command leaves changes");
  settle();
  if (store_->content() != before) fault("a refused command changed the state");
}

void Specification::check_idempotent(Command command) {
  command.set_command_id(next_command_id());
  const log::Outcome again = decide_command(command, "hash", *state_, now_);
  if (!again.events().empty()) fault("sent once more it has events:\n" + describe(again));
  state_->rollback();
}

void Specification::fault(const std::string& what) const {
  ADD_FAILURE_AT(file_, line_) << what << "\n" << describe(outcome_);
}

Specification& Specification::then_accepted() {
  if (outcome_.kind() != log::OUTCOME_KIND_ACCEPTED) fault("it should be accepted");
  return *this;
}

Specification& Specification::then_events(const std::vector<ExpectedEvent>& expected) {
  then_accepted();
  const auto& events = outcome_.events();
  if (static_cast<std::size_t>(events.size()) != expected.size()) {
    fault("there should be " + std::to_string(expected.size()) + " events");
    return *this;
  }
  for (int i = 0; i < events.size(); ++i) {
    const ExpectedEvent& each = expected[static_cast<std::size_t>(i)];
    const std::string differs = difference(each, events[i]);
    if (differs.empty()) continue;
    fault("event " + std::to_string(i) + " should be " + each.name + " " + each.kind + " { " +
          each.text + " }\n" + differs);
  }
  return *this;
}

Specification& Specification::then_rejected(std::string_view code, ErrorKind kind,
                                            std::string_view path) {
  return then_rejected({{std::string(code), kind, std::string(path)}});
}

Specification& Specification::then_rejected(const std::vector<ExpectedViolation>& expected) {
  if (outcome_.kind() != log::OUTCOME_KIND_REJECTED) fault("it should be refused");
  const auto& violations = outcome_.violations();
  bool same = static_cast<std::size_t>(violations.size()) == expected.size();
  for (int i = 0; same && i < violations.size(); ++i) {
    const ExpectedViolation& each = expected[static_cast<std::size_t>(i)];
    same = violations[i].code() == each.code && violations[i].kind() == to_string(each.kind) &&
           violations[i].path() == each.path;
  }
  if (same) return *this;
  std::string wanted;
  for (const ExpectedViolation& each : expected) {
    wanted +=
        "  " + each.code + " (" + std::string(to_string(each.kind)) + ") at '" + each.path + "'\n";
  }
  fault("it should be refused for\n" + wanted + "but the outcome is");
  return *this;
}

Specification& Specification::then_notice(std::string_view code) {
  then_accepted();
  for (const auto& notice : outcome_.notices()) {
    if (notice.code() == code) return *this;
  }
  fault("there should be a notice " + std::string(code));
  return *this;
}

Specification& Specification::then_no_notice() {
  then_accepted();
  if (!outcome_.notices().empty()) fault("there should be no notice");
  return *this;
}

Specification& Specification::then_record(std::string_view name, std::string_view text,
                                          const std::vector<std::string>& absent) {
  const Entity entity = name == "ORG" ? ENTITY_ORGANIZATION : entity_of(name);
  const Message* state = state_->find(organization_, entity, id(name, organization_));
  if (state == nullptr) {
    fault("there is no record " + std::string(name));
    return *this;
  }
  std::unique_ptr<Message> expected(state->New());
  if (!google::protobuf::TextFormat::ParseFromString(with_ids(text, organization_),
                                                     expected.get())) {
    throw std::invalid_argument("the expectation does not parse: " + std::string(text));
  }
  std::string report;
  MessageDifferencer differencer;
  differencer.set_scope(MessageDifferencer::PARTIAL);
  differencer.ReportDifferencesToString(&report);
  if (!differencer.Compare(*expected, *state))
    fault("record " + std::string(name) + ":\n" + report);
  for (const std::string& path : absent) {
    if (is_set(*state, path)) fault("record " + std::string(name) + " should have no " + path);
  }
  return *this;
}

std::uint64_t Specification::version(std::string_view name) const {
  const Message* state = state_->find(organization_, entity_of(name), id(name, organization_));
  return state == nullptr ? 0 : record_of(entity_of(name), *state)->version();
}

}  // namespace daybook::test
