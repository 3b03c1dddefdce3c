// How long an integrator waits for its result, as one who publishes and follows the results.
#include "bench/figures.h"
#include "bench/kafka/load.h"
#include "bench/running_engine.h"
#include "infra/kafka/consumer.h"

namespace daybook::bench {

Latencies answer_times(const Cluster& cluster, std::size_t count, double per_second) {
  const topics::TopicNames names = cluster.names("latency");
  make_topics(cluster, names);
  const RunningEngine engine(engine_settings(cluster, "latency"));
  engine.await_owned();
  kafka::ConsumerOptions reading;
  reading.connection = cluster.connection;
  const auto results = must(kafka::Consumer::open(reading));
  must(results->assign(names.results, 0, 0));
  kafka::ProducerOptions producing;
  producing.connection = cluster.connection;
  const auto producer = must(kafka::Producer::open(producing));
  std::vector<std::chrono::steady_clock::time_point> sent;
  Latencies latencies;
  const auto read = [&] {
    (void)must(results->read(100, std::chrono::milliseconds(1), [&](const kafka::MessageView&) {
      // One partition: the results come in the order of the commands.
      const auto waited = std::chrono::steady_clock::now() - sent[latencies.milliseconds.size()];
      latencies.milliseconds.push_back(std::chrono::duration<double, std::milli>(waited).count());
    }));
  };
  auto next = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    while (std::chrono::steady_clock::now() < next) read();
    next += std::chrono::microseconds(static_cast<std::int64_t>(1e6 / per_second));
    const Record record = command(i);
    sent.push_back(std::chrono::steady_clock::now());
    must(producer->produce(names.commands, 0, {record.key, record.value, {}}, [](const auto&) {}));
  }
  while (latencies.milliseconds.size() < count) read();
  return latencies;
}

}  // namespace daybook::bench
