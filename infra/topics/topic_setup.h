// Making the four topics as Daybook needs them, and telling what is wrong with those that are
// there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/core/result.h"
#include "infra/kafka/admin.h"
#include "infra/topics/topic_names.h"

namespace daybook::topics {

struct TopicsSpec {
  TopicNames names;
  std::uint32_t partitions = 1;
  std::optional<int> replication;  // absent: three, or as many as there are brokers
};

struct TopicsMade {
  std::string log_id;
  std::uint32_t partitions = 1;
  std::vector<std::string> made;  // those that were not there
};

// Makes what is missing and writes the Genesis records. Two may do this at once, and it may be done
// again: what is there stays as it is. Errors: kInvalid "topics.partition_count" if a topic has
// another number of partitions; kCorrupt if the events topic is no log of Daybook.
[[nodiscard]] Result<TopicsMade> create_topics(kafka::Admin& admin,
                                               const kafka::Options& connection,
                                               const TopicsSpec& spec);

// A sentence with its remedy. What passes is no reason not to start.
struct TopicFinding {
  std::string text;
  bool passes = false;
};

// Everything that is wrong with the topics; nothing if they are fit. Errors only if the cluster
// cannot be asked.
[[nodiscard]] Result<std::vector<TopicFinding>> check_topics(kafka::Admin& admin,
                                                             const kafka::Options& connection,
                                                             const TopicNames& names);

}  // namespace daybook::topics
