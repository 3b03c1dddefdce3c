// Where the log lives, and how commands reach it: the one place that knows the kinds there are.
//
// Everything above works with the ports. Ownership: a backend owns its connections; what it gives
// out must not outlive it. Threading: thread-safe once opened.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/daybook/settings.h"
#include "commands/engine.h"
#include "commands/ports/clock.h"
#include "commands/ports/command_topic.h"
#include "infra/log/event_log.h"

namespace daybook::app {

// What a process can do for the partitions; each role is shared among all processes that have it.
enum class Role { kCommands, kProjections };

// Membership among the processes of a role. It ends with this object, after the partitions have
// been given back.
class Membership {
 public:
  Membership() = default;
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;
  virtual ~Membership() = default;

  // Whether it has been told which partitions are its own, perhaps none.
  [[nodiscard]] virtual bool settled() const = 0;
  [[nodiscard]] virtual std::string trouble() const = 0;
  // How far the commands of a partition have been worked off, for tools that show a lag.
  virtual void note_progress(std::uint32_t partition, std::uint64_t next_offset) = 0;
};

// How a role hears which partitions are its own; `take_away` returns when it has let go of them.
struct Shares {
  std::function<void(const std::vector<std::uint32_t>&)> give;
  std::function<void(const std::vector<std::uint32_t>&)> take_away;
};

// How a partition's work stands, whichever process does it.
struct PartitionStanding {
  struct Lag {
    std::uint64_t records = 0;
    std::chrono::milliseconds age{0};  // how long the oldest of them has been waiting
  };
  std::string owner;                         // empty: nobody
  std::optional<std::uint64_t> next_offset;  // everything below has been worked off
  std::optional<Lag> lag;                    // absent: not known now
};

class Backend {
 public:
  // `partitions` of a new log; an existing one must have as many if it is given: kInvalid
  // "log.other_partition_count".
  [[nodiscard]] static Result<std::unique_ptr<Backend>> open(
      const Settings& settings, std::optional<std::uint32_t> partitions);
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  [[nodiscard]] virtual std::string kind() const = 0;
  // Whether several processes can work on the log, each with the roles that it is given.
  [[nodiscard]] virtual bool is_shared() const = 0;
  [[nodiscard]] virtual std::string log_id() const = 0;
  [[nodiscard]] virtual log::EventLog& log() = 0;
  // Where what is folded from this log is kept.
  [[nodiscard]] virtual std::filesystem::path state_folder() const = 0;
  // Null where commands come only through the door.
  [[nodiscard]] virtual std::unique_ptr<commands::CommandTopic> open_topic(
      std::uint32_t partition) = 0;
  // Null where every partition belongs to this process.
  [[nodiscard]] virtual Result<std::unique_ptr<Membership>> join(Role role, Shares shares) = 0;
  // The door that senders are given; null if `engine` itself is.
  [[nodiscard]] virtual Result<std::unique_ptr<commands::CommandDoor>> open_door(
      commands::CommandEngine* engine) = 0;

  // How each partition of a role stands, in the cluster where several processes share the work:
  // nothing where all belong to this process, or if the cluster does not answer. `known` is how far
  // this process knows its own partitions to be.
  [[nodiscard]] virtual std::vector<PartitionStanding> standings(
      Role role, const std::vector<std::optional<std::uint64_t>>& known) = 0;
};

// The wall clock and one that nobody can set.
[[nodiscard]] const commands::Clock& system_clock();

[[nodiscard]] Result<std::unique_ptr<Backend>> open_embedded_backend(
    const Settings& settings, std::optional<std::uint32_t> partitions);
[[nodiscard]] Result<std::unique_ptr<Backend>> open_kafka_backend(
    const Settings& settings, std::optional<std::uint32_t> partitions);

}  // namespace daybook::app
