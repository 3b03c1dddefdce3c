// The door of commands in front of the topics: publishes each command to the commands topic, and
// answers it when its result comes, whoever has decided it.
//
// Ownership: owns its connections and a thread for each partition of the results. Threading: as
// CommandDoor says; `admin` and the lookups must outlive it. Errors of an answer: kUnavailable if
// the command is certainly not in the topic; kUnknownOutcome if nobody knows that, or no result
// came in time.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "commands/ports/clock.h"
#include "commands/submission.h"
#include "infra/kafka/admin.h"
#include "infra/kafka/consumer.h"
#include "infra/kafka/producer.h"
#include "infra/topics/topic_names.h"

namespace daybook::topics {

struct TopicDoorOptions {
  kafka::Options connection;
  TopicNames names;
  std::uint32_t partition_count = 1;
  // The command's way into the topic, and all of it until the answer.
  std::chrono::milliseconds publish_wait{20'000};
  std::chrono::milliseconds answer_wait{30'000};
};

class TopicDoor final : public commands::CommandDoor {
 public:
  // `lookups` answers the questions; null: nobody here can.
  [[nodiscard]] static Result<std::unique_ptr<TopicDoor>> open(kafka::Admin& admin,
                                                               const TopicDoorOptions& options,
                                                               const commands::Clock& clock,
                                                               commands::CommandDoor* lookups);
  ~TopicDoor() override;
  TopicDoor(const TopicDoor&) = delete;
  TopicDoor& operator=(const TopicDoor&) = delete;

  void submit(commands::Submission submission) override;
  void receipt(commands::ReceiptQuestion question,
               std::function<void(Result<Receipt>)> answer) override;
  void history(commands::HistoryQuestion question,
               std::function<void(Result<History>)> answer) override;
  // Takes nothing more; what has no result yet is told that its outcome is unknown.
  void stop();

 private:
  using Reply = std::function<void(Result<Receipt>)>;
  struct Waiting {
    Reply answer;
    std::chrono::steady_clock::time_point until;
    bool acknowledged = false;  // the command is in the topic
  };

  TopicDoor(kafka::Admin& admin, TopicDoorOptions options, const commands::Clock& clock,
            commands::CommandDoor* lookups);
  [[nodiscard]] Result<void> follow_results();
  void follow(kafka::Consumer& results, std::uint32_t partition);
  void go_on(kafka::Consumer& results, std::uint32_t partition, const Error& error);
  void take(const kafka::MessageView& message);
  void settle(std::uint64_t number, Result<Receipt> result);
  void settle_overdue();
  void note_acknowledged(std::uint64_t number);

  kafka::Admin& admin_;
  const TopicDoorOptions options_;
  const commands::Clock& clock_;
  commands::CommandDoor* const lookups_;
  const std::string id_;  // in the header reply-to, before the number
  std::mutex mutex_;
  std::map<std::uint64_t, Waiting> waiting_;  // by number, so the oldest first
  std::uint64_t next_number_ = 0;
  std::atomic<bool> stopping_ = false;
  std::vector<std::unique_ptr<kafka::Consumer>> results_;
  std::vector<std::thread> threads_;
  std::unique_ptr<kafka::Producer> producer_;
};

}  // namespace daybook::topics
