// ./dev bench kafka: the engine on a real broker beside a bare relay with the same clients.
#include <fmt/format.h>

#include <cstdlib>

#include "bench/figures.h"
#include "bench/kafka/load.h"

int main(int argc, char** argv) {
  using namespace daybook::bench;
  const bool quick = begin(argc, argv);
  const char* given = std::getenv("DAYBOOK_BROKERS");  // NOLINT(concurrency-mt-unsafe)
  const Cluster cluster = open_cluster(given == nullptr ? "127.0.0.1:9092" : given);
  const std::size_t count = quick ? 20'000 : 200'000;
  const std::size_t asked = quick ? 600 : 4'000;
  constexpr double kPerSecond = 200;
  (void)relay_rate(cluster, "warm-up", count / 4);  // the broker's code is compiled while it runs
  const double relay = relay_rate(cluster, "relay", count);
  const double engine = engine_rate(cluster, count);
  const Latencies trips = round_trips(cluster, asked, kPerSecond);
  const Latencies answers = answer_times(cluster, asked, kPerSecond);
  const auto figure = [&](const char* name, double part) {
    return Figure{name, percentile(answers.milliseconds, part), "ms",
                  percentile(trips.milliseconds, part), std::nullopt};
  };
  const std::string settings = fmt::format(
      "{} brokers, 1 partition, {} commands of 10 organizations (half creates, half patches), page "
      "cache; baseline: a bare relay, and one record produced and read back",
      must(cluster.admin->broker_count(std::chrono::seconds(10))), count);
  return report("The engine on Kafka", settings,
                {{"accepted commands", engine, "per second", relay, std::nullopt},
                 figure("command to result at 200/s, p50", 0.5),
                 figure("command to result at 200/s, p99", 0.99)})
             ? 0
             : 1;
}
