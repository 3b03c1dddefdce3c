// Subcommands that look at the database directly: migrate, schema check, url, parked.
#include "apps/daybook/database.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/daybook/answer.h"
#include "apps/daybook/engine.h"
#include "apps/daybook/running.h"
#include "apps/daybook/subcommands.h"
#include "domain/core/uuid.h"
#include "infra/http/client.h"
#include "infra/postgres/migrations.h"
#include "infra/postgres/readers.h"
#include "infra/postgres/schema_check.h"

namespace daybook::app {
namespace {

using Json = nlohmann::ordered_json;

void print_roles(const postgres::RolesReport& roles) {
  for (const std::string& note : roles.notes) fmt::print(stderr, "note: {}\n", note);
  if (roles.administrator_sql.empty()) return;
  fmt::print(stderr, "An administrator has to run this, then run `daybook migrate up` again:\n");
  for (const std::string& sql : roles.administrator_sql) fmt::print(stderr, "  {}\n", sql);
}

Json to_json(const postgres::Rows& rows) {
  Json list = Json::array();
  for (const postgres::Row& row : rows.rows) {
    Json object;
    for (std::size_t i = 0; i < row.size(); ++i)
      object[rows.columns[i]] = row[i] ? Json(*row[i]) : Json(nullptr);
    list.push_back(std::move(object));
  }
  return list;
}

// The reader's name of an organization, or of a user in it. All digits of the id, because ids that
// begin alike are common, and a name that two organizations share would show one the other's rows;
// 32 letters, because names have at most 30 characters.
std::string reader_name(const std::string& organization_id, const std::string& user_id) {
  constexpr std::string_view kLetters = "0123456789abcdefghijklmnopqrstuv";
  std::string name = user_id.empty() ? "o" : "u";
  std::uint32_t bits = 0;
  int count = 0;
  for (const std::uint8_t byte :
       uuid_bytes(user_id.empty() ? organization_id : uuid_v5(organization_id, user_id))) {
    bits = (bits << 8U | byte) & 0xffffU;
    for (count += 8; count >= 5; count -= 5) name.push_back(kLetters[bits >> (count - 5) & 31U]);
  }
  name.push_back(kLetters[bits << (5 - count) & 31U]);
  return name;
}

// A login of an organization or user that is not there would see nothing and not say why.
Result<void> check_known(postgres::Connection& owner, const std::string& organization_id,
                         const std::string& user_id) {
  const std::string query = user_id.empty()
                                ? "SELECT FROM daybook.organizations WHERE id = $1"
                                : "SELECT FROM crm.users WHERE organization_id = $1 AND id = $2";
  std::vector<postgres::Value> ids{organization_id};
  if (!user_id.empty()) ids.emplace_back(user_id);
  DAYBOOK_ASSIGN(found, owner.exec_params(query, ids));
  if (!found.rows.empty()) return {};
  return fail(ErrorKind::kNotFound, user_id.empty() ? "organization.not_found" : "user.not_found",
              "the read tables have no organization or user of this id");
}

// Without this libpq would only say that nobody listens at a port of which the user knows nothing.
Result<void> check_private_cluster(const Settings& settings) {
  if (!settings.database_url.empty()) return {};
  DAYBOOK_ASSIGN(cluster, postgres::Cluster::open(settings.data_folder));
  if (cluster.state() != postgres::ClusterState::kStopped) return {};
  return fail(ErrorKind::kUnavailable, "cluster.stopped",
              "the private PostgreSQL of " + settings.data_folder.string() +
                  " runs inside `daybook up`, which does not run: start that");
}

int print_migrations(const Settings& settings,
                     const std::vector<postgres::MigrationState>& migrations) {
  Json list = Json::array();
  for (const auto& migration : migrations) {
    if (settings.json) {
      list.push_back(
          {{"number", migration.number},
           {"name", migration.name},
           {"appliedAt", migration.applied_at ? Json(*migration.applied_at) : Json(nullptr)}});
    } else {
      fmt::print("{:4} {:28} {}\n", migration.number, migration.name,
                 migration.applied_at.value_or("-"));
    }
  }
  if (settings.json) fmt::print("{}\n", list.dump());
  return kOk;
}

}  // namespace

Result<postgres::Connection> open_database(const Settings& settings) {
  DAYBOOK_TRY(check_private_cluster(settings));
  DAYBOOK_ASSIGN(url, owner_url(settings));
  postgres::ConnectionOptions options;
  options.application_name = "daybook cli";
  return postgres::Connection::open(url, options);
}

Result<std::string> the_organization(const Settings& settings) {
  DAYBOOK_ASSIGN(connection, open_database(settings));
  DAYBOOK_ASSIGN(
      rows, connection.exec("SELECT id, name FROM daybook.organizations ORDER BY name LIMIT 11"));
  if (rows.rows.size() == 1) return *rows.rows.front()[0];
  std::string names;
  for (const auto& row : rows.rows) names += "\n  " + *row[0] + "  " + row[1].value_or("");
  return fail(ErrorKind::kInvalid, "organization.which",
              rows.rows.empty()
                  ? "there is no organization yet"
                  : "there is more than one organization; name one with --organization:" + names);
}

int run_migrate(const Settings& settings, const std::string& what, int target) {
  auto connection = open_database(settings);
  if (!connection) return report(settings, connection.error());
  if (what == "status") {
    auto status = postgres::migration_status(*connection);
    return status ? print_migrations(settings, *status) : report(settings, status.error());
  }
  const auto progress = [](int number, const std::string& name, bool up) {
    fmt::print(stderr, "{} {} {}\n", up ? "up" : "down", number, name);
  };
  auto done = what == "up"  ? postgres::migrate_up(*connection, progress)
              : target >= 0 ? postgres::migrate_down(*connection, target, progress)
                            : postgres::migrate_down_one(*connection, progress);
  if (!done) return report(settings, done.error());
  print_roles(done->roles);
  return print_migrations(settings, done->done);
}

int run_schema_check(const Settings& settings) {
  auto connection = open_database(settings);
  if (!connection) return report(settings, connection.error());
  auto checked = postgres::check_schema(*connection);
  if (!checked) return report(settings, checked.error());
  Json json{{"matches", checked->matches()},
            {"groups", Json::array()},
            {"differences", Json::array()},
            {"known", Json::array()}};
  for (const auto& group : checked->groups) {
    json["groups"].push_back(
        {{"name", group.name}, {"expected", group.expected}, {"matching", group.matching}});
    if (!settings.json) fmt::print("{:3} of {:3} {}\n", group.matching, group.expected, group.name);
  }
  for (const auto& known : checked->known) {
    json["known"].push_back(
        {{"object", known.object}, {"found", known.found}, {"reason", known.reason}});
    if (!settings.json)
      fmt::print("known difference: {}: {} ({})\n", known.object, known.found, known.reason);
  }
  for (const auto& difference : checked->differences) {
    json["differences"].push_back({{"object", difference.object},
                                   {"expected", difference.expected},
                                   {"found", difference.found}});
    if (!settings.json) fmt::print("DIFFERENCE: {}\n", postgres::describe(difference));
  }
  if (settings.json) fmt::print("{}\n", json.dump());
  if (!settings.json && checked->matches())
    fmt::print("The database matches the documented schema.\n");
  return checked->matches() ? kOk : kRefused;
}

int run_url(const Settings& settings, bool owner, const std::string& organization_id,
            const std::string& user_id) {
  auto url = owner_url(settings);
  if (!url) return report(settings, url.error());
  if (!owner) {
    auto organization =
        organization_id.empty() ? the_organization(settings) : Result<std::string>(organization_id);
    if (!organization) return report(settings, organization.error());
    const auto id = canonical_uuid(*organization);
    const auto user = user_id.empty() ? std::optional<std::string>("") : canonical_uuid(user_id);
    if (!id || !user)
      return report(settings, {ErrorKind::kInvalid, "id.malformed", "give UUIDs", ""});
    auto connection = open_database(settings);
    if (!connection) return report(settings, connection.error());
    if (auto known = check_known(*connection, *id, *user); !known)
      return report(settings, known.error());
    postgres::Readers readers(*connection, *url, settings.data_folder);
    postgres::ReaderSpec spec{reader_name(*id, *user), *id, user->empty() ? std::nullopt : user};
    url = readers.ensure(spec);
    if (!url) return report(settings, url.error());
  }
  fmt::print("{}\n", settings.json ? Json{{"url", *url}}.dump() : *url);
  return kOk;
}

int run_parked_list(const Settings& settings) {
  auto connection = open_database(settings);
  if (!connection) return report(settings, connection.error());
  auto rows = connection->exec(
      "SELECT table_name, record_id, sqlstate, attempts, parked_at, message FROM daybook.parked "
      "ORDER BY parked_at");
  if (!rows) return report(settings, rows.error());
  if (settings.json) {
    fmt::print("{}\n", to_json(*rows).dump());
    return kOk;
  }
  if (rows->rows.empty()) fmt::print("No rows are parked.\n");
  for (const auto& row : rows->rows) {
    fmt::print("{} {}  {} attempts since {}  {}: {}\n", *row[0], *row[1], *row[3], *row[4], *row[2],
               *row[5]);
  }
  return kOk;
}

int run_parked_show(const Settings& settings, const std::string& table,
                    const std::string& record_id) {
  auto connection = open_database(settings);
  if (!connection) return report(settings, connection.error());
  auto rows = connection->exec_params(
      "SELECT * FROM daybook.parked WHERE table_name = $1 AND record_id::text = $2",
      {table, record_id});
  if (!rows) return report(settings, rows.error());
  if (rows->rows.empty())
    return report(settings,
                  {ErrorKind::kNotFound, "parked.not_found", "this row is not parked", ""});
  const Json row = to_json(*rows).front();
  fmt::print("{}\n", settings.json ? row.dump() : row.dump(2));
  return kOk;
}

int run_parked_retry(const Settings& settings) {
  auto address = engine_address(settings);
  if (!address) return report(settings, address.error());
  http::Client client(*address, settings.token);
  auto response = client.post("/v1/parked/retry", "application/json", "{}");
  if (!response) return report(settings, response.error());
  if (response->status != 202 && response->status != 200)
    return report(settings, error_of(*response));
  fmt::print("{}\n", settings.json
                         ? R"({"requested":true})"
                         : "All parked rows are being tried again; see `daybook parked list`.");
  return kOk;
}

}  // namespace daybook::app
