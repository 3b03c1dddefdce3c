#include "apps/daybook/settings.h"

#include <fmt/format.h>
#include <signal.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

namespace daybook::app {
namespace {

std::string environment(const char* name) {
  const char* value =
      std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread is started
  return value == nullptr ? "" : value;
}

}  // namespace

Settings settings_from_environment() {
  Settings settings;
  if (const auto data = environment("DAYBOOK_DATA"); !data.empty()) settings.data_folder = data;
  if (const auto http = environment("DAYBOOK_HTTP"); !http.empty()) {
    settings.http = http;
    settings.http_given = true;
  }
  if (const auto log = environment("DAYBOOK_LOG"); !log.empty()) settings.log = log;
  settings.token_file = environment("DAYBOOK_TOKEN_FILE");
  settings.token = environment("DAYBOOK_TOKEN");
  settings.database_url = environment("DATABASE_URL");
  return settings;
}

std::optional<std::string> running_address(const Settings& settings) {
  std::ifstream file(settings.data_folder / "up.address");
  std::string address;
  pid_t process = 0;
  if (!(file >> address >> process)) return std::nullopt;
  // A process that was killed leaves the file behind.
  if (::kill(process, 0) != 0) return std::nullopt;
  return address;
}

int report(const Settings& settings, const Error& error) {
  if (settings.json) {
    const nlohmann::json json{{"error",
                               {{"kind", std::string(to_string(error.kind))},
                                {"code", error.code},
                                {"message", error.detail}}}};
    fmt::print(stderr, "{}\n", json.dump());
  } else {
    fmt::print(stderr, "daybook: {} ({})\n", error.detail, error.code);
  }
  const bool again =
      error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kUnknownOutcome;
  return again ? kUnavailable : kFailed;
}

}  // namespace daybook::app
