// An engine as the program wires it: an embedded log, a state store and a handler for each
// partition.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "commands/engine.h"
#include "infra/log/embedded/embedded_log.h"
#include "infra/log/partition_journal.h"
#include "infra/state/rocksdb_state_store.h"
#include "tests/support/command_sender.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait_until.h"

namespace daybook::test {

// What belongs to one running engine.
class RunningEngine {
 public:
  RunningEngine(const std::filesystem::path& folder, std::uint32_t partitions,
                const commands::Clock& clock);
  ~RunningEngine() { engine->stop(); }
  RunningEngine(const RunningEngine&) = delete;
  RunningEngine& operator=(const RunningEngine&) = delete;

  std::unique_ptr<log::EmbeddedLog> log;
  std::vector<std::unique_ptr<state::RocksDbStateStore>> stores;
  std::vector<std::unique_ptr<log::PartitionJournal>> journals;
  std::unique_ptr<commands::CommandEngine> engine;
};

class EngineFixture : public testing::Test {
 protected:
  void start(std::uint32_t partitions = 1);
  void stop() { running_.reset(); }
  [[nodiscard]] commands::CommandEngine& engine() { return *running_->engine; }
  [[nodiscard]] std::filesystem::path state_folder(std::uint32_t partition) const;

  // The organizations that have a valid outcome in the partition, with the number of outcomes.
  [[nodiscard]] std::map<std::string, int> outcomes_in(std::uint32_t partition);

  TemporaryFolder folder_;
  ManualClock clock_{kNow};
  CommandSender sender_{
      [this](commands::Submission submission) { engine().submit(std::move(submission)); }};
  std::unique_ptr<RunningEngine> running_;
};

}  // namespace daybook::test
