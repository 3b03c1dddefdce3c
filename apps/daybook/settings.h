// What every subcommand shares: where the data is, where the engine listens, how to print. Read
// once, in main.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "domain/core/result.h"

namespace daybook::app {

struct Settings {
  std::filesystem::path data_folder = ".daybook";  // --data, else DAYBOOK_DATA
  std::string http = "127.0.0.1:7420";             // --http, else DAYBOOK_HTTP
  bool http_given = false;                         // by --http or DAYBOOK_HTTP
  std::string token_file;        // --token-file, else DAYBOOK_TOKEN_FILE: who may send what
  std::string token;             // DAYBOOK_TOKEN: the CLI's own token
  std::string database_url;      // DATABASE_URL; empty: the private cluster
  std::string log = "embedded";  // DAYBOOK_LOG: embedded or kafka
  std::string brokers = "127.0.0.1:9092";  // DAYBOOK_BROKERS
  std::string topic_prefix = "crm";        // DAYBOOK_TOPIC_PREFIX
  // Options of librdkafka by its names: of the file DAYBOOK_KAFKA_CONFIG, overlaid with
  // DAYBOOK_KAFKA_<NAME>, where NAME has underscores for dots and upper case.
  std::map<std::string, std::string> kafka;
  std::optional<std::uint64_t> state_memory;  // bytes; DAYBOOK_STATE_MEMORY in MiB
  bool json = false;                          // --json
};

// Exit codes of all subcommands.
enum ExitCode {
  kOk = 0,
  kFailed = 1,       // it could not be done
  kRefused = 2,      // a command was refused, or a check found differences
  kUnavailable = 3,  // nobody answers, or the outcome is unknown: try again
  kUsage = 64,
};

// Defaults, overlaid with the environment. kInvalid "config.invalid" for a file that cannot be
// read, or a number that is none.
[[nodiscard]] Result<Settings> settings_from_environment();

// Prints an error for a person (or as JSON) to stderr and gives the exit code for its kind.
int report(const Settings& settings, const Error& error);

}  // namespace daybook::app
