// One client that sends commands of several organizations to the commands topic: creating, patching
// with a growing number, some that are refused, batches, some sent twice, some to a wrong
// partition, some rubbish. At random, from a seed.
//
// `send` belongs to one thread at a time; `begin` sends in a thread of its own until `end`.
#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "infra/kafka/producer.h"
#include "infra/topics/topic_names.h"
#include "tests/support/topic_checker.h"

namespace daybook::testing {

class CommandClient {
 public:
  struct Mix {
    // Of a hundred commands:
    unsigned again = 8;      // the very same as an earlier one
    unsigned elsewhere = 4;  // to a wrong partition
    unsigned rubbish = 2;    // no command at all
  };

  CommandClient(kafka::Options connection, topics::TopicNames names, std::uint32_t partitions,
                unsigned seed);
  ~CommandClient();

  void use(const Mix& mix) { mix_ = mix; }
  // Forgets what it knows of the topic.
  void reconnect();
  // Sends so many, a few at a time, each when those before it are acknowledged.
  void send(std::size_t count);
  // All at once; returns when they are acknowledged.
  void send_at_once(std::size_t count);
  // Sends as `send` does until `end`; at most `count`.
  void begin(std::size_t count);
  void end();
  // Until so many in all have been acknowledged; false if that takes too long.
  [[nodiscard]] bool await_acknowledged(std::size_t count) const;

  [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }
  // Those of which the order is certain: sent for the first time and to their own partition.
  [[nodiscard]] const std::vector<SentCommand>& sent() const { return sent_; }

 private:
  struct Record {
    std::string organization_id;
    std::string value;
  };
  void send_one();
  void produce(const Record& record, std::uint32_t partition);
  void flush();
  [[nodiscard]] std::string action(std::size_t organization);
  [[nodiscard]] bool one_of(unsigned percent) { return random_() % 100 < percent; }

  const kafka::Options connection_;
  const topics::TopicNames names_;
  const std::uint32_t partitions_;
  std::minstd_rand random_;
  Mix mix_;
  std::vector<std::string> organizations_;
  std::vector<int> companies_;  // made so far, by organization
  std::vector<Record> records_;
  std::vector<SentCommand> sent_;
  std::size_t number_ = 0;
  std::size_t produced_ = 0;
  std::atomic<std::size_t> acknowledged_ = 0;
  std::atomic<bool> ending_ = false;
  std::exception_ptr failure_;  // of the thread
  std::thread thread_;
  std::unique_ptr<kafka::Producer> producer_;  // last: its callbacks use what is above
};

}  // namespace daybook::testing
