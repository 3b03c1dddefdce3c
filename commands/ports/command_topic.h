// Port: the topics through which a partition's commands come and are answered. Absent where
// commands come only through the door (the embedded log).
//
// `start`, `publish` and the questions belong to the handler's thread; `read` and `forward` to the
// thread that reads for it, between one `start` and the next.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/core/result.h"
#include "schemas/log.pb.h"

namespace daybook::commands {

using Headers = std::vector<std::pair<std::string, std::string>>;

// A record of the commands topic, as it came.
struct CommandRecord {
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;   // when the broker took it
  std::optional<std::string> key;  // absent: null
  std::optional<std::string> value;
  Headers headers;
  // As it came, also when the value has been let go of.
  std::size_t bytes = 0;
  std::string hash;  // of key and value, to recognize the topic by
};

// A record for one of the other topics.
struct TopicRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  Headers headers;
};

// What a sender is told, and where rubbish is kept.
struct Answer {
  std::uint64_t outcome_offset = 0;  // of the outcome that it tells of
  TopicRecord result;
  std::optional<TopicRecord> dead_letter;
};

class CommandTopic {
 public:
  struct Range {
    std::int64_t from = 0;
    std::int64_t to = 0;  // included
  };

  CommandTopic() = default;
  CommandTopic(const CommandTopic&) = delete;
  CommandTopic& operator=(const CommandTopic&) = delete;
  virtual ~CommandTopic() = default;

  [[nodiscard]] virtual std::uint32_t partition_count() const = 0;
  // Goes to the record after `last` (nullptr: to the first one there is), and gives the range that
  // is no longer there, if any. kCorrupt "commands.other_topic" if the topic does not have `last`
  // where it was.
  [[nodiscard]] virtual Result<std::optional<Range>> start(const log::Source* last) = 0;
  // The next records; waits up to `wait` for the first. kUnavailable "commands.expired" if some
  // were removed before they were read: start again.
  [[nodiscard]] virtual Result<std::vector<CommandRecord>> read(std::size_t records_max,
                                                                std::chrono::milliseconds wait) = 0;
  // The record at an offset, or nothing if it is no longer there.
  [[nodiscard]] virtual Result<std::optional<CommandRecord>> record_at(std::int64_t offset) = 0;
  // Puts records behind each other into other partitions of the commands topic; returns when all
  // of them are acknowledged, or why one never will be, in their order. After an error (that the
  // caller is stopping, say) some may have been put there.
  struct Copy {
    std::uint32_t partition = 0;
    TopicRecord record;
  };
  using Refusals = std::vector<std::optional<Error>>;
  [[nodiscard]] virtual Result<Refusals> forward(std::vector<Copy> copies,
                                                 const std::atomic<bool>& stopping) = 0;

  // Hands an answer over, in the order of the outcomes; it goes out however long that takes.
  [[nodiscard]] virtual Result<void> publish(Answer answer) = 0;
  // Why an answer will not get there, if so: nothing is known of its fate until the next `start`.
  [[nodiscard]] virtual std::optional<Error> fault() const = 0;
  // The offsets of published outcomes of which not everything is acknowledged yet, ascending.
  [[nodiscard]] virtual std::vector<std::uint64_t> unacknowledged() const = 0;
  [[nodiscard]] virtual std::size_t unacknowledged_count() const = 0;
  // The first of them.
  [[nodiscard]] virtual std::optional<std::uint64_t> first_unacknowledged() const = 0;
  // Waits until nothing is left, or this long.
  virtual void await_acknowledged(std::chrono::milliseconds wait) = 0;
};

}  // namespace daybook::commands
