#include "commands/codec/decode.h"
#include "commands/codec/json.h"
#include "domain/decide/command.h"
#include "domain/state/state.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/memory_state_store.h"

namespace daybook::fuzz {
namespace {

constexpr std::int64_t kNow = 1'750'000'000'000;

// In an organization that is there, if the command's address allows for one.
void make_organization(const std::string& organization_id, State& state) {
  Command command;
  command.set_command_id("f0220000-0000-4000-8000-000000000001");
  command.set_organization_id(organization_id);
  command.set_actor("integration");
  command.mutable_action()->mutable_create_organization()->mutable_fields()->set_name("Fuzz");
  (void)decide_command(command, std::string(32, 'h'), state, kNow);
  state.confirm(state.commit());
}

// Every outcome says what became of the command, and only an accepted one changes anything.
log::Outcome decide(const Command& command, State& state) {
  const log::Outcome outcome = decide_command(command, std::string(32, 'h'), state, kNow);
  require(state.health().has_value(), "deciding does not damage the state");
  if (outcome.kind() == log::OUTCOME_KIND_REJECTED) {
    require(outcome.violations_size() > 0, "a refusal says why");
    require(outcome.events_size() == 0, "a refusal has no events");
    require(state.commit().empty(), "a refusal changes nothing");
  } else {
    require(outcome.kind() == log::OUTCOME_KIND_ACCEPTED, "a command is accepted or rejected");
    state.rollback();
  }
  return outcome;
}

void require_foldable(log::Outcome outcome, State& state) {
  state.begin();
  for (log::Event& event : *outcome.mutable_events()) {
    require(state.apply(outcome.organization_id(), event, outcome.decided_at()).has_value(),
            "what was decided can be folded");
  }
  state.confirm(state.commit());
}

}  // namespace

void require_sound(const Command& command) {
  const codec::PayloadHash hash = codec::payload_hash(command);
  const std::string bytes = command.SerializeAsString();
  const auto binary = codec::decode_command(bytes, codec::ContentType::kProtobuf);
  // A command that says nothing is written as nothing, and that is refused as no command.
  require(bytes.empty() ? !binary : binary && codec::payload_hash(*binary) == hash,
          "protobuf that we write is read the same");
  test::MemoryStateStore store;
  State state(store);
  make_organization(command.organization_id(), state);
  const log::Outcome outcome = decide(command, state);
  const bool accepted = outcome.kind() == log::OUTCOME_KIND_ACCEPTED;
  if (accepted) require_foldable(outcome, state);
  const auto json = codec::decode_command(codec::encode_json(command), codec::ContentType::kJson);
  require(json || !accepted, "what JSON cannot say is accepted in no encoding");
  if (json) require(codec::payload_hash(*json) == hash, "JSON that we write is read the same");
}

}  // namespace daybook::fuzz
