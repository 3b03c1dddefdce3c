// ./dev bench commands: durable commands over the embedded log beside durable CRUD on PostgreSQL.
#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "bench/commands/crud.h"
#include "bench/commands/in_flight.h"
#include "bench/commands/mix.h"
#include "bench/commands/over_http.h"
#include "bench/disk_folder.h"
#include "bench/figures.h"
#include "bench/private_database.h"
#include "bench/running_engine.h"

namespace daybook::bench {
namespace {

struct Scale {
  std::size_t commands = 400'000;  // measured, for each figure
  std::size_t requests = 100'000;  // where each command is a request of its own
  std::chrono::seconds crud{10};   // for each number of clients
  bool flat = true;                // at a million aggregates too
};

// What is promised for so many commands in flight: how many times the baseline.
struct Goal {
  std::size_t in_flight = 0;
  double ratio = 0;
};
constexpr std::array<std::size_t, 2> kOrganizations{1, 100};
constexpr std::array kGoals{Goal{32, 3}, Goal{256, 5}};
constexpr std::size_t kMostInFlight = 256;
constexpr std::size_t kConnections = 32;
constexpr std::size_t kStretches = 3;
constexpr std::size_t kPreloading = 32;

// An engine that has what the mix changes.
class Measured {
 public:
  Measured(const DiskFolder& folder, const Mix& mix) : mix_(mix), engine_(settings_in(folder)) {
    engine_.await_owned();
    const std::vector<Command> preload = mix_.preload();
    if (keep_in_flight(engine_.engine(), preload, kPreloading).accepted != preload.size())
      give_up({ErrorKind::kUnavailable, "bench.refused", "the preload was not accepted", ""});
  }

  [[nodiscard]] RunningEngine& operator*() { return engine_; }
  // Not given before.
  [[nodiscard]] std::vector<Command> next(std::size_t count) {
    return mix_.commands(std::exchange(given_, given_ + count), count);
  }
  // After as many as a tenth that do not count.
  [[nodiscard]] double accepted_per_second(std::size_t count, std::size_t in_flight) {
    (void)keep_in_flight(engine_.engine(), next(count / 10 / 20 * 20), in_flight);
    const Answered answered = keep_in_flight(engine_.engine(), next(count), in_flight);
    if (answered.rejected != count / 20 || answered.repeated != count / 20)
      give_up({ErrorKind::kUnavailable, "bench.mix",
               fmt::format("of {} commands {} were refused and {} repeated, 5 % each were meant",
                           count, answered.rejected, answered.repeated),
               ""});
    return answered.accepted_per_second();
  }

 private:
  const Mix mix_;
  RunningEngine engine_;
  std::size_t given_ = 0;
};

// The two are not measured at the same time: PostgreSQL is away while the engine works.
struct CrudRates {
  std::vector<Crud::Rate> best;  // for each number of organizations
  Crud::Rate bare;               // says what the indexes and keys cost
};

CrudRates crud_rates(const DiskFolder& folder, std::chrono::seconds each) {
  const Crud crud(folder.path() / "crud");
  CrudRates rates;
  for (const std::size_t organizations : kOrganizations)
    rates.best.push_back(crud.best(organizations, each));
  rates.bare = crud.bare(kOrganizations.front(), rates.best.front().clients, each);
  return rates;
}

using Figures = std::vector<Figure>;

void add_rates(const DiskFolder& folder, const Scale& scale, const std::vector<Crud::Rate>& crud,
               Figures& figures) {
  for (std::size_t i = 0; i < kOrganizations.size(); ++i) {
    const std::size_t organizations = kOrganizations[i];
    for (const Goal& goal : kGoals) {
      Measured measured(folder, Mix(organizations));
      figures.push_back({fmt::format("{} organization{}, {} in flight", organizations,
                                     organizations == 1 ? "" : "s", goal.in_flight),
                         measured.accepted_per_second(scale.commands, goal.in_flight),
                         "accepted per second", crud[i].per_second, goal.ratio});
    }
  }
}

// At the rate that fills CRUD. Of a few stretches as long as CRUD's the middle one: a virtual disk
// that stands still now and then did not do so while CRUD was at its best either.
void add_tail(const DiskFolder& folder, const Scale& scale, const Crud::Rate& crud,
              Figures& figures) {
  Measured measured(folder, Mix(1));
  (void)keep_in_flight((*measured).engine(), measured.next(scale.requests / 10), kMostInFlight);
  const auto count =
      static_cast<std::size_t>(crud.per_second * static_cast<double>(scale.crud.count()));
  std::vector<double> p99s;
  while (p99s.size() < kStretches)
    p99s.push_back(percentile(
        answer_times_at((*measured).engine(), measured.next(count), crud.per_second), 0.99));
  figures.push_back(
      {"answer at CRUD's full load, p99", percentile(p99s, 0.5), "ms", crud.p99_ms, 1, true});
}

// On the same cores as the projector and its PostgreSQL.
void add_with_projector(const DiskFolder& folder, const Scale& scale, const Crud::Rate& crud,
                        Figures& figures) {
  const PrivateDatabase database(folder.path() / "tables");
  Measured measured(folder, Mix(1));
  (*measured).follow(database.url());
  (*measured).await_tables();
  const Stopwatch time;
  const Answered answered =
      keep_in_flight((*measured).engine(), measured.next(scale.requests), kMostInFlight);
  (*measured).await_tables();
  figures.push_back({"with the projector, burst", answered.accepted_per_second(),
                     "accepted per second", crud.per_second, std::nullopt});
  figures.push_back({"with the projector, until the rows are there",
                     static_cast<double>(answered.accepted) / time.seconds(), "accepted per second",
                     crud.per_second, 1});
}

void add_http(const DiskFolder& folder, const Scale& scale, const Crud::Rate& crud,
              Figures& figures) {
  Measured measured(folder, Mix(1));
  const std::string address = (*measured).serve();
  figures.push_back({fmt::format("HTTP, {} connections", kConnections),
                     single_requests(address, measured.next(scale.requests), kConnections),
                     "accepted per second", crud.per_second, 1});
  figures.push_back({"HTTP, one stream of lines",
                     stream_of_lines(address, measured.next(scale.requests)), "accepted per second",
                     crud.per_second, 3});
}

// What is changed is spread over all of them.
void add_flat(const DiskFolder& folder, const Scale& scale, Figures& figures) {
  constexpr std::size_t kFew = 2'000;  // companies, each with two contacts and two deals
  constexpr std::size_t kMany = 200'000;
  std::array<double, 2> rates{};
  for (std::size_t i = 0; i < rates.size(); ++i) {
    Measured measured(folder, Mix(1, i == 0 ? kFew : kMany));
    rates.at(i) = measured.accepted_per_second(scale.requests, kMostInFlight);
  }
  figures.push_back(
      {"1,000,000 aggregates beside 10,000", rates[1], "accepted per second", rates[0], 0.8});
}

bool run(const Scale& scale) {
  const DiskFolder folder("bench-commands");
  const CrudRates rates = crud_rates(folder, scale.crud);
  const std::vector<Crud::Rate>& crud = rates.best;
  const std::string settings = fmt::format(
      "embedded log, 1 partition, synced; {} commands of the mix for a figure, {} for those below, "
      "on {} companies, {} contacts and {} deals; a sync takes {:.0f} us\nbaseline: pgbench on the "
      "read tables, synced, the best of 1, 8, 32 and 64 clients for {} s each: {} clients for 1 "
      "organization, {} for 100",
      scale.commands, scale.requests, kCompanies, kContacts, kDeals, folder.sync_microseconds(),
      scale.crud.count(), crud[0].clients, crud[1].clients);
  Figures figures{{"CRUD with unique keys alone", rates.bare.per_second, "transactions per second",
                   crud[0].per_second, std::nullopt}};
  add_rates(folder, scale, crud, figures);
  add_tail(folder, scale, crud[0], figures);
  add_with_projector(folder, scale, crud[0], figures);
  add_http(folder, scale, crud[0], figures);
  if (scale.flat) add_flat(folder, scale, figures);
  return report("Durable commands", settings, figures);
}

}  // namespace
}  // namespace daybook::bench

int main(int argc, char** argv) {
  using daybook::bench::Scale;
  const bool quick = daybook::bench::begin(argc, argv);
  const Scale scale = quick ? Scale{20'000, 10'000, std::chrono::seconds(1), false} : Scale{};
  return daybook::bench::run(scale) ? 0 : 1;
}
