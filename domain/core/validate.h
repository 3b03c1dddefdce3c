// Field validation, derived from the schemas' field options (never written by hand for one field).
//
// Order of the rules for text: trim, empty becomes absent, letter case, length in characters,
// format. Unknown members, unknown enum numbers, NUL and invalid UTF-8 are refused. Every fault
// found is reported with its path.
#pragma once

#include <string>
#include <vector>

#include "domain/core/place.h"
#include "domain/core/result.h"
#include "domain/core/schema.h"

namespace daybook {

using Violations = std::vector<Error>;

// Brings `message` (a whole command or a part of one) into its normal form in place and returns
// every violation. `path` is put before the paths of the message's fields; the members `fields` and
// `set` add nothing to a path.
[[nodiscard]] Violations normalize(google::protobuf::Message& message,
                                   const std::string& path = {});

// What every encoding says alike, wherever it finds the fault.
[[nodiscard]] Error time_out_of_range(Format format, std::string path = {});
[[nodiscard]] Error nul_in_text(std::string path = {});
[[nodiscard]] Error nul_in_name(std::string path);

}  // namespace daybook
