// For callers that have a thread to spare: waits for the answer of a CommandDoor.
#pragma once

#include <future>

#include "commands/submission.h"

namespace daybook::commands {

[[nodiscard]] inline Result<Receipt> await_answer(CommandDoor& door, ReceiptQuestion question) {
  std::promise<Result<Receipt>> answer;
  door.receipt(std::move(question),
               [&answer](Result<Receipt> given) { answer.set_value(std::move(given)); });
  return answer.get_future().get();
}

[[nodiscard]] inline Result<History> await_answer(CommandDoor& door, HistoryQuestion question) {
  std::promise<Result<History>> answer;
  door.history(std::move(question),
               [&answer](Result<History> given) { answer.set_value(std::move(given)); });
  return answer.get_future().get();
}

}  // namespace daybook::commands
