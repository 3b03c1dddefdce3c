#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/daybook/demo/demo.h"
#include "apps/daybook/door.h"
#include "apps/daybook/subcommands.h"
#include "commands/codec/json.h"
#include "domain/core/time.h"

namespace daybook::app {
namespace {

// T0 is the decision time of the organization's creation, read from its receipt: the same on every
// later day.
Result<std::int64_t> find_t0(const std::string& receipt) {
  const auto json = nlohmann::json::parse(receipt, nullptr, false);
  const auto decided_at = parse_timestamp(json.value("decidedAt", ""));
  if (json.value("outcome", "") == "accepted" && decided_at) return *decided_at;
  return fail(ErrorKind::kConflict, "seed.refused",
              "the demo organization could not be created: " + receipt);
}

Result<std::vector<SentAnswer>> seed(Door& door) {
  DAYBOOK_ASSIGN(created, door.send({codec::encode_json(demo::create_organization())}));
  DAYBOOK_ASSIGN(t0, find_t0(created.front().json));
  DAYBOOK_ASSIGN(answers, door.send(demo::commands_json(t0)));
  answers.insert(answers.begin(), std::move(created.front()));
  return answers;
}

// What can be sent now: the organization alone while nobody has created it, because the others are
// dated by its decision time; after that all of them.
Result<std::vector<std::string>> sendable(Door& door) {
  std::vector<std::string> lines{codec::encode_json(demo::create_organization())};
  auto receipt = door.receipt(demo::organization_id(), demo::command_id("organization"));
  if (!receipt && receipt.error().kind == ErrorKind::kNotFound) return lines;
  if (!receipt) return fail(std::move(receipt).error());
  DAYBOOK_ASSIGN(t0, find_t0(*receipt));
  for (std::string& line : demo::commands_json(t0)) lines.push_back(std::move(line));
  return lines;
}

int print_demo(const Settings& settings, Door& door) {
  const auto lines = sendable(door);
  if (!lines) return report(settings, lines.error());
  for (const std::string& line : *lines) fmt::print("{}\n", line);
  return kOk;
}

}  // namespace

int run_seed_demo(const Settings& settings, bool print) {
  auto door = open_door(settings);
  if (!door) return report(settings, door.error());
  if (print) return print_demo(settings, **door);
  auto answers = seed(**door);
  if (!answers) return report(settings, answers.error());
  std::size_t accepted = 0;
  std::size_t repeated = 0;
  for (const SentAnswer& answer : *answers) {
    const auto json = nlohmann::json::parse(answer.json, nullptr, false);
    if (answer.outcome == "accepted") ++accepted;
    if (json.value("repeated", false)) ++repeated;
    if (answer.outcome != "accepted") fmt::print(stderr, "{}\n", answer.json);
  }
  if (settings.json) {
    fmt::print("{}\n", nlohmann::ordered_json{{"organization", demo::organization_id()},
                                              {"commands", answers->size()},
                                              {"accepted", accepted},
                                              {"known", repeated}}
                           .dump());
  } else {
    fmt::print("{} commands: {} accepted, {} of them known already\n", answers->size(), accepted,
               repeated);
  }
  return accepted == answers->size() ? kOk : kRefused;
}

}  // namespace daybook::app
