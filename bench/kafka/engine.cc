#include "bench/figures.h"
#include "bench/kafka/load.h"
#include "bench/running_engine.h"

namespace daybook::bench {

// From a full topic: publishing the commands meanwhile would compete for the cores.
double engine_rate(const Cluster& cluster, std::size_t count) {
  const topics::TopicNames names = cluster.names("engine");
  make_topics(cluster, names);
  fill(cluster, names.commands, commands(count));
  const Stopwatch time;
  const RunningEngine engine(engine_settings(cluster, "engine"));
  engine.await_owned();
  const double owned = time.seconds();
  while (end_of(cluster, names.results) < count)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const double seconds = time.seconds() - owned;
  if (engine.status().accepted != count)
    give_up({ErrorKind::kUnavailable, "bench.refused", "not every command was accepted", ""});
  return static_cast<double>(count) / seconds;
}

}  // namespace daybook::bench
