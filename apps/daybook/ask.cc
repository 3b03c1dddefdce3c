// Subcommands that ask about commands and records: receipt, history, status.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/daybook/answer.h"
#include "apps/daybook/database.h"
#include "apps/daybook/door.h"
#include "apps/daybook/running.h"
#include "apps/daybook/subcommands.h"
#include "domain/core/schema.h"
#include "infra/http/client.h"

namespace daybook::app {
namespace {

using Json = nlohmann::ordered_json;

int print(const Settings& settings, const std::string& json) {
  fmt::print("{}\n", settings.json ? json : Json::parse(json).dump(2));
  return kOk;
}

std::string text_of(const Json& change, const char* member) {
  return change.contains(member) ? "\"" + change[member].get<std::string>() + "\"" : "nothing";
}

void print_entry(const Json& entry) {
  fmt::print("version {}  {}  {} by {} ({}, command {})\n", entry.value("version", 0),
             entry.value("decidedAt", ""), entry.value("event", ""), entry.value("actor", ""),
             entry.value("command", ""), entry.value("commandId", ""));
  for (const Json& change : entry.value("changes", Json::array())) {
    fmt::print("    {}: {} -> {}\n", change.value("field", ""), text_of(change, "oldValue"),
               text_of(change, "newValue"));
  }
}

std::string trouble_of(const Json& part) {
  const std::string trouble = part.value("trouble", "");
  return trouble.empty() ? "" : ": " + trouble;
}

// Who does it, where several processes share the work; empty where there is but one.
std::string owner_of(const Json& part) {
  if (!part.contains("owner")) return "";
  const std::string owner = part.value("owner", "");
  return owner.empty() ? " by nobody" : " (" + owner + ")";
}

// Where another process does it, or none.
std::string elsewhere(const Json& part) {
  return part.value("owner", "").empty() && part.contains("owner") ? "" : " elsewhere";
}

std::string answers_of(const Json& commands) {
  const auto count = commands.value("answersOnTheirWay", 0LL);
  return count == 0 ? "" : fmt::format(", {} answers on their way", count);
}

std::string next_of(const Json& part, const char* name) {
  return part.contains(name) ? fmt::format(", next offset {}", part.value(name, 0LL)) : "";
}

std::string lag_of(const Json& part) {
  if (!part.contains("lagRecords")) return "";
  return fmt::format(", lag {} records, {:.1f} s", part.value("lagRecords", 0LL),
                     part.value("lagSeconds", 0.0));
}

void print_commands(const Json& commands) {
  if (!commands.contains("owns") || !commands.value("assigned", true)) {
    fmt::print("  commands: decided{}{}{}{}\n", elsewhere(commands), owner_of(commands),
               next_of(commands, "nextCommand"), lag_of(commands));
    return;
  }
  fmt::print(
      "  commands: {}{} at sequence {}, {} accepted, {} rejected, {} waiting{}{}, {} void "
      "records{}\n",
      commands.value("decides", false) ? "deciding" : "NOT deciding", owner_of(commands),
      commands.value("sequence", 0LL), commands.value("accepted", 0LL),
      commands.value("rejected", 0LL), commands.value("queue", 0LL), lag_of(commands),
      answers_of(commands), commands.value("voidRecords", 0LL), trouble_of(commands));
}

void print_projection(const Json& projection) {
  if (!projection.contains("running") || !projection.value("assigned", true)) {
    fmt::print("  read tables: followed{}{}{}{}\n", elsewhere(projection), owner_of(projection),
               next_of(projection, "nextOffset"), lag_of(projection));
    return;
  }
  fmt::print("  read tables: {}{} at sequence {}{}, {} parked{}\n",
             projection.value("running", false) ? "following" : "STOPPED", owner_of(projection),
             projection.value("sequence", 0LL), lag_of(projection), projection.value("parked", 0LL),
             trouble_of(projection));
}

void print_status(const Json& status) {
  const Json& log = status["log"];
  fmt::print("log {} ({}), {} partition(s)\n", log.value("id", ""), log.value("kind", ""),
             log.value("partitions", 0));
  for (const Json& partition : status["partitions"]) {
    fmt::print("partition {}\n", partition.value("partition", 0));
    if (partition.contains("commands")) print_commands(partition["commands"]);
    if (partition.contains("projection")) print_projection(partition["projection"]);
  }
}

}  // namespace

int run_receipt(const Settings& settings, const std::string& organization_id,
                const std::string& command_id) {
  auto door = open_door(settings);
  if (!door) return report(settings, door.error());
  auto receipt = (*door)->receipt(organization_id, command_id);
  if (!receipt) return report(settings, receipt.error());
  return print(settings, *receipt);
}

int run_history(const Settings& settings, const std::string& organization_id,
                const std::string& entity, const std::string& reference) {
  if (schema::entity_named(entity) == ENTITY_UNSPECIFIED) {
    return report(settings, {ErrorKind::kInvalid, "entity.unknown",
                             "there is no kind of record called " + entity, ""});
  }
  std::string organization = organization_id;
  if (organization.empty()) {
    auto only = the_organization(settings);
    if (!only) {
      Error error = std::move(only).error();
      if (may_try_again(error.kind)) error.detail += "; or give --organization";
      return report(settings, error);
    }
    organization = *only;
  }
  auto door = open_door(settings);
  if (!door) return report(settings, door.error());
  auto history = (*door)->history(organization, entity, reference);
  if (!history) return report(settings, history.error());
  if (settings.json) return print(settings, *history);
  const Json parsed = Json::parse(*history);
  fmt::print("{} {}\n", entity, parsed.value("id", ""));
  for (const Json& entry : parsed.value("entries", Json::array())) print_entry(entry);
  return kOk;
}

int run_status(const Settings& settings) {
  auto address = engine_address(settings);
  if (!address) return report(settings, address.error());
  http::Client client(*address, settings.token);
  auto response = client.get("/v1/status");
  if (!response) return report(settings, response.error());
  if (response->status != 200) return report(settings, error_of(*response));
  if (settings.json) {
    fmt::print("{}\n", response->body);
  } else {
    print_status(Json::parse(response->body));
  }
  return kOk;
}

}  // namespace daybook::app
