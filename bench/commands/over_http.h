// Load generators that come through the HTTP door, as integrators on the same machine do.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "schemas/command.pb.h"

namespace daybook::bench {

// Each command in a request of its own, over so many connections that are kept; how many were
// accepted per second. Ends the program if one is not answered.
[[nodiscard]] double single_requests(const std::string& address,
                                     const std::vector<Command>& commands, std::size_t connections);

// All of them as one stream of JSON lines.
[[nodiscard]] double stream_of_lines(const std::string& address,
                                     const std::vector<Command>& commands);

}  // namespace daybook::bench
