#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/daybook/database.h"
#include "apps/daybook/engine.h"
#include "apps/daybook/subcommands.h"
#include "infra/http/client.h"
#include "infra/postgres/migrations.h"
#include "infra/postgres/roles.h"
#include "infra/postgres/schema_check.h"

namespace daybook::app {
namespace {

class Findings {
 public:
  explicit Findings(const Settings& settings) : json_(settings.json) {}

  void good(const std::string& what) { add("ok", what); }
  void bad(const std::string& what) {
    add("problem", what);
    ++problems_;
  }
  int finish() {
    if (json_) fmt::print("{}\n", list_.dump());
    return problems_ == 0 ? kOk : kRefused;
  }

 private:
  void add(const char* level, const std::string& what) {
    list_.push_back({{"level", level}, {"finding", what}});
    if (!json_) fmt::print("{:8} {}\n", level, what);
  }

  bool json_;
  int problems_ = 0;
  nlohmann::ordered_json list_ = nlohmann::ordered_json::array();
};

void look_at_database(const Settings& settings, Findings& findings) {
  auto connection = open_database(settings);
  if (!connection) return findings.bad("PostgreSQL: " + connection.error().detail);
  findings.good(fmt::format("PostgreSQL {} answers", connection->server_version()));
  if (auto migrations = postgres::migration_status(*connection)) {
    int missing = 0;
    for (const auto& migration : *migrations) missing += migration.applied_at ? 0 : 1;
    missing == 0
        ? findings.good("all migrations are applied")
        : findings.bad(fmt::format("{} migrations are missing: run `daybook migrate up`", missing));
  } else {
    findings.bad(migrations.error().detail);
  }
  if (auto checked = postgres::check_schema(*connection)) {
    for (const auto& difference : checked->differences)
      findings.bad("schema: " + postgres::describe(difference));
    if (checked->matches()) findings.good("the schema is the documented one");
  } else {
    findings.bad(checked.error().detail);
  }
  if (auto roles = postgres::check_roles(*connection)) {
    roles->complete ? findings.good("roles and grants are complete")
                    : findings.bad("roles are missing: `daybook migrate up` says how to make them");
  }
  if (auto rows = connection->exec("SELECT count(*) FROM daybook.parked");
      rows && *rows->rows.front()[0] != "0") {
    findings.bad(*rows->rows.front()[0] + " rows are parked: see `daybook parked list`");
  }
}

void look_at_engine(const Settings& settings, Findings& findings) {
  const auto running = running_address(settings);
  if (!running) {
    // Opening would make one, with one partition.
    if (!std::filesystem::exists(settings.data_folder / "log")) {
      return findings.good("not running; there is no log yet, `daybook up` makes it");
    }
    auto log = log::EmbeddedLog::open({settings.data_folder / "log", 1, true});
    log ? findings.good("not running; the log is sound")
        : findings.bad("log: " + log.error().detail);
    return;
  }
  http::Client client(*running, settings.token);
  auto status = client.get("/v1/status");
  if (!status || status->status != 200)
    return findings.bad("the engine at " + *running + " does not answer");
  findings.good("the engine runs at " + *running);
  const auto json = nlohmann::json::parse(status->body, nullptr, false);
  for (const auto& partition : json["partitions"]) {
    for (const char* side : {"commands", "projection"}) {
      const std::string trouble =
          partition.value(side, nlohmann::json::object()).value("trouble", "");
      if (!trouble.empty())
        findings.bad(
            fmt::format("partition {}, {}: {}", partition.value("partition", 0), side, trouble));
    }
  }
}

}  // namespace

int run_doctor(const Settings& settings) {
  Findings findings(settings);
  if (!std::filesystem::exists(settings.data_folder)) {
    findings.bad("the data folder " + settings.data_folder.string() +
                 " does not exist: run `daybook up`, or give --data");
    return findings.finish();
  }
  look_at_engine(settings, findings);
  look_at_database(settings, findings);
  return findings.finish();
}

}  // namespace daybook::app
