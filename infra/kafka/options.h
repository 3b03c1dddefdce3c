// How to reach a Kafka cluster: what every client of this library is opened with.
#pragma once

#include <map>
#include <string>

#include "domain/core/result.h"

namespace daybook::kafka {

struct Options {
  std::string brokers;                // "host:port,host:port"
  std::string client_id = "daybook";  // shown in the broker's log and in `daybook topics`
  // Any other options of librdkafka, by its names: security, buffers, compression. Those that the
  // engine relies on cannot be set.
  std::map<std::string, std::string> extra;
};

// Errors: kInvalid "config.fixed" for an option that is not the user's to set, "config.invalid" for
// one that librdkafka does not know, or its value; `path` names the option. Values of secrets are
// not repeated.
[[nodiscard]] Result<void> check(const Options& options);

}  // namespace daybook::kafka
