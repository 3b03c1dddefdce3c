// The owner's session with the database, for subcommands that look at it directly.
#pragma once

#include <string>

#include "apps/daybook/settings.h"
#include "infra/postgres/connection.h"

namespace daybook::app {

// kUnavailable "cluster.stopped" if the private cluster is there but does not run.
[[nodiscard]] Result<postgres::Connection> open_database(const Settings& settings);

// The id of the only organization; kInvalid if there is none or more than one.
[[nodiscard]] Result<std::string> the_organization(const Settings& settings);

}  // namespace daybook::app
