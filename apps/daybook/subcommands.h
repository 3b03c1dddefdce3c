// The subcommands. Each returns the exit code (settings.h); main only parses the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "apps/daybook/engine.h"
#include "apps/daybook/settings.h"

namespace daybook::app {

// `partitions`: of a new log; an existing one must have as many if it is given.
int run_up(const Settings& settings, Roles roles, std::optional<std::uint32_t> partitions,
           Wiring wiring = {});
int run_send(const Settings& settings, const std::string& source);
int run_receipt(const Settings& settings, const std::string& organization_id,
                const std::string& command_id);
int run_history(const Settings& settings, const std::string& organization_id,
                const std::string& entity, const std::string& reference);
int run_status(const Settings& settings);
int run_seed_demo(const Settings& settings, bool print);
int run_migrate(const Settings& settings, const std::string& what, int target);
int run_schema_check(const Settings& settings);
int run_url(const Settings& settings, bool owner, const std::string& organization_id,
            const std::string& user_id);
int run_parked_list(const Settings& settings);
int run_parked_show(const Settings& settings, const std::string& table,
                    const std::string& record_id);
int run_parked_retry(const Settings& settings);
int run_doctor(const Settings& settings);
// `replication` 0: three, or as many as there are brokers.
int run_topics_create(const Settings& settings, std::uint32_t partitions, int replication);
int run_topics_check(const Settings& settings);
int run_topics_accept_commands(const Settings& settings);
int run_dead_letters_list(const Settings& settings);
int run_dead_letters_show(const Settings& settings, const std::string& name);
// "all" stands for every one that there is.
int run_dead_letters_retry(const Settings& settings, const std::string& name);
int run_dead_letters_drop(const Settings& settings, const std::string& name);

}  // namespace daybook::app
