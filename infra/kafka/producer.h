// Produces to any topic and partition of a cluster: idempotent, acknowledged by all in-sync
// replicas, in the order in which messages of a partition were handed over.
//
// Ownership: owns its connections and one thread, from which every `on_delivery` is called.
// Destruction gives up what is still on its way (kUnknownOutcome or kUnavailable), calls what is
// left of the callbacks, and takes a fraction of a second. Threading: thread-safe.
//
// Errors, of `produce` and of deliveries, say what is known of that one message:
// - kUnavailable: it is certainly not in the topic ("kafka.queue_full", "kafka.timed_out", ...)
// - kInvalid ("kafka.too_large", "kafka.refused"), kNotAllowed, kNotFound ("kafka.no_topic"): it
//   is not, and never will be
// - kUnknownOutcome "kafka.delivery_unknown": it was sent, and nobody knows what became of it
// After a fatal error ("kafka.fatal") the producer takes nothing more; open another one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "domain/core/result.h"
#include "infra/kafka/message.h"
#include "infra/kafka/options.h"

namespace daybook::kafka {

struct ProducerOptions {
  Options connection;
  // How long a message may take before it is given up; 0: for ever.
  std::chrono::milliseconds message_timeout{30'000};
  // How long to wait for more messages before a batch is sent. librdkafka waits for whole
  // milliseconds; without, batches form while the one before is on its way.
  std::chrono::milliseconds linger{0};
  // What the topics take; larger messages are refused here, and no batch gets larger.
  std::size_t message_bytes_max = 1'000'000;
  // How much may be on its way before `produce` waits, and for how long it does.
  std::size_t messages_max = 200'000;
  std::size_t bytes_max = 256U << 20U;
  std::chrono::milliseconds queue_wait{10'000};
};

class Producer {
 public:
  // The offset, where the broker tells it (it does not for a repeat of what had arrived). Must not
  // throw; may call `produce`, which then never waits.
  using OnDelivery = std::function<void(Result<std::uint64_t> offset)>;

  // Opens without waiting for a broker.
  [[nodiscard]] static Result<std::unique_ptr<Producer>> open(const ProducerOptions& options);
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;
  ~Producer();

  // Hands a message over. `on_delivery` is called exactly once if this succeeds, else never.
  [[nodiscard]] Result<void> produce(const std::string& topic, std::uint32_t partition,
                                     const Outgoing& message, OnDelivery on_delivery);
  // Waits until nothing is on its way and all callbacks have returned; false if that is not so in
  // time.
  [[nodiscard]] bool flush(std::chrono::milliseconds wait);
  [[nodiscard]] std::size_t on_the_way() const;
  // The fatal error that has spent it, if any: kUnavailable "kafka.fatal".
  [[nodiscard]] Result<void> check() const;

  static constexpr std::uint64_t kOffsetUnknown = UINT64_MAX;

 private:
  struct Impl;
  explicit Producer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::kafka
