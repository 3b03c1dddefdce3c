#include "apps/daybook/settings.h"

#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "apps/daybook/answer.h"

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

int report(const Settings& settings, const Error& error) {
  if (settings.json) {
    const nlohmann::json json{{"error",
                               {{"kind", std::string(to_string(error.kind))},
                                {"code", error.code},
                                {"message", error.detail}}}};
    // A path in it need not be UTF-8.
    fmt::print(stderr, "{}\n", json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print(stderr, "daybook: {} ({})\n", error.detail, error.code);
  }
  return may_try_again(error.kind) ? kUnavailable : kFailed;
}

}  // namespace daybook::app
