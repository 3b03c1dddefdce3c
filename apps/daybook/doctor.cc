#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/daybook/answer.h"
#include "apps/daybook/database.h"
#include "apps/daybook/engine.h"
#include "apps/daybook/kafka_backend.h"
#include "apps/daybook/running.h"
#include "apps/daybook/subcommands.h"
#include "infra/http/client.h"
#include "infra/log/embedded/embedded_log.h"
#include "infra/postgres/migrations.h"
#include "infra/postgres/roles.h"
#include "infra/postgres/schema_check.h"
#include "infra/topics/topic_setup.h"

namespace daybook::app {
namespace {

class Findings {
 public:
  explicit Findings(const Settings& settings) : json_(settings.json) {}

  void good(const std::string& what) { add("ok", what); }
  // Neither good nor bad.
  void info(const std::string& what) { add("info", what); }
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

void look_at_database(const Settings& settings, bool engine_runs, Findings& findings) {
  auto connection = open_database(settings);
  if (!connection) {
    const Error& error = connection.error();
    const bool sleeps = error.code == "cluster.stopped" || error.code == "cluster.absent";
    return sleeps && !engine_runs ? findings.info("PostgreSQL, not running: " + error.detail)
                                  : findings.bad("PostgreSQL: " + error.detail);
  }
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

void look_at_topics(const Settings& settings, Findings& findings) {
  const auto checked = [&]() -> Result<std::vector<topics::TopicFinding>> {
    DAYBOOK_ASSIGN(cluster, open_cluster(settings));
    return topics::check_topics(*cluster.admin, cluster.connection, cluster.names);
  }();
  if (!checked) return findings.bad("Kafka: " + checked.error().detail);
  for (const topics::TopicFinding& finding : *checked) findings.bad(finding.text);
  if (checked->empty()) findings.good("the topics on Kafka are as they should be");
}

void look_at_log(const Settings& settings, Findings& findings) {
  if (settings.log != "embedded") return findings.info("no engine runs on this data folder");
  // Opening would make one, with one partition.
  if (!std::filesystem::exists(settings.data_folder / "log"))
    return findings.info("not running; there is no log yet, `daybook up` makes it");
  auto log = log::EmbeddedLog::open({settings.data_folder / "log", 1, true});
  if (!log) return findings.bad("log: " + log.error().detail);
  findings.info("not running; the log is sound");
  for (const std::string& note : (*log)->recovery_notes()) findings.info(note);
}

void look_at_status(const std::string& status, Findings& findings) {
  const auto json = nlohmann::json::parse(status, nullptr, false);
  if (!json.is_object()) return findings.bad("the engine's status is not JSON");
  for (const auto& partition : json.value("partitions", nlohmann::json::array())) {
    for (const char* side : {"commands", "projection"}) {
      const std::string trouble =
          partition.value(side, nlohmann::json::object()).value("trouble", "");
      if (!trouble.empty())
        findings.bad(
            fmt::format("partition {}, {}: {}", partition.value("partition", 0), side, trouble));
    }
  }
}

// True if one runs.
bool look_at_engine(const Settings& settings, Findings& findings) {
  const Running running = find_running(settings);
  if (!running.note.empty()) findings.info(running.note);
  if (running.address.empty()) {
    look_at_log(settings, findings);
    return false;
  }
  findings.good("the engine runs at " + running.address);
  http::Client client(running.address, settings.token);
  const auto status = client.get("/v1/status");
  if (!status) {
    findings.bad(status.error().detail);
  } else if (status->status != 200) {
    const Error error = error_of(*status);
    findings.bad(fmt::format("its status cannot be read: {} ({})", error.detail, error.code));
  } else {
    look_at_status(status->body, findings);
  }
  return true;
}

}  // namespace

int run_doctor(const Settings& settings) {
  Findings findings(settings);
  if (!std::filesystem::exists(settings.data_folder)) {
    findings.bad("the data folder " + settings.data_folder.string() +
                 " does not exist: run `daybook up`, or give --data");
    return findings.finish();
  }
  if (settings.log == "kafka") look_at_topics(settings, findings);
  const bool engine_runs = look_at_engine(settings, findings);
  look_at_database(settings, engine_runs, findings);
  return findings.finish();
}

}  // namespace daybook::app
