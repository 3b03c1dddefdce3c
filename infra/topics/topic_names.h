// The four topics of an installation on Kafka.
#pragma once

#include <array>
#include <cstddef>
#include <string>

namespace daybook::topics {

// What Daybook itself puts into the topics, in one record or one batch: a little less than they
// take (see topic_setup.cc), and more than any command, because a copy that is forwarded has more
// headers. An answer can be larger than a command.
inline constexpr std::size_t kCommandBytesMax = 1'060'000;
inline constexpr std::size_t kAnswerBytesMax = 1'180'000;

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
