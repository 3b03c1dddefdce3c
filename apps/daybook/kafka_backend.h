// What the subcommands about topics share with the engine on Kafka.
#pragma once

#include <memory>

#include "apps/daybook/settings.h"
#include "infra/kafka/admin.h"
#include "infra/topics/topic_names.h"

namespace daybook::app {

[[nodiscard]] topics::TopicNames topic_names(const Settings& settings);

// Checked; errors name what is wrong with them.
[[nodiscard]] Result<kafka::Options> kafka_options(const Settings& settings);

}  // namespace daybook::app
