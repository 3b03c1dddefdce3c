// One partition's handler on a log and a store in memory and a clock that the test moves.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "commands/partition_handler.h"
#include "infra/log/partition_journal.h"
#include "tests/support/command_sender.h"
#include "tests/support/log_records.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/memory_state_store.h"
#include "tests/support/wait_until.h"

namespace daybook::test {

// Fresh owners for claims, each another one.
[[nodiscard]] std::function<std::string()> owners(char letter);

class HandlerFixture : public testing::Test {
 protected:
  HandlerFixture();

  // The handler's switches are set before it starts.
  void start(commands::HandlerOptions options = {}) { start_on(store_, options); }
  void start_on(StateStore& store, commands::HandlerOptions options = {});
  // Stops the handler; another one can be started on the same log and store.
  void stop() { handler_.reset(); }
  // Creates the organization, as most tests need it.
  void start_with_organization(commands::HandlerOptions options = {});

  // The valid outcomes in the log.
  [[nodiscard]] std::vector<log::Outcome> valid_outcomes() const;
  // How many valid outcomes each command has.
  [[nodiscard]] std::map<std::string, int> outcomes_of_commands() const;
  // The store's content without the progress, which names owners.
  [[nodiscard]] static MemoryStateStore::Content folded(const MemoryStateStore& store);
  // What folding the log from its beginning into an empty store gives.
  [[nodiscard]] MemoryStateStore::Content fold_anew();

  MemoryEventLog log_;
  MemoryStateStore store_;
  ManualClock clock_{kNow};
  CommandSender sender_{
      [this](commands::Submission submission) { handler_->submit(std::move(submission)); }};
  std::unique_ptr<log::PartitionJournal> journal_;
  std::unique_ptr<commands::PartitionHandler> handler_;
};

}  // namespace daybook::test
