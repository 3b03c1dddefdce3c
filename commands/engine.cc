#include "commands/engine.h"

#include <future>

#include "commands/history.h"
#include "commands/receipts.h"
#include "commands/routing.h"
#include "domain/core/text.h"
#include "domain/core/uuid.h"
#include "domain/state/keys.h"

namespace daybook::commands {
namespace {

constexpr std::chrono::seconds kQueryWait{10};

Error no_answer() {
  return {ErrorKind::kUnavailable, "handler.unavailable",
          "the partition's handler does not answer now; try again", ""};
}

// The answer to a query; a query that is dropped answers too.
template <class T>
struct Reply {
  Reply() = default;
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  ~Reply() {
    if (!given) promise.set_value(fail(no_answer()));
  }
  void give(Result<T> answer) {
    promise.set_value(std::move(answer));
    given = true;
  }

  std::promise<Result<T>> promise;
  bool given = false;
};

}  // namespace

CommandEngine::CommandEngine(std::vector<std::unique_ptr<PartitionHandler>> handlers)
    : handlers_(std::move(handlers)) {}

void CommandEngine::start() {
  for (auto& handler : handlers_) handler->start();
}

void CommandEngine::stop() {
  for (auto& handler : handlers_) handler->stop();
}

PartitionHandler& CommandEngine::handler_of(const std::string& organization_id) {
  // A command without a usable organization is refused by any handler.
  const std::string key = canonical_uuid(trimmed(organization_id)).value_or("");
  return *handlers_[partition_of(key, static_cast<std::uint32_t>(handlers_.size()))];
}

void CommandEngine::submit(Submission submission) {
  PartitionHandler& handler = handler_of(submission.command.organization_id());
  handler.submit(std::move(submission));
}

template <class T>
Result<T> CommandEngine::ask(const std::string& organization_id,
                             std::function<Result<T>(const State&, Journal&)> question) {
  auto reply = std::make_shared<Reply<T>>();
  std::future<Result<T>> answer = reply->promise.get_future();
  const bool taken =
      handler_of(organization_id).query([reply, question](const State& state, Journal& journal) {
        auto found = question(state, journal);
        // What the state could not read looks absent: no answer then.
        if (auto health = state.health(); !health) found = fail(std::move(health).error());
        reply->give(std::move(found));
      });
  reply.reset();  // the query alone holds it now
  if (!taken || answer.wait_for(kQueryWait) != std::future_status::ready) return fail(no_answer());
  return answer.get();
}

Result<Receipt> CommandEngine::receipt(const std::string& organization_id,
                                       const std::string& command_id) {
  const auto organization = canonical_uuid(organization_id);
  const auto command = canonical_uuid(command_id);
  if (!organization || !command) return fail(ErrorKind::kInvalid, "id.malformed", "give UUIDs");
  const std::string key = keys::receipt(*organization, *command);
  return ask<Receipt>(
      *organization, [key](const State& state, Journal& journal) -> Result<Receipt> {
        const auto stored = state.text(key);
        if (!stored)
          return fail(ErrorKind::kNotFound, "receipt.not_found",
                      "no command with this id has been answered");
        log::ReceiptEntry entry;
        entry.ParseFromString(*stored);
        DAYBOOK_ASSIGN(outcome, journal.outcome_at(entry.offset()));
        const log::Progress& progress = journal.progress();
        return receipt_of(outcome, position_of(entry, progress.log_id(), progress.partition()),
                          false);
      });
}

Result<History> CommandEngine::history(const std::string& organization_id, Entity entity,
                                       const std::string& reference) {
  const auto organization = canonical_uuid(organization_id);
  if (!organization) return fail(ErrorKind::kInvalid, "id.malformed", "give UUIDs");
  return ask<History>(*organization, [=](const State& state, Journal& journal) {
    return history_of(state, journal, *organization, entity, reference);
  });
}

std::vector<HandlerStatus> CommandEngine::status() const {
  std::vector<HandlerStatus> all;
  for (const auto& handler : handlers_) all.push_back(handler->status());
  return all;
}

}  // namespace daybook::commands
