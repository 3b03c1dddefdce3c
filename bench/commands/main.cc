// ./dev bench commands: durable commands over the embedded log beside durable CRUD on PostgreSQL.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <thread>
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
  std::size_t commands = 420'000;  // measured, for each figure
  std::size_t requests = 100'000;  // where each command is a request of its own
  std::size_t stretches = 3;       // that a figure's measurement may be cut into
  std::chrono::seconds crud{10};   // for each number of clients
  bool crud_again = true;          // after each stretch too
  bool flat = true;                // at a million aggregates too
};

// What is promised for so many commands in flight: how many times the baseline.
struct Goal {
  std::size_t in_flight = 0;
  double ratio = 0;
};
constexpr std::array<std::size_t, 2> kOrganizations{1, 100};
constexpr std::array kGoals{Goal{32, 3}, Goal{256, 5}};
constexpr double kAccepted = 0.9;  // of the mix, for the first time
constexpr std::size_t kMostInFlight = 256;
constexpr std::size_t kConnections = 32;
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

// Until this process has nothing left to write and to merge.
void await_rest() {
  constexpr std::chrono::milliseconds kLook(200);
  constexpr std::clock_t kIdle = CLOCKS_PER_SEC / 100;  // 5 % of a core
  for (std::clock_t used = kIdle; used >= kIdle;) {
    const std::clock_t before = std::clock();
    std::this_thread::sleep_for(kLook);
    used = std::clock() - before;
  }
}

// CRUD just before and just after each stretch of a figure, because the speed of a machine may
// change from one minute to the next. Neither works while the other is measured: what is measured
// ends with `measure`, or rests.
class BesideCrud {
 public:
  BesideCrud(const DiskFolder& folder, std::size_t organizations, const Scale& scale)
      : organizations_(organizations),
        scale_(scale),
        crud_(folder.path() / fmt::format("crud-{}", organizations)),
        last_(crud_.best(organizations, scale.crud)) {
    look_again();
  }

  [[nodiscard]] std::size_t organizations() const { return organizations_; }
  [[nodiscard]] int clients() const { return last_.clients; }  // with which it is fastest
  // What `measure` finds, in accepted commands per second, so many times.
  [[nodiscard]] Figure figure(std::string name, std::optional<double> goal,
                              const std::function<double()>& measure, std::size_t stretches = 1) {
    double seconds = 0;  // for each accepted one, summed up
    double theirs = last_.per_second / 2;
    for (std::size_t stretch = 0; stretch < stretches; ++stretch) {
      seconds += 1 / measure();
      look_again();
      theirs += last_.per_second;
    }
    theirs -= last_.per_second / 2;
    const auto count = static_cast<double>(stretches);
    return {std::move(name), count / seconds, "accepted per second", theirs / count, goal};
  }
  // At the rate that fills CRUD, by as many clients, each of which waits for its answer: measured
  // as pgbench measures CRUD. A few stretches of each in turn, and the middle one of each: a
  // virtual disk stands still now and then.
  void add_tails(Measured& measured, Figures& figures) {
    std::vector<double> submitted;
    std::vector<double> due;
    std::vector<double> theirs;
    while (theirs.size() < scale_.stretches) {
      const auto count =
          static_cast<std::size_t>(last_.per_second * static_cast<double>(scale_.crud.count()));
      theirs.push_back(last_.p99_ms);
      const AnswerTimes times =
          answer_times_at((*measured).engine(), measured.next(count), last_.per_second / kAccepted,
                          static_cast<std::size_t>(last_.clients));
      submitted.push_back(percentile(times.since_submitted, 0.99));
      due.push_back(percentile(times.since_due, 0.99));
      look_again();
    }
    figures.push_back({"answer at CRUD's full load, p99", percentile(submitted, 0.5), "ms",
                       percentile(theirs, 0.5), 1, true});
    figures.push_back(
        {"from when it was due, p99", percentile(due, 0.5), "ms", 0, std::nullopt, true});
  }
  // Says what the indexes and keys cost. The last figure: they are gone then.
  [[nodiscard]] Figure bare() const {
    return {"CRUD with unique keys alone",
            crud_.bare(organizations_, last_.clients, scale_.crud).per_second,
            "transactions per second", last_.per_second, std::nullopt};
  }

 private:
  void look_again() {
    if (!scale_.crud_again) return;
    await_rest();
    last_ = crud_.again(organizations_, last_.clients, scale_.crud);
  }

  const std::size_t organizations_;
  const Scale scale_;
  const Crud crud_;
  Crud::Rate last_;
};

void add_rates(const DiskFolder& folder, const Scale& scale, BesideCrud& crud, Figures& figures) {
  for (const Goal& goal : kGoals) {
    const std::string name = fmt::format("{} organization{}, {} in flight", crud.organizations(),
                                         crud.organizations() == 1 ? "" : "s", goal.in_flight);
    Measured measured(folder, Mix(crud.organizations()));
    figures.push_back(crud.figure(
        name, goal.ratio,
        [&] {
          return measured.accepted_per_second(scale.commands / scale.stretches, goal.in_flight);
        },
        scale.stretches));
  }
}

void add_tail(const DiskFolder& folder, const Scale& scale, BesideCrud& crud, Figures& figures) {
  Measured measured(folder, Mix(1));
  (void)keep_in_flight((*measured).engine(), measured.next(scale.requests / 10), kMostInFlight);
  crud.add_tails(measured, figures);
}

// On the same cores as the projector and its PostgreSQL.
void add_with_projector(const DiskFolder& folder, const Scale& scale, BesideCrud& crud,
                        Figures& figures) {
  double sustained = 0;
  figures.push_back(crud.figure("with the projector, burst", std::nullopt, [&] {
    const PrivateDatabase database(folder.path() / "tables");
    Measured measured(folder, Mix(1));
    (*measured).follow(database.url());
    (*measured).await_tables();
    const Stopwatch time;
    const Answered answered =
        keep_in_flight((*measured).engine(), measured.next(scale.requests), kMostInFlight);
    (*measured).await_tables();
    sustained = static_cast<double>(answered.accepted) / time.seconds();
    return answered.accepted_per_second();
  }));
  figures.push_back({"with the projector, until the rows are there", sustained,
                     "accepted per second", figures.back().baseline, 1});
}

void add_http(const DiskFolder& folder, const Scale& scale, BesideCrud& crud, Figures& figures) {
  figures.push_back(crud.figure(fmt::format("HTTP, {} connections", kConnections), 1, [&] {
    Measured measured(folder, Mix(1));
    return single_requests((*measured).serve(), measured.next(scale.requests), kConnections);
  }));
  figures.push_back(crud.figure("HTTP, one stream of lines", 3, [&] {
    Measured measured(folder, Mix(1));
    return stream_of_lines((*measured).serve(), measured.next(scale.requests));
  }));
}

// What is changed is spread over all of them. In turn, so that neither has the better minutes of
// the machine, and long enough that both have files of the state to merge, not only the larger one.
// Few do not stay few: the mix creates, so they are begun anew with each stretch.
void add_flat(const DiskFolder& folder, const Scale& scale, Figures& figures) {
  constexpr std::size_t kFew = 2'000;  // companies, each with two contacts and two deals
  constexpr std::size_t kMany = 200'000;
  const DiskFolder few_folder("bench-commands-few");
  Measured many(folder, Mix(1, kMany));
  std::array<double, 2> seconds{};  // for each accepted one, summed up
  for (std::size_t stretch = 0; stretch < scale.stretches; ++stretch) {
    Measured few(few_folder, Mix(1, kFew));
    for (auto [measured, sum] : {std::pair{&few, &seconds[0]}, std::pair{&many, &seconds[1]}}) {
      await_rest();
      *sum += 1 / measured->accepted_per_second(scale.commands, kMostInFlight);
    }
  }
  figures.push_back({"1,000,000 aggregates beside 10,000",
                     static_cast<double>(scale.stretches) / seconds[1], "accepted per second",
                     static_cast<double>(scale.stretches) / seconds[0], 0.8});
}

bool run(const Scale& scale) {
  const DiskFolder folder("bench-commands");
  Figures figures;
  std::vector<std::string> clients;
  for (const std::size_t organizations : kOrganizations) {
    BesideCrud crud(folder, organizations, scale);
    clients.push_back(fmt::format("{} clients for {}", crud.clients(), organizations));
    add_rates(folder, scale, crud, figures);
    if (organizations != 1) continue;
    add_tail(folder, scale, crud, figures);
    add_with_projector(folder, scale, crud, figures);
    add_http(folder, scale, crud, figures);
    figures.push_back(crud.bare());
  }
  if (scale.flat) add_flat(folder, scale, figures);
  const std::string settings = fmt::format(
      "embedded log, 1 partition, synced; {} commands of the mix for a figure, {} where it is "
      "about more than the engine, on {} companies, {} contacts and {} deals; a sync takes {:.0f} "
      "us\nbaseline: pgbench on the read tables, synced, the best of 1, 8, 32 and 64 clients for "
      "{} s each (organizations: {}){}",
      scale.commands, scale.requests, kCompanies, kContacts, kDeals, folder.sync_microseconds(),
      scale.crud.count(), fmt::join(clients, ", "),
      scale.crud_again ? ", and again before and after each stretch of a figure" : "");
  return report("Durable commands", settings, figures);
}

}  // namespace
}  // namespace daybook::bench

int main(int argc, char** argv) {
  using daybook::bench::Scale;
  const bool quick = daybook::bench::begin(argc, argv);
  const Scale scale =
      quick ? Scale{20'000, 10'000, 1, std::chrono::seconds(1), false, false} : Scale{};
  return daybook::bench::run(scale) ? 0 : 1;
}
