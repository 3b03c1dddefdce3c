// The four topics of an installation on Kafka.
#pragma once

#include <array>
#include <string>

namespace daybook::topics {

struct TopicNames {
  std::string commands = "crm.commands";
  std::string events = "crm.events";
  std::string results = "crm.results";
  std::string dead_letters = "crm.commands.dead-letter";

  [[nodiscard]] std::array<std::string, 4> all() const {
    return {commands, events, results, dead_letters};
  }
};

}  // namespace daybook::topics
