// What the benchmarks of Kafka share: topics of their own, commands to fill them with.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "apps/daybook/settings.h"
#include "bench/must.h"
#include "infra/kafka/admin.h"
#include "infra/kafka/producer.h"
#include "infra/topics/topic_names.h"

namespace daybook::bench {

struct Cluster {
  kafka::Options connection;
  std::string prefix;  // of this run's topics
  std::unique_ptr<kafka::Admin> admin;

  [[nodiscard]] topics::TopicNames names(const std::string& part) const;
};

[[nodiscard]] Cluster open_cluster(const std::string& brokers);
// Of an engine that works on the topics `part` of the run, in a data folder of its own.
[[nodiscard]] app::Settings engine_settings(const Cluster& cluster, const std::string& part);
// Four topics of one partition, with a log.
void make_topics(const Cluster& cluster, const topics::TopicNames& names);

struct Record {
  std::string key;
  std::string value;
};
// Half creates of companies and half patches of them, of ten organizations; before them what makes
// the organizations. The same for the same count.
[[nodiscard]] std::vector<Record> commands(std::size_t count);
[[nodiscard]] Record command(std::size_t number);

// Publishes all and waits until they are acknowledged.
void fill(const Cluster& cluster, const std::string& topic, const std::vector<Record>& records);

[[nodiscard]] std::uint64_t end_of(const Cluster& cluster, const std::string& topic);

// ---- the measurements: each on topics that it makes ------------------------------------------

// Commands per second through a bare relay: command in, a record of an outcome's size out, read
// back, result out; nothing decoded.
[[nodiscard]] double relay_rate(const Cluster& cluster, const std::string& part, std::size_t count);
// Accepted commands per second through the engine's handler, from a full commands topic to the last
// result.
[[nodiscard]] double engine_rate(const Cluster& cluster, std::size_t count);

struct Latencies {
  std::vector<double> milliseconds;
};
// One record a time, produced and read back.
[[nodiscard]] Latencies round_trips(const Cluster& cluster, std::size_t count, double per_second);
// From the command's publishing to its result, at a steady rate.
[[nodiscard]] Latencies answer_times(const Cluster& cluster, std::size_t count, double per_second);

}  // namespace daybook::bench
