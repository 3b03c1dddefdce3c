// Reads one partition of a topic from an offset that the caller gives. It belongs to no group and
// remembers nothing in the cluster.
//
// Ownership: owns its connections. Can be assigned anew, which is much cheaper than opening another
// one. Threading: one thread at a time.
//
// Every message is given, those of transactions that were aborted or are open included, unless
// only committed ones are asked for: readers that judge messages for themselves must all see the
// same, and nobody can hold them up.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "domain/core/result.h"
#include "infra/kafka/message.h"
#include "infra/kafka/options.h"

namespace daybook::kafka {

struct ConsumerOptions {
  Options connection;
  // How long the broker waits for something to come before it answers that there is nothing. A
  // consumer that is assigned anew may have to wait for such an answer.
  std::chrono::milliseconds fetch_wait{50};
  // What librdkafka reads ahead; a fetch of some MB may come on top.
  std::size_t buffer_bytes_max = 16U << 20U;
  // Not what belongs to transactions that were aborted, nor anything after one that is open.
  bool committed_only = false;
};

class Consumer {
 public:
  // Called for each message in order; the view is good within the call.
  using Take = std::function<void(const MessageView&)>;

  // Opens without waiting for a broker.
  [[nodiscard]] static Result<std::unique_ptr<Consumer>> open(const ConsumerOptions& options);
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;
  ~Consumer();

  // Reads on from the first message at or after `offset`, whatever it was assigned to before.
  [[nodiscard]] Result<void> assign(const std::string& topic, std::uint32_t partition,
                                    std::uint64_t offset);
  // Stops fetching and lets go of what was read ahead.
  [[nodiscard]] Result<void> unassign();

  // Gives the next messages, at most `messages_max` and fewer if they are large, and says how many.
  // Waits up to `wait` for the first; returns sooner with none if it finds that there is nothing up
  // to a `next_offset()` that has grown. While the cluster is away there just is nothing.
  // Errors: kCorrupt "kafka.expired" (the offset is below the first that the topic still has),
  // "kafka.beyond_end" (above its end), "kafka.damaged"; kNotAllowed, kNotFound. Messages before an
  // error are given first. An error stays until the next `assign`.
  [[nodiscard]] Result<std::size_t> read(std::size_t messages_max, std::chrono::milliseconds wait,
                                         const Take& take);
  [[nodiscard]] Result<std::vector<Message>> read(std::size_t messages_max,
                                                  std::chrono::milliseconds wait);

  // Everything below has been given, or holds no message.
  [[nodiscard]] std::uint64_t next_offset() const;

 private:
  struct Impl;
  explicit Consumer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::kafka
