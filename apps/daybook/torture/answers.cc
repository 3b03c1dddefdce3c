#include "apps/daybook/torture/answers.h"

#include <google/protobuf/util/message_differencer.h>

namespace daybook::torture {

void Answers::sent(const Command& command) {
  const std::lock_guard lock(mutex_);
  all_.sent.insert(key_of(command));
}

void Answers::told(const Command& command, Receipt receipt) {
  const std::lock_guard lock(mutex_);
  const bool own = receipt.command_id() == command.command_id() &&
                   receipt.organization_id() == command.organization_id();
  if (!own)
    all_.faults.push_back("I9: command " + command.command_id() + " was answered with command " +
                          receipt.command_id() + " of organization " + receipt.organization_id());
  if (receipt.outcome() == "accepted") newest_accepted_ = receipt;
  const auto [first, fresh] = all_.told.emplace(key_of(command), receipt);
  if (fresh) return;
  receipt.set_repeated(first->second.repeated());
  if (!google::protobuf::util::MessageDifferencer::Equals(first->second, receipt))
    all_.faults.push_back("I2: command " + command.command_id() + " was answered in two ways");
}

void Answers::fault(std::string what) {
  const std::lock_guard lock(mutex_);
  all_.faults.push_back(std::move(what));
}

Answers::All Answers::all() const {
  const std::lock_guard lock(mutex_);
  return all_;
}

std::optional<Receipt> Answers::newest_accepted() const {
  const std::lock_guard lock(mutex_);
  return newest_accepted_;
}

}  // namespace daybook::torture
