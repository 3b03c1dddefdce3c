// What the subcommands about topics share with the engine on Kafka.
#pragma once

#include <memory>

#include "apps/daybook/settings.h"
#include "infra/kafka/admin.h"
#include "infra/topics/topic_names.h"

namespace daybook::app {

struct Cluster {
  kafka::Options connection;
  topics::TopicNames names;
  std::unique_ptr<kafka::Admin> admin;
};

// Does not wait for a broker. Errors name the setting that is wrong.
[[nodiscard]] Result<Cluster> open_cluster(const Settings& settings);

}  // namespace daybook::app
