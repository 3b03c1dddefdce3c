// Daybook on a real broker, as its users run it, and kcat beside it.
//
// The names of the topics keep the installations of a test program apart, which share its broker.
// Every function throws, or fails the test, when it cannot do what it says in time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/shared.h"

namespace daybook::testing {

inline constexpr int kPartitions = 3;

// The environment of an installation whose topics begin with `prefix`, on a new database.
[[nodiscard]] std::vector<std::string> kafka_environment(const std::string& prefix);
void create_topics(const Installation& daybook);

// Until `done` is true; it should itself take a while to find out.
void await(const std::string& what, const std::function<bool()>& done);

// A record as kcat shows it.
struct SeenRecord {
  int partition = 0;
  std::int64_t offset = 0;
  std::string key;
  std::map<std::string, std::string> headers;
  std::string value;

  [[nodiscard]] Json json() const { return Json::parse(value, nullptr, false); }
};

// All that a topic holds now.
[[nodiscard]] std::vector<SeenRecord> read_topic(const std::string& topic);
// The results of `prefix` whose header has this value; waits until there are so many.
[[nodiscard]] std::vector<SeenRecord> await_results(const std::string& prefix,
                                                    const std::string& header,
                                                    const std::string& value,
                                                    std::size_t count = 1);

// Publishes one line to the commands topic of `prefix` by kcat, with these further options.
void publish(const std::string& prefix, const std::string& line,
             const std::vector<std::string>& options = {});
// The same for a command, its organization as the key; its result.
[[nodiscard]] SeenRecord ask_by_kcat(const std::string& prefix, const Json& command,
                                     const std::vector<std::string>& options = {});

}  // namespace daybook::testing
