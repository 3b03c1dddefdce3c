// Which partition an organization belongs to: the same as the Java client's default partitioner
// gives for its key.
#pragma once

#include <cstdint>
#include <string_view>

namespace daybook::commands {

// murmur2 of the key, as in the Java client.
[[nodiscard]] std::uint32_t murmur2(std::string_view key);

// `organization_id` is canonical lower-case UUID text: the record key.
[[nodiscard]] std::uint32_t partition_of(std::string_view organization_id,
                                         std::uint32_t partition_count);

}  // namespace daybook::commands
