#include "commands/engine.h"

#include "commands/routing.h"
#include "domain/core/text.h"
#include "domain/core/uuid.h"

namespace daybook::commands {

CommandEngine::CommandEngine(std::vector<std::unique_ptr<PartitionHandler>> handlers)
    : handlers_(std::move(handlers)) {}

void CommandEngine::start() {
  for (auto& handler : handlers_) handler->start();
  lookups_.start();
}

void CommandEngine::stop() {
  // The handlers first: a question that waits for one of them is answered by that.
  for (auto& handler : handlers_) handler->close();
  for (auto& handler : handlers_) handler->stop();
  lookups_.stop();
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

void CommandEngine::receipt(ReceiptQuestion question, std::function<void(Result<Receipt>)> answer) {
  lookups_.ask(std::move(question), std::move(answer));
}

void CommandEngine::history(HistoryQuestion question, std::function<void(Result<History>)> answer) {
  lookups_.ask(std::move(question), std::move(answer));
}

std::vector<HandlerStatus> CommandEngine::status() const {
  std::vector<HandlerStatus> all;
  for (const auto& handler : handlers_) all.push_back(handler->status());
  return all;
}

}  // namespace daybook::commands
