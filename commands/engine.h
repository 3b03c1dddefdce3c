// All partitions' handlers behind one door: a command goes to the handler of its organization's
// partition.
//
// Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

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
  [[nodiscard]] Result<Receipt> receipt(const std::string& organization_id,
                                        const std::string& command_id) override;
  [[nodiscard]] Result<History> history(const std::string& organization_id, Entity entity,
                                        const std::string& reference) override;

  [[nodiscard]] std::vector<HandlerStatus> status() const;

 private:
  [[nodiscard]] PartitionHandler& handler_of(const std::string& organization_id);
  template <class T>
  [[nodiscard]] Result<T> ask(const std::string& organization_id,
                              std::function<Result<T>(const State&, Journal&)> question);

  std::vector<std::unique_ptr<PartitionHandler>> handlers_;
};

}  // namespace daybook::commands
