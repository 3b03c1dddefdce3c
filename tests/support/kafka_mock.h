// A Kafka cluster inside the test program: librdkafka's mock, with switches for what can go wrong
// on the way. It keeps order and bytes like a real one; it knows no limits of size, no transactions
// and no configuration of topics, and forgets what is beyond 5 MB of a partition.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace daybook::test {

class KafkaMock {
 public:
  // Numbers as the protocol has them.
  enum class Request : std::int16_t {
    kProduce = 0,
    kFetch = 1,
    kListOffsets = 2,
    kMetadata = 3,
    kInitProducerId = 22,
  };
  enum class Fault : std::int16_t {
    kConnectionLost = -195,
    kNotLeader = 6,
    kTimedOut = 7,
    kTooLarge = 10,
    kNotEnoughReplicas = 19,
    kNotEnoughReplicasAfterAppend = 20,
    kTopicNotAllowed = 29,
    kOutOfOrderSequence = 45,
  };

  explicit KafkaMock(int brokers = 3);
  ~KafkaMock();
  KafkaMock(const KafkaMock&) = delete;
  KafkaMock& operator=(const KafkaMock&) = delete;

  [[nodiscard]] std::string bootstrap() const;
  [[nodiscard]] int brokers() const { return brokers_; }
  // One that is there stays.
  void create_topic(const std::string& topic, std::uint32_t partitions);

  // The next requests of this kind are answered so, one after the other, whoever sends them.
  void fail_requests(Request request, const std::vector<Fault>& faults);
  void stop_failing(Request request);
  // What metadata says of the topic from now on.
  void fail_topic(const std::string& topic, Fault fault);
  void move_leader(const std::string& topic, std::uint32_t partition, int broker);
  void set_latency(std::chrono::milliseconds latency);
  void set_down(int broker);
  void set_up(int broker);

 private:
  struct Cluster;
  int brokers_;
  std::unique_ptr<Cluster> cluster_;
};

}  // namespace daybook::test
