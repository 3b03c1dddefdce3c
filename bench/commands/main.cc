// ./dev bench commands: durable commands over the embedded log beside durable CRUD on PostgreSQL.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ctime>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/commands/crud.h"
#include "bench/commands/in_flight.h"
#include "bench/commands/measured.h"
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
  std::vector<int> clients{1, 8, 32, 64};
  bool crud_again = true;  // after each stretch too
  bool flat = true;        // at a million aggregates too
  // The last one with all the rest, at whose end CRUD's tables are no longer what they were.
  std::vector<std::size_t> organizations{100, 1};
};

// What is promised for so many commands in flight: how many times the baseline.
struct Goal {
  std::size_t in_flight = 0;
  double ratio = 0;
};
constexpr std::array kGoals{Goal{32, 3}, Goal{256, 5}};
constexpr double kAccepted = 0.9;  // of the mix, for the first time
constexpr std::size_t kConnections = 32;

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

// What was offered has to be answered too; the part of it that was, in the worst stretch.
Figure rate_held(const std::string& when, double part) {
  constexpr double kAll = 100;
  return {when + ", rate held", kAll * part, "% of the commands per second", kAll, kRateHeld};
}

// CRUD just before and just after each stretch of a figure, because the speed of a machine may
// change from one minute to the next. Neither works while the other is measured: what is measured
// ends with `measure`, or rests.
class BesideCrud {
 public:
  BesideCrud(const Crud& crud, std::size_t organizations, const Scale& scale)
      : organizations_(organizations),
        scale_(scale),
        crud_(crud),
        last_(crud_.best(organizations, scale.clients, scale.crud)) {
    look_again();
  }

  [[nodiscard]] std::size_t organizations() const { return organizations_; }
  [[nodiscard]] int clients() const { return last_.clients; }  // with which it is fastest
  // Commands of the mix, of which so many are accepted as CRUD does transactions.
  [[nodiscard]] double commands_per_second() const { return last_.per_second / kAccepted; }
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
    std::vector<double> held;
    while (theirs.size() < scale_.stretches) {
      theirs.push_back(last_.p99_ms);
      const AnswerTimes times = measured.answer_times_at(commands_per_second(), scale_.crud,
                                                         static_cast<std::size_t>(last_.clients));
      submitted.push_back(percentile(times.since_submitted, 0.99));
      due.push_back(percentile(times.since_due, 0.99));
      held.push_back(times.answered.per_second() / commands_per_second());
      look_again();
    }
    figures.push_back({"answer at CRUD's full load, p99", percentile(submitted, 0.5), "ms",
                       percentile(theirs, 0.5), 1, true});
    figures.push_back(
        {"from when it was due, p99", percentile(due, 0.5), "ms", 0, std::nullopt, true});
    figures.push_back(rate_held("answer at CRUD's full load", percentile(held, 0)));
  }
  // Say why CRUD is as fast as it is: what the indexes and keys cost it, and what the machine lets
  // PostgreSQL do at all. The last figures: keys and indexes are gone then.
  [[nodiscard]] Figures reasons() const {
    const auto figure = [&](std::string name, const Crud::Rate& rate) {
      return Figure{std::move(name), rate.per_second, "transactions per second", last_.per_second};
    };
    return {figure("CRUD with unique keys alone",
                   crud_.bare(organizations_, last_.clients, scale_.crud)),
            figure("PostgreSQL with one small row in each transaction",
                   crud_.one_row(last_.clients, scale_.crud))};
  }

 private:
  void look_again() {
    if (!scale_.crud_again) return;
    await_rest();
    last_ = crud_.again(organizations_, last_.clients, scale_.crud);
  }

  const std::size_t organizations_;
  const Scale scale_;
  const Crud& crud_;
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

// CRUD's rate, which the tables have to follow: how many records they are behind meanwhile. A lag
// that grows shows in the last third: a projector that falls behind by a thirtieth of the rate is
// there behind by a second's records.
void add_lag(Measured& measured, double per_second, std::chrono::seconds time, Figures& figures) {
  constexpr std::chrono::milliseconds kLook(100);
  const std::string when = "with the projector at CRUD's rate";
  const std::uint64_t begin = must((*measured).log().end_offset(0));
  auto load = std::async(std::launch::async, [&] {
    return measured.answer_times_at(per_second, time, kMostInFlight).answered;
  });
  std::vector<double> behind;
  while (load.wait_for(kLook) != std::future_status::ready)
    behind.push_back(static_cast<double>((*measured).records_behind()));
  const Answered answered = load.get();
  const auto records = static_cast<double>(must((*measured).log().end_offset(0)) - begin);
  figures.push_back({when + ", most records behind", percentile(behind, 1), "records"});
  behind.erase(behind.begin(), behind.begin() + static_cast<std::ptrdiff_t>(behind.size() * 2 / 3));
  figures.push_back({when + ", behind in the last third", percentile(behind, 1), "records",
                     records / answered.seconds, 1, true});
  figures.push_back(rate_held(when, answered.per_second() / per_second));
}

// On the same cores as the projector and its PostgreSQL. Both loads while these are there, which
// take their time to come.
void add_with_projector(const DiskFolder& folder, const Scale& scale, BesideCrud& crud,
                        Figures& figures) {
  constexpr int kLagTime = 3;  // times as long as CRUD
  double sustained = 0;
  Figures lag;
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
    add_lag(measured, crud.commands_per_second(), kLagTime * scale.crud, lag);
    return answered.accepted_per_second();
  }));
  figures.push_back({"with the projector, until the rows are there", sustained,
                     "accepted per second", figures.back().baseline, 1});
  figures.insert(figures.end(), lag.begin(), lag.end());
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

// The same commands decided among few aggregates and among many, what is changed spread over all of
// them. In short turns, so that neither has the better minutes of the machine, and the few, whom
// the mix makes more, begun anew for each: what is measured ends at 20,000 of them. Before it they
// get a past of changes alone, so that they too have files of the state to merge; of another length
// in each turn, so that a file is written now in what is measured, now before it.
void add_flat(const DiskFolder& folder, Figures& figures) {
  constexpr std::size_t kFew = 2'000;  // companies, each with two contacts and two deals
  constexpr std::size_t kMany = 200'000;
  constexpr std::size_t kTurns = 12;
  constexpr std::size_t kTurn = 18'000;   // commands, which make half as many aggregates
  constexpr std::size_t kPasts = 6;       // different ones
  constexpr std::size_t kPast = 100'000;  // commands, half of which change only: the shortest
  const DiskFolder few_folder("bench-commands-few");
  Measured many(folder, Mix(1, kMany));
  std::array<double, 2> seconds{};  // for each accepted one, summed up
  for (std::size_t turn = 0; turn < kTurns; ++turn) {
    Measured few(few_folder, Mix(1, kFew));
    few.change_for(kPast * (1 + turn % kPasts));
    for (auto [measured, sum] : {std::pair{&few, &seconds[0]}, std::pair{&many, &seconds[1]}}) {
      await_rest();
      *sum += 1 / measured->accepted_per_second(kTurn, kMostInFlight);
    }
  }
  figures.push_back({"1,000,000 aggregates beside 10,000 to 20,000",
                     static_cast<double>(kTurns) / seconds[1], "accepted per second",
                     static_cast<double>(kTurns) / seconds[0], 0.8});
}

// `clients`: with how many CRUD is fastest.
std::string settings(const Scale& scale, const DiskFolder& folder,
                     const std::vector<std::string>& clients) {
  return fmt::format(
      "embedded log, 1 partition, synced; {} commands of the mix for a figure, {} where it is "
      "about more than the engine, on {} companies, {} contacts and {} deals; a sync takes {:.0f} "
      "us on {}\n"
      "baseline: pgbench on the read tables, synced, the best of {} clients for {} s each "
      "(organizations: {}){}; why it is not faster is said by the figures with unique keys "
      "alone, and with one small row in each transaction",
      scale.commands, scale.requests, kCompanies, kContacts, kDeals, folder.sync_microseconds(),
      folder.file_system(), fmt::join(scale.clients, ", "), scale.crud.count(),
      fmt::join(clients, ", "),
      scale.crud_again ? ", and again before and after each stretch of a figure" : "");
}

bool run(const Scale& scale) {
  const DiskFolder folder("bench-commands");
  Figures figures;
  std::vector<std::string> clients;
  {
    const Crud tables(folder.path() / "crud");
    for (const std::size_t organizations : scale.organizations) {
      BesideCrud crud(tables, organizations, scale);
      clients.push_back(fmt::format("{} clients for {}", crud.clients(), organizations));
      add_rates(folder, scale, crud, figures);
      if (organizations != 1) continue;
      add_tail(folder, scale, crud, figures);
      add_with_projector(folder, scale, crud, figures);
      add_http(folder, scale, crud, figures);
      for (Figure& reason : crud.reasons()) figures.push_back(std::move(reason));
    }
  }
  if (scale.flat) add_flat(folder, figures);
  return report("Durable commands", settings(scale, folder, clients), figures);
}

}  // namespace
}  // namespace daybook::bench

int main(int argc, char** argv) {
  using daybook::bench::Scale;
  const bool quick = daybook::bench::begin(argc, argv);
  const Scale scale =
      quick ? Scale{5'000, 4'000, 1, std::chrono::seconds(1), {8}, false, false, {1}} : Scale{};
  return daybook::bench::run(scale) ? 0 : 1;
}
