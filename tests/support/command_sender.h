// Sends commands through the engine's door or to one handler, and collects what is answered: each
// exactly once.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "commands/submission.h"
#include "tests/support/domain_language.h"

namespace daybook::test {

// The id of the n-th command, and of the n-th organization.
[[nodiscard]] std::string command_id(std::uint64_t number);
[[nodiscard]] std::string organization_id(std::uint64_t number);

[[nodiscard]] Command command(std::uint64_t number, const Act& act,
                              const std::string& organization);
[[nodiscard]] inline Command command(std::uint64_t number, const Act& act) {
  return command(number, act, std::string(kOrganization));
}

class CommandSender {
 public:
  using Submit = std::function<void(commands::Submission)>;
  explicit CommandSender(Submit submit) : submit_(std::move(submit)) {}

  // Returns the place of its answer.
  std::size_t send(Command command);
  // Sends and waits for the answer.
  Result<Receipt> ask(Command command);

  [[nodiscard]] std::size_t sent() const;
  [[nodiscard]] std::size_t answered() const;
  // False if it takes too long (half a minute).
  [[nodiscard]] bool wait_for_all();
  [[nodiscard]] bool wait_for(std::size_t answered);
  // The answer at this place, which must be there.
  [[nodiscard]] Result<Receipt> answer(std::size_t place) const;
  [[nodiscard]] bool has_answer(std::size_t place) const;
  [[nodiscard]] Command sent_command(std::size_t place) const;
  // How many answers came for a command that had one already.
  [[nodiscard]] std::size_t surplus() const;

 private:
  struct Sent {
    Command command;
    std::vector<Result<Receipt>> answers;
  };
  Submit submit_;
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Sent> sent_;
  std::size_t answered_ = 0;
  std::size_t surplus_ = 0;
};

// "accepted", "rejected", or the code of the error; a repeated answer has a "repeated " in front.
[[nodiscard]] std::string text_of(const Result<Receipt>& answer);

}  // namespace daybook::test
