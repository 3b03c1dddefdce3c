#include "bench/commands/crud.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "bench/commands/mix.h"
#include "bench/figures.h"
#include "bench/must.h"
#include "infra/postgres/connection.h"
#include "infra/postgres/process.h"
#include "infra/postgres/server_programs.h"

namespace daybook::bench {
namespace {

namespace fs = std::filesystem;

// The mix without refusals and duplicates, which change nothing: how many of 200 commands.
constexpr std::array<std::pair<std::string_view, int>, 11> kScripts{{
    {"create_company", 10},
    {"create_contact", 20},
    {"open_deal", 20},
    {"schedule_activity", 20},
    {"patch_company", 20},
    {"patch_contact", 20},
    {"patch_deal", 20},
    {"move_deal", 30},
    {"switch_primary", 5},
    {"assign_deal", 5},
    {"batch", 10},
}};

fs::path script(std::string_view name) {
  return fs::path(DAYBOOK_BENCH_CRUD) / (std::string(name) + ".sql");
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  if (!file) give_up({ErrorKind::kUnavailable, "bench.script", path.string() + " is missing", ""});
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

double tps_in(const std::string& output) {
  static constexpr std::string_view kBegin = "tps = ";
  const auto found = output.find(kBegin);
  if (found == std::string::npos) give_up({ErrorKind::kUnavailable, "bench.pgbench", output, ""});
  return std::stod(output.substr(found + kBegin.size()));
}

// The milliseconds of every transaction, from the files that pgbench leaves, a line each: client,
// its transaction, microseconds, script, and when it was done.
std::vector<double> take_times(const fs::path& prefix) {
  std::vector<double> times;
  for (const auto& entry : fs::directory_iterator(prefix.parent_path())) {
    if (!entry.path().string().starts_with(prefix.string() + ".")) continue;
    std::ifstream file(entry.path());
    std::string client;
    std::string transaction;
    double microseconds = 0;
    for (std::string rest; file >> client >> transaction >> microseconds;) {
      std::getline(file, rest);
      times.push_back(microseconds / 1'000);
    }
    fs::remove(entry.path());
  }
  return times;
}

}  // namespace

// What a server for this alone would be given; durable all the same. Nothing is checkpointed during
// a measurement, nor has it anything to do while the engine is measured.
Crud::Crud(const fs::path& data_folder)
    : database_(data_folder, {"shared_buffers = '1GB'", "max_wal_size = '16GB'",
                              "checkpoint_timeout = '1h'", "wal_buffers = '64MB'",
                              "autovacuum_naptime = '1h'", "bgwriter_lru_maxpages = 0"}) {}

void Crud::fill(std::size_t organizations) const {
  auto connection = must(postgres::Connection::open(database_.url()));
  must(connection.exec(
      fmt::format("SET bench.organizations = {}; SET bench.companies = {}; SET bench.users = {}; "
                  "SET bench.stages = {}",
                  organizations, kCompanies, kUsers, kStages)));
  must(connection.exec(text_of(script("preload"))));
  must(connection.exec("VACUUM ANALYZE"));
  must(connection.exec("CHECKPOINT"));
}

Crud::Rate Crud::rate(std::size_t organizations, int clients, std::chrono::seconds time) const {
  std::vector<std::string> scripts;
  scripts.reserve(kScripts.size());
  for (const auto& [name, weight] : kScripts)
    scripts.push_back(fmt::format("--file={}@{}", script(name).string(), weight));
  for (const auto& [name, value] :
       {std::pair{"organizations", organizations}, std::pair{"companies", kCompanies},
        std::pair{"contacts", kContacts}, std::pair{"deals", kDeals}, std::pair{"users", kUsers},
        std::pair{"stages", kStages}})
    scripts.push_back(fmt::format("--define={}={}", name, value));
  return run(std::move(scripts), clients, time);
}

Crud::Rate Crud::run(std::vector<std::string> scripts, int clients,
                     std::chrono::seconds time) const {
  const fs::path logs = database_.folder() / "pgbench";
  const fs::path programs = must(postgres::find_server_programs(std::nullopt));
  std::vector<std::string> arguments{programs / "pgbench", "--no-vacuum", "--protocol=prepared",
                                     fmt::format("--client={}", clients),
                                     fmt::format("--jobs={}", std::min(clients, 2)),
                                     fmt::format("--time={}", time.count()), "--log",
                                     fmt::format("--log-prefix={}", logs.string()),
                                     // Two who switch the same company's contact may meet.
                                     "--max-tries=10"};
  std::move(scripts.begin(), scripts.end(), std::back_inserter(arguments));
  arguments.push_back(database_.url());
  const auto ended = must(postgres::run_process(arguments, time + std::chrono::seconds(60)));
  return {tps_in(ended.output), clients, percentile(take_times(logs), 0.99)};
}

Crud::Rate Crud::best(std::size_t organizations, const std::vector<int>& clients,
                      std::chrono::seconds each) const {
  fill(organizations);
  Rate best;
  for (const int count : clients) {
    const Rate found = rate(organizations, count, each);
    if (found.per_second > best.per_second) best = found;
  }
  return best;
}

Crud::Rate Crud::again(std::size_t organizations, int clients, std::chrono::seconds time) const {
  fill(organizations);
  return rate(organizations, clients, time);
}

Crud::Rate Crud::bare(std::size_t organizations, int clients, std::chrono::seconds time) const {
  auto connection = must(postgres::Connection::open(database_.url()));
  must(connection.exec(text_of(script("unique_keys_only"))));
  return again(organizations, clients, time);
}

Crud::Rate Crud::one_row(int clients, std::chrono::seconds time) const {
  auto connection = must(postgres::Connection::open(database_.url()));
  must(connection.exec("CREATE TABLE bench_rows (id int PRIMARY KEY, n int NOT NULL)"));
  must(connection.exec(
      fmt::format("INSERT INTO bench_rows SELECT id, 0 FROM generate_series(0, {}) id", clients)));
  return run({"--file=" + script("one_row").string()}, clients, time);
}

}  // namespace daybook::bench
