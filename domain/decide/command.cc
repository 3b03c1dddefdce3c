#include "domain/decide/command.h"

#include <map>

#include "domain/core/schema.h"
#include "domain/core/text.h"
#include "domain/core/validate.h"
#include "domain/decide/actor.h"
#include "domain/decide/decide.h"
#include "domain/state/evolve.h"

namespace daybook {
namespace {

// A batch of a thousand may be wrong in more ways than a record can hold; nobody reads more than
// these.
constexpr int kViolationsMax = 1'000;

std::string name_of(const Command& command) {
  if (command.has_batch()) return "batch";
  if (command.action().action_case() == Action::ACTION_NOT_SET) return "";
  return schema::action_info(command.action().action_case()).field->json_name();
}

// What a refused command says of itself is repeated only as far as it can be stored.
std::string echoed(const std::string& text) {
  constexpr std::size_t kBytesMax = 1'240;  // of the longest one allowed: 310 characters
  return text.size() <= kBytesMax && is_storable(text) ? text : std::string();
}

log::Outcome outcome_of(const Command& command, const std::string& payload_hash, std::int64_t now) {
  log::Outcome outcome;
  outcome.set_organization_id(command.organization_id());
  outcome.set_command_id(command.command_id());
  outcome.set_payload_hash(payload_hash);
  outcome.set_command(name_of(command));
  outcome.set_actor(echoed(command.actor()));
  outcome.set_decided_at(now);
  outcome.set_correlation_id(echoed(command.correlation_id()));
  outcome.set_traceparent(echoed(command.traceparent()));
  outcome.set_retry_of(echoed(command.retry_of()));
  return outcome;
}

// Decides the members one after the other, each on what the earlier ones leave.
class CommandDecision {
 public:
  CommandDecision(Command& command, State& state, const View& view, Context context)
      : command_(command), state_(state), view_(view), context_(std::move(context)) {}

  Result<void> run(log::Outcome& outcome) {
    if (command_.body_case() == Command::kAction) {
      DAYBOOK_TRY(decide_member(*command_.mutable_action(), "", outcome));
    } else {
      for (int i = 0; i < command_.batch().members_size(); ++i) {
        context_.member = static_cast<std::uint32_t>(i);
        const std::string path = "members[" + std::to_string(i) + "]";
        if (!renew_actor(path)) continue;
        DAYBOOK_TRY(decide_member(*command_.mutable_batch()->mutable_members(i), path, outcome));
        // Refused whatever follows: the work of one command is bounded.
        if (outcome.events_size() > kEventsPerOutcomeMax) return {};
      }
    }
    return {};
  }

  [[nodiscard]] Violations& violations() { return violations_; }

 private:
  // An earlier member may have given the actor another role.
  bool renew_actor(const std::string& path) {
    if (context_.actor.integration) return true;
    auto actor = find_actor(context_.actor.user_id, view_);
    if (!actor) {
      actor.error().path = path;
      violations_.push_back(std::move(actor).error());
      return false;
    }
    context_.actor = *std::move(actor);
    return true;
  }

  // A Result error is damage, not a refusal; refusals are collected.
  Result<void> decide_member(Action& action, const std::string& path, log::Outcome& outcome) {
    if (!action.has_create_organization() &&
        view_.find(ENTITY_ORGANIZATION, context_.organization_id) == nullptr) {
      violations_.push_back({ErrorKind::kNotFound, "organization.not_found",
                             "there is no such organization; create it first", "organizationId"});
      return {};
    }
    context_.import = action.has_import() ? &action.import() : nullptr;
    auto decision = decide(action, view_, context_, refused_, path, events_before_);
    if (!decision) {
      for (Error& error : decision.error()) violations_.push_back(std::move(error));
      if (action.action_case() != Action::ACTION_NOT_SET) {
        for (std::string& name : names_of_new_record(action, context_))
          refused_.insert(std::move(name));
      }
      return {};
    }
    for (log::Event& event : decision->events) {
      DAYBOOK_TRY(state_.apply(context_.organization_id, event, context_.now));
      ++events_before_[event.id()];
      *outcome.add_events() = std::move(event);
    }
    for (log::Notice& notice : decision->notices) *outcome.add_notices() = std::move(notice);
    return {};
  }

  Command& command_;
  State& state_;
  const View& view_;
  Context context_;
  RefusedRecords refused_;
  std::map<std::string, std::uint64_t> events_before_;
  Violations violations_;
};

Violations decide_all(Command& command, State& state, std::int64_t now, log::Outcome& outcome) {
  const auto view = state.view(command.organization_id());
  auto actor = find_actor(command.actor(), *view);
  if (!actor) return {std::move(actor).error()};
  // From here on by its id, in a refusal too.
  command.set_actor(actor->integration ? "integration" : actor->user_id);
  outcome.set_actor(command.actor());
  Context context{
      command.organization_id(), command.command_id(), 0, *std::move(actor), now, nullptr};
  CommandDecision decision(command, state, *view, std::move(context));
  if (auto damage = decision.run(outcome); !damage) return {std::move(damage).error()};
  if (outcome.events_size() > kEventsPerOutcomeMax) {
    return {{ErrorKind::kRejected, "outcome.too_large",
             "the command would change more than " + std::to_string(kEventsPerOutcomeMax) +
                 " records at once; split it",
             ""}};
  }
  return std::move(decision.violations());
}

}  // namespace

Violations check_form(Command& command) {
  Violations violations = normalize(command);
  if (command.body_case() == Command::BODY_NOT_SET) {
    violations.push_back(
        {ErrorKind::kInvalid, "command.empty", "give an action or a batch", "action"});
  }
  const int members = command.batch().members_size();
  if (command.has_batch() && (members == 0 || members > kBatchMembersMax)) {
    violations.push_back({ErrorKind::kInvalid, "batch.size",
                          "a batch has 1 to " + std::to_string(kBatchMembersMax) + " members",
                          "members"});
  }
  return violations;
}

log::Violation violation_of(const Error& error) {
  log::Violation violation;
  violation.set_path(error.path);
  violation.set_kind(std::string(to_string(error.kind)));
  violation.set_code(error.code);
  violation.set_message(error.detail);
  return violation;
}

log::Outcome refuse_command(const Command& command, const std::string& payload_hash,
                            const Violations& violations, std::int64_t now) {
  log::Outcome outcome = outcome_of(command, payload_hash, now);
  outcome.set_kind(log::OUTCOME_KIND_REJECTED);
  for (const Error& error : violations) {
    if (outcome.violations_size() == kViolationsMax) break;
    *outcome.add_violations() = violation_of(error);
  }
  return outcome;
}

log::Outcome decide_command(Command command, const std::string& payload_hash, State& state,
                            std::int64_t now) {
  const Violations form = check_form(command);
  return decide_checked(std::move(command), form, payload_hash, state, now);
}

log::Outcome decide_checked(Command command, const Violations& form,
                            const std::string& payload_hash, State& state, std::int64_t now) {
  state.begin();
  if (!form.empty()) return refuse_command(command, payload_hash, form, now);
  log::Outcome outcome = outcome_of(command, payload_hash, now);
  outcome.set_kind(log::OUTCOME_KIND_ACCEPTED);
  const Violations violations = decide_all(command, state, now, outcome);
  if (violations.empty()) return outcome;
  state.rollback();
  return refuse_command(command, payload_hash, violations, now);
}

}  // namespace daybook
