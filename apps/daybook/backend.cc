#include "apps/daybook/backend.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <ctime>

#include "infra/log/embedded/embedded_log.h"

namespace daybook::app {
namespace {

class SystemClock final : public commands::Clock {
 public:
  [[nodiscard]] std::int64_t wall_ms() const override { return read(CLOCK_REALTIME); }
  [[nodiscard]] std::int64_t steady_ms() const override { return read(CLOCK_BOOTTIME); }

 private:
  static std::int64_t read(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
  }
};

// The log in the data folder, held by this process alone.
class EmbeddedBackend final : public Backend {
 public:
  EmbeddedBackend(std::unique_ptr<log::EmbeddedLog> log, std::filesystem::path state_folder)
      : log_(std::move(log)), state_folder_(std::move(state_folder)) {}

  [[nodiscard]] std::string kind() const override { return "embedded"; }
  [[nodiscard]] bool is_shared() const override { return false; }
  [[nodiscard]] std::string log_id() const override { return log_->log_id(); }
  [[nodiscard]] log::EventLog& log() override { return *log_; }
  [[nodiscard]] std::filesystem::path state_folder() const override { return state_folder_; }
  [[nodiscard]] std::unique_ptr<commands::CommandTopic> open_topic(std::uint32_t) override {
    return nullptr;
  }
  [[nodiscard]] Result<std::unique_ptr<Membership>> join(Role, Shares) override { return nullptr; }
  [[nodiscard]] Result<std::unique_ptr<commands::CommandDoor>> open_door(
      commands::CommandEngine*) override {
    return nullptr;
  }
  [[nodiscard]] std::vector<PartitionStanding> standings(
      Role, const std::vector<std::optional<std::uint64_t>>&) override {
    return {};
  }

 private:
  std::unique_ptr<log::EmbeddedLog> log_;
  std::filesystem::path state_folder_;
};

// Whoever names a count means it; a log keeps the one that it was made with.
Result<void> check_partitions(const log::EmbeddedLog& log, const Settings& settings,
                              std::optional<std::uint32_t> wanted) {
  const std::uint32_t count = log.partition_count();
  if (!wanted || *wanted == count) return {};
  return fail(
      ErrorKind::kInvalid, "log.other_partition_count",
      fmt::format("the log in {} has {} partition{}, fixed when it was made: leave --partitions "
                  "away, or give another data folder",
                  settings.data_folder.string(), count, count == 1 ? "" : "s"));
}

}  // namespace

const commands::Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

Result<std::unique_ptr<Backend>> Backend::open(const Settings& settings,
                                               std::optional<std::uint32_t> partitions) {
  if (settings.log == "embedded") return open_embedded_backend(settings, partitions);
  if (settings.log == "kafka") return open_kafka_backend(settings, partitions);
  return fail(ErrorKind::kInvalid, "config.invalid", "DAYBOOK_LOG: give embedded or kafka");
}

Result<std::unique_ptr<Backend>> open_embedded_backend(const Settings& settings,
                                                       std::optional<std::uint32_t> partitions) {
  DAYBOOK_ASSIGN(
      log, log::EmbeddedLog::open({settings.data_folder / "log", partitions.value_or(1), true}));
  DAYBOOK_TRY(check_partitions(*log, settings, partitions));
  for (const std::string& note : log->recovery_notes()) spdlog::warn("{}", note);
  return std::make_unique<EmbeddedBackend>(std::move(log), settings.data_folder / "state");
}

}  // namespace daybook::app
