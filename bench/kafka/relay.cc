// The floor of the protocol: the same clients with the same settings, and nothing decoded.
#include "bench/figures.h"
#include "bench/kafka/load.h"
#include "infra/kafka/consumer.h"

namespace daybook::bench {
namespace {

constexpr std::size_t kOutcomeBytes = 400;  // of a created company with its envelope
constexpr std::size_t kResultBytes = 450;
constexpr std::size_t kPerRead = 1'000;

std::unique_ptr<kafka::Consumer> open_consumer(const Cluster& cluster, const std::string& topic,
                                               std::uint64_t offset) {
  kafka::ConsumerOptions options;
  options.connection = cluster.connection;
  auto consumer = must(kafka::Consumer::open(options));
  must(consumer->assign(topic, 0, offset));
  return consumer;
}

std::unique_ptr<kafka::Producer> open_producer(const Cluster& cluster) {
  kafka::ProducerOptions options;
  options.connection = cluster.connection;
  return must(kafka::Producer::open(options));
}

}  // namespace

double relay_rate(const Cluster& cluster, const std::string& part, std::size_t count) {
  const topics::TopicNames names = cluster.names(part);
  make_topics(cluster, names);
  fill(cluster, names.commands, commands(count));
  const auto source = open_consumer(cluster, names.commands, 0);
  const auto log = open_consumer(cluster, names.events, end_of(cluster, names.events));
  const auto appender = open_producer(cluster);
  const auto answers = open_producer(cluster);
  const std::string outcome(kOutcomeBytes, 'o');
  const std::string result(kResultBytes, 'r');
  const auto done = [](const Result<std::uint64_t>& delivered) {
    if (!delivered) give_up(delivered.error());
  };
  const Stopwatch time;
  std::size_t answered = 0;
  std::size_t appended = 0;
  while (answered < count) {
    if (appended < count) {
      appended +=
          must(source->read(kPerRead, std::chrono::milliseconds(0), [&](const kafka::MessageView&) {
            must(appender->produce(names.events, 0, {std::nullopt, outcome, {}}, done));
          }));
    }
    answered +=
        must(log->read(kPerRead, std::chrono::milliseconds(1), [&](const kafka::MessageView&) {
          must(answers->produce(names.results, 0, {"organization", result, {}}, done));
        }));
  }
  (void)answers->flush(std::chrono::seconds(30));
  return static_cast<double>(count) / time.seconds();
}

Latencies round_trips(const Cluster& cluster, std::size_t count, double per_second) {
  const topics::TopicNames names = cluster.names("trips");
  make_topics(cluster, names);
  const auto log = open_consumer(cluster, names.events, end_of(cluster, names.events));
  const auto appender = open_producer(cluster);
  const std::string outcome(kOutcomeBytes, 'o');
  Latencies latencies;
  auto next = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    while (std::chrono::steady_clock::now() < next)
      (void)must(log->read(1, std::chrono::milliseconds(1), [](const kafka::MessageView&) {}));
    next += std::chrono::microseconds(static_cast<std::int64_t>(1e6 / per_second));
    const Stopwatch time;
    must(appender->produce(names.events, 0, {std::nullopt, outcome, {}}, [](const auto&) {}));
    while (must(log->read(1, std::chrono::milliseconds(100), [](const kafka::MessageView&) {})) ==
           0) {
    }
    latencies.milliseconds.push_back(time.seconds() * 1000);
  }
  return latencies;
}

}  // namespace daybook::bench
