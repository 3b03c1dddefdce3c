#include "tests/support/command_sender.h"

#include <chrono>
#include <cstdio>

namespace daybook::test {
namespace {

constexpr std::chrono::seconds kPatience{30};

std::string numbered_uuid(const char* start, std::uint64_t number) {
  char text[37];
  std::snprintf(text, sizeof text, "%s-0000-4000-8000-%012llx", start,
                static_cast<unsigned long long>(number));
  return text;
}

}  // namespace

std::string command_id(std::uint64_t number) { return numbered_uuid("c0000000", number); }
std::string organization_id(std::uint64_t number) { return numbered_uuid("0e000000", number); }

Command command(std::uint64_t number, const Act& act, const std::string& organization) {
  Command command;
  command.set_command_id(command_id(number));
  command.set_organization_id(organization);
  command.set_actor("integration");
  *command.mutable_action() = act.action;
  return command;
}

std::size_t CommandSender::send(Command command) {
  std::size_t place = 0;
  {
    const std::lock_guard lock(mutex_);
    place = sent_.size();
    sent_.push_back({command, {}});
  }
  submit_({std::move(command), [this, place](Result<Receipt> answer) {
             const std::lock_guard lock(mutex_);
             (sent_[place].answers.empty() ? answered_ : surplus_) += 1;
             sent_[place].answers.push_back(std::move(answer));
             came_.notify_all();
           }});
  return place;
}

Result<Receipt> CommandSender::ask(Command command) {
  const std::size_t place = send(std::move(command));
  std::unique_lock lock(mutex_);
  if (came_.wait_for(lock, kPatience, [&] { return !sent_[place].answers.empty(); }))
    return sent_[place].answers[0];
  return fail(ErrorKind::kUnavailable, "test.no_answer", "no answer came");
}

std::size_t CommandSender::sent() const {
  const std::lock_guard lock(mutex_);
  return sent_.size();
}

std::size_t CommandSender::answered() const {
  const std::lock_guard lock(mutex_);
  return answered_;
}

bool CommandSender::wait_for_all() { return wait_for(sent()); }

bool CommandSender::wait_for(std::size_t answered) {
  std::unique_lock lock(mutex_);
  return came_.wait_for(lock, kPatience, [&] { return answered_ >= answered; });
}

Result<Receipt> CommandSender::answer(std::size_t place) const {
  const std::lock_guard lock(mutex_);
  return sent_.at(place).answers.at(0);
}

bool CommandSender::has_answer(std::size_t place) const {
  const std::lock_guard lock(mutex_);
  return !sent_.at(place).answers.empty();
}

Command CommandSender::sent_command(std::size_t place) const {
  const std::lock_guard lock(mutex_);
  return sent_.at(place).command;
}

std::size_t CommandSender::surplus() const {
  const std::lock_guard lock(mutex_);
  return surplus_;
}

std::string text_of(const Result<Receipt>& answer) {
  if (!answer) return answer.error().code;
  return (answer->repeated() ? "repeated " : "") + answer->outcome();
}

}  // namespace daybook::test
