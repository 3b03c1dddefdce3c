// All partitions' handlers behind one door: a command goes to the handler of its organization's
// partition.
//
// Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands/lookups.h"
#include "commands/partition_handler.h"
#include "commands/submission.h"

namespace daybook::commands {

class CommandEngine final : public CommandDoor {
 public:
  // One handler per partition, in order of the partitions.
  explicit CommandEngine(std::vector<std::unique_ptr<PartitionHandler>> handlers);

  void start();
  // Answers everything taken, then stops.
  void stop();

  void submit(Submission submission) override;
  void receipt(ReceiptQuestion question, std::function<void(Result<Receipt>)> answer) override;
  void history(HistoryQuestion question, std::function<void(Result<History>)> answer) override;

  [[nodiscard]] std::vector<HandlerStatus> status() const;
  [[nodiscard]] PartitionHandler& handler(std::uint32_t partition) { return *handlers_[partition]; }

 private:
  [[nodiscard]] PartitionHandler& handler_of(const std::string& organization_id);

  std::vector<std::unique_ptr<PartitionHandler>> handlers_;
  Lookups lookups_{handlers_};
};

}  // namespace daybook::commands
