#include "apps/daybook/sides.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>

#include "infra/log/partition_journal.h"
#include "infra/log/random_id.h"
#include "infra/memory/machine_memory.h"
#include "infra/state/background_state_store.h"
#include "infra/state/rocksdb_state_store.h"

namespace daybook::app {
namespace {

constexpr std::chrono::seconds kReleaseWait{5};

Result<std::unique_ptr<StateStore>> open_store(const std::filesystem::path& folder) {
  DAYBOOK_ASSIGN(store, state::RocksDbStateStore::open(folder));
  if (!store->damage().empty()) {
    spdlog::warn("{} was damaged and is folded again from the log: {}", folder.string(),
                 store->damage());
  }
  return std::make_unique<state::BackgroundStateStore>(std::move(store));
}

// An entry of a state's cache with its key, its share of the table, and its record or text: with a
// million aggregates three million of them took 1.75 GB.
constexpr std::uint64_t kBytesPerEntry = 576;

commands::HandlerOptions handler_options(const Wiring& wiring, std::uint32_t partitions) {
  constexpr std::uint64_t kShareOfTheMachine = 8;
  commands::HandlerOptions options = wiring.handler;
  const auto entries = [&](std::uint64_t memory) { return memory / partitions / kBytesPerEntry; };
  options.cached_entries_max =
      wiring.state_memory
          ? entries(*wiring.state_memory)
          : std::max<std::uint64_t>(options.cached_entries_max,
                                    entries(memory::machine_bytes() / kShareOfTheMachine));
  return options;
}

// What a role does when its partitions change: `assign` one, and wait, bounded, until those that
// were told to let go have done so: whoever gets them next finds them told.
Shares shares_of(const std::function<void(std::uint32_t, bool)>& assign,
                 const std::function<bool(std::uint32_t)>& has_let_go) {
  using Partitions = std::vector<std::uint32_t>;
  Shares shares;
  shares.give = [assign](const Partitions& partitions) {
    for (const std::uint32_t partition : partitions) assign(partition, true);
  };
  shares.take_away = [assign, has_let_go](const Partitions& partitions) {
    for (const std::uint32_t partition : partitions) assign(partition, false);
    const auto until = std::chrono::steady_clock::now() + kReleaseWait;
    while (!std::all_of(partitions.begin(), partitions.end(), has_let_go) &&
           std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  };
  return shares;
}

}  // namespace

// ---- commands
// ------------------------------------------------------------------------------------

Result<std::unique_ptr<CommandSide>> CommandSide::open(Backend& backend, const Wiring& wiring) {
  std::unique_ptr<CommandSide> side(new CommandSide());
  std::vector<std::unique_ptr<commands::PartitionHandler>> handlers;
  const auto options = handler_options(wiring, backend.log().partition_count());
  for (std::uint32_t partition = 0; partition < backend.log().partition_count(); ++partition) {
    DAYBOOK_ASSIGN(store,
                   open_store(backend.state_folder() / ("commands-" + std::to_string(partition))));
    side->stores_.push_back(std::move(store));
    side->journals_.push_back(wiring.around_journal(
        std::make_unique<log::PartitionJournal>(backend.log(), partition, log::random_uuid_bytes)));
    side->topics_.push_back(backend.open_topic(partition));
    handlers.push_back(std::make_unique<commands::PartitionHandler>(
        *side->journals_.back(), *side->stores_.back(), *wiring.clock, options,
        side->topics_.back().get()));
  }
  side->engine_ = std::make_unique<commands::CommandEngine>(std::move(handlers));
  side->engine_->start();
  DAYBOOK_TRY(side->join(backend));
  return side;
}

Result<void> CommandSide::join(Backend& backend) {
  auto shares = shares_of(
      [this](std::uint32_t partition, bool own) { engine_->handler(partition).assign(own); },
      [this](std::uint32_t partition) { return !engine_->handler(partition).status().owns; });
  DAYBOOK_ASSIGN(membership, backend.join(Role::kCommands, std::move(shares)));
  membership_ = std::move(membership);
  return {};
}

Result<void> CommandSide::await_owned() const {
  for (;;) {
    bool owned = true;
    for (const commands::HandlerStatus& handler : engine_->status()) {
      if (!handler.trouble.empty())
        return fail(ErrorKind::kUnavailable, "log.not_owned", handler.trouble);
      owned = owned && handler.owns;
    }
    if (owned) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

CommandSide::~CommandSide() { stop(); }

void CommandSide::stop() {
  membership_.reset();
  if (engine_) engine_->stop();
}

// ---- projections
// ---------------------------------------------------------------------------------

Result<std::unique_ptr<ProjectionSide>> ProjectionSide::open(
    Backend& backend, const read_tables::PostgresReadTables::Url& database_url,
    read_tables::Tidying tidying, const Wiring& wiring) {
  std::unique_ptr<ProjectionSide> side(new ProjectionSide());
  side->search_indexes_ = std::make_unique<read_tables::SearchIndexTidier>(database_url, tidying);
  for (std::uint32_t partition = 0; partition < backend.log().partition_count(); ++partition) {
    DAYBOOK_ASSIGN(
        store, open_store(backend.state_folder() / ("projections-" + std::to_string(partition))));
    side->stores_.push_back(std::move(store));
    side->sources_.push_back(std::make_unique<log::ValidReader>(backend.log(), partition));
    side->tables_.push_back(wiring.around_tables(std::make_unique<read_tables::PostgresReadTables>(
        database_url, side->search_indexes_.get(), wiring.before_commit)));
    side->projectors_.push_back(std::make_unique<projections::Projector>(
        partition, *side->sources_.back(), *side->tables_.back(), *side->stores_.back(),
        wiring.projector));
  }
  // Before anybody can give them partitions.
  for (auto& projector : side->projectors_) projector->start(!backend.is_shared());
  DAYBOOK_TRY(side->join(backend));
  return side;
}

Result<void> ProjectionSide::join(Backend& backend) {
  auto shares = shares_of(
      [this](std::uint32_t partition, bool own) { projectors_[partition]->assign(own); },
      [this](std::uint32_t partition) { return !projectors_[partition]->status().running; });
  DAYBOOK_ASSIGN(membership, backend.join(Role::kProjections, std::move(shares)));
  membership_ = std::move(membership);
  return {};
}

ProjectionSide::~ProjectionSide() { stop(); }

// All are told before one is waited for: a lock of somebody else's may hold up each of them.
void ProjectionSide::stop() {
  membership_.reset();
  const auto tidied = std::async(std::launch::async, [this] { search_indexes_->stop(); });
  for (auto& projector : projectors_) projector->assign(false);
  for (auto& projector : projectors_) projector->stop();
}

std::vector<projections::ProjectorStatus> ProjectionSide::status() const {
  std::vector<projections::ProjectorStatus> all;
  for (const auto& projector : projectors_) all.push_back(projector->status());
  return all;
}

void ProjectionSide::retry_parked() {
  for (auto& projector : projectors_) projector->retry_parked();
}

}  // namespace daybook::app
