// What the clients have sent and been told: what the log has to be true to.
//
// Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "schemas/command.pb.h"
#include "schemas/receipt.pb.h"

namespace daybook::torture {

using CommandKey = std::pair<std::string, std::string>;  // organization and command

[[nodiscard]] inline CommandKey key_of(const Command& command) {
  return {command.organization_id(), command.command_id()};
}

class Answers {
 public:
  struct All {
    std::set<CommandKey> sent;
    std::map<CommandKey, Receipt> told;  // the first answer of each
    std::vector<std::string> faults;     // answers that contradict each other
  };

  void sent(const Command& command);
  // Told twice, it has to be the same.
  void told(const Command& command, Receipt receipt);
  void fault(std::string what);

  [[nodiscard]] All all() const;
  // The one that was told last, of those that changed something.
  [[nodiscard]] std::optional<Receipt> newest_accepted() const;

 private:
  mutable std::mutex mutex_;
  All all_;
  std::optional<Receipt> newest_accepted_;
};

}  // namespace daybook::torture
