// Subcommands about the dead letters.
#include "infra/topics/dead_letters.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "apps/daybook/kafka_backend.h"
#include "apps/daybook/subcommands.h"
#include "commands/intake.h"
#include "domain/core/time.h"

namespace daybook::app {
namespace {

namespace header = commands::header;
using topics::DeadLetter;
using topics::DeadLetters;
using Json = nlohmann::ordered_json;

Json nullable(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

Json json_of(const DeadLetter& letter) {
  Json json = {{"name", letter.name()},
               {"at", timestamp_text(letter.timestamp_ms)},
               {"origin", letter.header(header::kOrigin)},
               {"code", letter.header(header::kErrorCode)},
               {"message", letter.header(header::kErrorMessage)},
               {"path", letter.header(header::kErrorPath)}};
  json["key"] = nullable(letter.record.key);
  return json;
}

// Rubbish need not be UTF-8.
std::string text_of(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// Calls `use` with the letters that the user means.
int with_letters(const Settings& settings, const std::string& name,
                 const std::function<Result<void>(DeadLetters&, const DeadLetter&)>& use) {
  const auto run = [&]() -> Result<void> {
    DAYBOOK_ASSIGN(cluster, open_cluster(settings));
    DeadLetters letters(*cluster.admin, cluster.connection, cluster.names);
    if (name == "all") {
      DAYBOOK_ASSIGN(all, letters.list());
      Result<void> done;
      for (const DeadLetter& letter : all) {
        auto used = use(letters, letter);
        if (!used)
          spdlog::error("{}: {} ({})", letter.name(), used.error().detail, used.error().code);
        if (!used) done = std::move(used);  // one that cannot be done with keeps no other one back
      }
      return done;
    }
    DAYBOOK_ASSIGN(letter, letters.find(name));
    return use(letters, letter);
  };
  const auto done = run();
  return done ? kOk : report(settings, done.error());
}

}  // namespace

int run_dead_letters_list(const Settings& settings) {
  auto list = Json::array();
  const int code =
      with_letters(settings, "all", [&](DeadLetters&, const DeadLetter& letter) -> Result<void> {
        const Json json = json_of(letter);
        list.push_back(json);
        if (!settings.json) {
          fmt::print("{:10} {}  from {:10} {}: {}\n", letter.name(), json.value("at", ""),
                     json.value("origin", ""), json.value("code", ""), json.value("message", ""));
        }
        return {};
      });
  if (code == kOk && settings.json) fmt::print("{}\n", text_of(list));
  if (code == kOk && !settings.json && list.empty()) fmt::print("there are no dead letters\n");
  return code;
}

int run_dead_letters_show(const Settings& settings, const std::string& name) {
  return with_letters(settings, name, [&](DeadLetters&, const DeadLetter& letter) -> Result<void> {
    Json json = json_of(letter);
    json["headers"] = Json::array();
    for (const auto& [header_name, value] : letter.record.headers)
      json["headers"].push_back({{"name", header_name}, {"value", value}});
    json["value"] = nullable(letter.record.value);
    fmt::print("{}\n", text_of(json, settings.json ? -1 : 2));
    return {};
  });
}

int run_dead_letters_retry(const Settings& settings, const std::string& name) {
  return with_letters(settings, name,
                      [](DeadLetters& letters, const DeadLetter& letter) -> Result<void> {
                        DAYBOOK_ASSIGN(id, letters.retry(letter));
                        fmt::print("{} sent again as command {}\n", letter.name(), id);
                        return {};
                      });
}

int run_dead_letters_drop(const Settings& settings, const std::string& name) {
  return with_letters(settings, name,
                      [](DeadLetters& letters, const DeadLetter& letter) -> Result<void> {
                        DAYBOOK_TRY(letters.drop(letter));
                        fmt::print("{} dropped\n", letter.name());
                        return {};
                      });
}

}  // namespace daybook::app
