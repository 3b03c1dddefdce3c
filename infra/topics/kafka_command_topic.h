// A partition of the commands topic and of the topics of answers, as its handler sees them.
//
// Results and dead letters go out through one producer without a time limit, forwarded copies
// through another, so that none overtakes another; each `start` begins with a fresh one for the
// answers. What the broker refuses for good is replaced by a result that says so.
//
// Ownership: owns its connections; `admin` must outlive it. Threading: as the port says.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "commands/ports/command_topic.h"
#include "infra/kafka/admin.h"
#include "infra/kafka/consumer.h"
#include "infra/kafka/producer.h"
#include "infra/topics/topic_names.h"

namespace daybook::topics {

class KafkaCommandTopic final : public commands::CommandTopic {
 public:
  struct Place {
    kafka::Options connection;
    TopicNames names;
    std::uint32_t partition = 0;
    std::uint32_t partition_count = 1;
  };
  KafkaCommandTopic(kafka::Admin& admin, Place place);
  ~KafkaCommandTopic() override;

  [[nodiscard]] std::uint32_t partition_count() const override { return place_.partition_count; }
  [[nodiscard]] Result<std::optional<Range>> start(const log::Source* last) override;
  [[nodiscard]] Result<std::vector<commands::CommandRecord>> read(
      std::size_t records_max, std::chrono::milliseconds wait) override;
  [[nodiscard]] Result<std::optional<commands::CommandRecord>> record_at(
      std::int64_t offset) override;
  [[nodiscard]] Result<Refusals> forward(std::vector<Copy> copies,
                                         const std::atomic<bool>& stopping) override;
  [[nodiscard]] Result<void> publish(commands::Answer answer) override;
  [[nodiscard]] std::optional<Error> fault() const override;
  [[nodiscard]] std::vector<std::uint64_t> unacknowledged() const override;
  [[nodiscard]] std::size_t unacknowledged_count() const override;
  [[nodiscard]] std::optional<std::uint64_t> first_unacknowledged() const override;
  void await_acknowledged(std::chrono::milliseconds wait) override;

 private:
  [[nodiscard]] Result<void> open_producer();
  void close_producer();
  [[nodiscard]] Result<void> open_forwarder();
  [[nodiscard]] Result<std::unique_ptr<kafka::Consumer>> open_consumer(
      std::chrono::milliseconds fetch_wait, std::size_t buffer_bytes) const;
  struct Ends {
    std::int64_t begin = 0;  // the first offset that is still there
    std::int64_t end = 0;
  };
  [[nodiscard]] Result<Ends> ends() const;
  [[nodiscard]] Result<void> go_to(std::uint64_t offset);
  [[nodiscard]] Result<void> check_same_topic(const log::Source& last, Ends ends);
  struct Sending {
    kafka::Producer* producer = nullptr;  // outlives its callbacks; the pointer to it does not
    const std::string* topic = nullptr;
    std::uint64_t outcome_offset = 0;
    commands::TopicRecord record;
    bool replaceable = true;
  };
  [[nodiscard]] Result<void> produce(Sending sending);
  void settle(const Sending& sending, const Result<std::uint64_t>& delivered);
  [[nodiscard]] bool is_closing() const;

  kafka::Admin& admin_;
  const Place place_;
  std::unique_ptr<kafka::Consumer> reader_;
  std::unique_ptr<kafka::Consumer> looker_;  // opened when it is first needed
  Ends looked_at_;                           // known since the last start, at least

  mutable std::mutex mutex_;
  std::map<std::uint64_t, int> unacknowledged_;  // records on their way, by outcome
  std::optional<Error> fault_;                   // an answer that nobody knows the fate of
  bool closing_ = true;                          // the producer takes no replacements any more

  std::unique_ptr<kafka::Producer> forwarder_;  // opened when it is first needed
  std::unique_ptr<kafka::Producer> producer_;   // last: its callbacks use what is above
};

// What recognizes a record of the commands topic.
[[nodiscard]] std::string hash_of(const std::optional<std::string>& key,
                                  const std::optional<std::string>& value);

}  // namespace daybook::topics
