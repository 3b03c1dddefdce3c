#include "tests/integration/engine/engine_fixture.h"

#include <atomic>
#include <stdexcept>

namespace daybook::test {
namespace {

std::string fresh_owner() {
  static std::atomic<std::uint32_t> count = 0;
  std::string bytes(16, 'o');
  const std::uint32_t number = ++count;
  bytes[14] = static_cast<char>(number >> 8U);
  bytes[15] = static_cast<char>(number);
  return bytes;
}

}  // namespace

RunningEngine::RunningEngine(const std::filesystem::path& folder, std::uint32_t partitions,
                             const commands::Clock& clock) {
  auto opened = log::EmbeddedLog::open({folder / "log", partitions, true});
  if (!opened) throw std::runtime_error(opened.error().detail);
  log = std::move(*opened);
  std::vector<std::unique_ptr<commands::PartitionHandler>> handlers;
  for (std::uint32_t partition = 0; partition < log->partition_count(); ++partition) {
    auto store = state::RocksDbStateStore::open(folder / ("state-" + std::to_string(partition)));
    if (!store) throw std::runtime_error(store.error().detail);
    stores.push_back(std::move(*store));
    journals.push_back(std::make_unique<log::PartitionJournal>(*log, partition, fresh_owner));
    handlers.push_back(
        std::make_unique<commands::PartitionHandler>(*journals.back(), *stores.back(), clock));
  }
  engine = std::make_unique<commands::CommandEngine>(std::move(handlers));
  engine->start();
}

void EngineFixture::start(std::uint32_t partitions) {
  running_.reset();
  running_ = std::make_unique<RunningEngine>(folder_.path(), partitions, clock_);
}

std::filesystem::path EngineFixture::state_folder(std::uint32_t partition) const {
  return folder_.path() / ("state-" + std::to_string(partition));
}

std::map<std::string, int> EngineFixture::outcomes_in(std::uint32_t partition) {
  std::map<std::string, int> counts;
  log::ValidReader reader(*running_->log, partition);
  EXPECT_TRUE(reader.start(nullptr));
  const std::uint64_t end = running_->log->end_offset(partition).value();
  while (reader.progress().next_offset() < end) {
    const auto outcomes = reader.read(1000, std::chrono::milliseconds(0));
    if (!outcomes) {
      ADD_FAILURE() << outcomes.error().detail;
      break;
    }
    for (const ReadOutcome& each : *outcomes) ++counts[each.outcome.organization_id()];
  }
  return counts;
}

}  // namespace daybook::test
