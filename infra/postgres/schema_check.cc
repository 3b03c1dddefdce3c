#include "infra/postgres/schema_check.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "infra/postgres/documented_schema.h"
#include "infra/postgres/embedded_files.h"

namespace daybook::postgres {
namespace {

struct LiveSchema {
  std::map<std::string, std::string>
      objects;  // definitions by "<kind> <name>", as in the documented schema
  std::vector<std::pair<std::string, std::string>> readable;  // column, "by <role>"
};

Result<LiveSchema> read_live(Connection& connection) {
  DAYBOOK_ASSIGN(transaction, Transaction::begin(connection));
  DAYBOOK_ASSIGN(present, connection.exec("SELECT to_regprocedure('daybook.role_name(text)')"));
  if (!present.rows.at(0).at(0)) {
    return fail(ErrorKind::kNotFound, "schema.not_migrated",
                "the database has no schema of Daybook: run daybook migrate up");
  }
  DAYBOOK_TRY(connection.exec("SET LOCAL search_path = ''"));
  DAYBOOK_ASSIGN(found, connection.exec(std::string(embedded_text("live_catalogue.sql"))));
  DAYBOOK_TRY(transaction.commit());
  LiveSchema live;
  for (const Row& row : found.rows) {
    const std::string kind = row[0].value_or("");
    if (kind == "readable") {
      live.readable.emplace_back(row[1].value_or(""), row[2].value_or(""));
    } else {
      live.objects[kind + " " + row[1].value_or("")] = row[2].value_or("");
    }
  }
  return live;
}

// PostgreSQL prints expressions with brackets and quotes that nobody wrote.
std::string comparable(const std::string& definition) {
  constexpr std::string_view kDecoration = " \t\n()\"";
  std::string text;
  for (const char c : definition) {
    if (kDecoration.find(c) == std::string_view::npos) {
      text.push_back(c);
    }
  }
  return text;
}

// An object without a definition of its own still has to read as something.
std::string shown(const std::string& definition) {
  return definition.empty() ? "present" : definition;
}

void compare_documented(const DocumentedSchema& documented, const LiveSchema& live,
                        SchemaReport& report) {
  std::map<std::string, SchemaGroup> groups;
  for (const auto& [name, object] : documented.objects) {
    SchemaGroup& group = groups[object.group];
    group.name = object.group;
    ++group.expected;
    const auto found = live.objects.find(name);
    if (found == live.objects.end()) {
      report.differences.push_back({name, shown(object.definition), ""});
    } else if (comparable(found->second) != comparable(object.definition)) {
      report.differences.push_back({name, shown(object.definition), shown(found->second)});
    } else {
      ++group.matching;
      if (!object.reason.empty()) {
        report.known.push_back({name, shown(found->second), object.reason});
      }
    }
  }
  for (auto& [name, group] : groups) {
    report.groups.push_back(std::move(group));
  }
}

void compare_live(const DocumentedSchema& documented, const LiveSchema& live,
                  SchemaReport& report) {
  for (const auto& [name, definition] : live.objects) {
    if (!documented.objects.contains(name)) {
      report.differences.push_back({name, "", shown(definition)});
    }
  }
  for (const auto& readable : live.readable) {
    const std::string& column = readable.first;
    const bool login_owned =
        std::any_of(documented.login_owned.begin(), documented.login_owned.end(),
                    [&](const std::string& owned) {
                      return owned.ends_with('.') ? column.starts_with(owned) : column == owned;
                    });
    if (login_owned) {
      report.differences.push_back(
          {"column " + column, "readable by no reader", "readable " + readable.second});
    }
  }
}

}  // namespace

Result<SchemaReport> check_schema(Connection& connection) {
  DAYBOOK_ASSIGN(live, read_live(connection));
  SchemaReport report;
  compare_documented(documented_schema(), live, report);
  compare_live(documented_schema(), live, report);
  return report;
}

std::string describe(const SchemaDifference& difference) {
  if (difference.found.empty()) {
    return difference.object + ": missing; expected " + difference.expected;
  }
  if (difference.expected.empty()) {
    return difference.object + ": not documented; found " + difference.found;
  }
  return difference.object + ": expected " + difference.expected + ", found " + difference.found;
}

}  // namespace daybook::postgres
