// The demo data set as commands: three users, eight companies, seven contacts, six pipeline stages,
// seven deals and six activities, brought in as imports, so that their facts come out exactly as
// demo.ndjson has them.
//
// Everything is derived: the organization's id is fixed, the id of a command follows from the
// external id of the record that it creates. So loading twice is harmless: with the same T0 the
// second load repeats the first one's commands byte for byte and gets the same answers. T0, the
// moment that the data is about, is the decision time of create_organization(); a later load reads
// it back from that command's receipt.
//
// Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schemas/command.pb.h"

namespace daybook::demo {

[[nodiscard]] std::string organization_id();

// The id of the command for the record with this external id ("D5"), or "organization".
[[nodiscard]] std::string command_id(const std::string& name);

// To be sent first.
[[nodiscard]] Command create_organization();

// The other commands as JSON, in the order in which they have to be sent. `t0_ms` is milliseconds
// since 1970 UTC.
[[nodiscard]] std::vector<std::string> commands_json(std::int64_t t0_ms);

}  // namespace daybook::demo
