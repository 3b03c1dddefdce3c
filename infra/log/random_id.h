// Ids from the operating system's randomness: of new logs and of the owners of partitions.
#pragma once

#include <string>

namespace daybook::log {

// A random UUID (version 4) as its 16 bytes.
[[nodiscard]] std::string random_uuid_bytes();
// The same as canonical text.
[[nodiscard]] std::string random_uuid_text();

}  // namespace daybook::log
