#include "apps/daybook/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "apps/daybook/answer.h"
#include "domain/core/text.h"

namespace daybook::app {
namespace {

std::string environment(const char* name) {
  const char* value =
      std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread is started
  return value == nullptr ? "" : value;
}

std::string trimmed_text(const std::string& text) { return std::string(trimmed(text)); }

// Lines of "name=value"; what follows a # at the beginning is a comment.
Result<void> read_options(const std::string& path, std::map<std::string, std::string>& options) {
  std::ifstream file(path);
  if (!file) return fail(ErrorKind::kInvalid, "config.invalid", "cannot read " + path);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    line = trimmed_text(line);
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.find('=');
    if (equals == std::string::npos) {
      return fail(ErrorKind::kInvalid, "config.invalid",
                  fmt::format("{}, line {}: give name=value", path, number));
    }
    options[trimmed_text(line.substr(0, equals))] = trimmed_text(line.substr(equals + 1));
  }
  return {};
}

// DAYBOOK_KAFKA_SECURITY_PROTOCOL=SASL_SSL is security.protocol=SASL_SSL.
void overlay_options(std::map<std::string, std::string>& options) {
  constexpr std::string_view kPrefix = "DAYBOOK_KAFKA_";
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view line(*each);
    const auto equals = line.find('=');
    if (!line.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    std::string name(line.substr(kPrefix.size(), equals - kPrefix.size()));
    if (name == "CONFIG") continue;
    std::replace(name.begin(), name.end(), '_', '.');
    lower(name);
    options[name] = line.substr(equals + 1);
  }
}

Result<std::optional<std::uint64_t>> mebibytes(const char* name) {
  const std::string text = environment(name);
  if (text.empty()) return std::optional<std::uint64_t>();
  constexpr unsigned kDigitsMax = 9;
  const bool number =
      text.size() <= kDigitsMax && text.find_first_not_of("0123456789") == std::string::npos;
  if (number) return std::stoull(text) << 20U;
  return fail(ErrorKind::kInvalid, "config.invalid",
              fmt::format("{}: give a whole number of MiB", name));
}

}  // namespace

Result<Settings> settings_from_environment() {
  Settings settings;
  if (const auto data = environment("DAYBOOK_DATA"); !data.empty()) settings.data_folder = data;
  if (const auto http = environment("DAYBOOK_HTTP"); !http.empty()) {
    settings.http = http;
    settings.http_given = true;
  }
  if (const auto log = environment("DAYBOOK_LOG"); !log.empty()) settings.log = log;
  if (const auto brokers = environment("DAYBOOK_BROKERS"); !brokers.empty())
    settings.brokers = brokers;
  if (const auto prefix = environment("DAYBOOK_TOPIC_PREFIX"); !prefix.empty())
    settings.topic_prefix = prefix;
  if (const auto file = environment("DAYBOOK_KAFKA_CONFIG"); !file.empty())
    DAYBOOK_TRY(read_options(file, settings.kafka));
  overlay_options(settings.kafka);
  settings.token_file = environment("DAYBOOK_TOKEN_FILE");
  settings.token = environment("DAYBOOK_TOKEN");
  settings.database_url = environment("DATABASE_URL");
  DAYBOOK_ASSIGN(state_memory, mebibytes("DAYBOOK_STATE_MEMORY"));
  settings.state_memory = state_memory;
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
