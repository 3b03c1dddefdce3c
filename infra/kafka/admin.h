// Topics of a cluster: making, describing, where they begin and end.
//
// Ownership: owns its connections. Threading: thread-safe. Every call ends within about `wait`;
// what passes by itself (a leader that is being elected) is tried again until then.
// Errors: kUnavailable, kNotAllowed, kInvalid "kafka.refused"; kNotFound "kafka.no_topic".
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "domain/core/result.h"
#include "infra/kafka/options.h"

namespace daybook::kafka {

struct TopicSpec {
  std::string name;
  std::uint32_t partitions = 1;
  int replication = -1;  // -1: as the broker is configured
  std::map<std::string, std::string> config;
};

enum class TopicMade { kMade, kWasThere };

struct PartitionDescription {
  std::int32_t leader = -1;  // -1: none
  std::size_t replicas = 0;
  std::size_t in_sync = 0;
};

struct TopicDescription {
  std::vector<PartitionDescription> partitions;
  // cleanup.policy, retention.ms, max.message.bytes and so on, defaults included.
  std::map<std::string, std::string> config;
};

class Admin {
 public:
  // Opens without waiting for a broker.
  [[nodiscard]] static Result<std::unique_ptr<Admin>> open(const Options& options);
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;
  ~Admin();

  // Makes a topic, and returns when it can be seen. One that is there is left as it is.
  [[nodiscard]] Result<TopicMade> create_topic(const TopicSpec& spec,
                                               std::chrono::milliseconds wait);
  [[nodiscard]] Result<TopicDescription> describe_topic(const std::string& topic,
                                                        std::chrono::milliseconds wait);
  // The partitions alone: what any client may ask.
  [[nodiscard]] Result<std::vector<PartitionDescription>> partitions(
      const std::string& topic, std::chrono::milliseconds wait);
  // The first offset that the partition still has, and the one after the last record that all
  // in-sync replicas have.
  [[nodiscard]] Result<std::uint64_t> begin_offset(const std::string& topic,
                                                   std::uint32_t partition,
                                                   std::chrono::milliseconds wait);
  [[nodiscard]] Result<std::uint64_t> end_offset(const std::string& topic, std::uint32_t partition,
                                                 std::chrono::milliseconds wait);
  [[nodiscard]] Result<std::size_t> broker_count(std::chrono::milliseconds wait);

 private:
  struct Impl;
  explicit Admin(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::kafka
