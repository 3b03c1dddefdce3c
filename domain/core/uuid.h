// Ids as canonical lower-case UUID text, and how the ids of records are derived.
//
// A record's id is UUID version 5 in its organization's namespace, of the name
//   <entity>/x/<namespace>/<external id>           for the first external id in the command that
//   made it, else <entity>/c/<command id>/<member>/<record>      both counted from 0 in the order
//   sent.
// So nothing random is needed, a repeated command cannot make a second record, no id can exist in
// two organizations, and an integrator can compute an id before sending.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace daybook {

using UuidBytes = std::array<std::uint8_t, 16>;

// The canonical text of `text`, or nothing if it is not a UUID in the 8-4-4-4-12 form (any letter
// case).
[[nodiscard]] std::optional<std::string> canonical_uuid(std::string_view text);

// The 16 bytes of a canonical UUID text; behaviour is defined only for canonical text.
[[nodiscard]] UuidBytes uuid_bytes(std::string_view canonical);
[[nodiscard]] std::string uuid_text(const UuidBytes& bytes);

// RFC 4122 version 5 (SHA-1) of `name` in `namespace_id` (canonical text).
[[nodiscard]] std::string uuid_v5(std::string_view namespace_id, std::string_view name);

[[nodiscard]] std::string external_record_id(std::string_view organization_id,
                                             std::string_view entity, std::string_view name_space,
                                             std::string_view external_id);
[[nodiscard]] std::string command_record_id(std::string_view organization_id,
                                            std::string_view entity, std::string_view command_id,
                                            std::uint32_t member, std::uint32_t record);

}  // namespace daybook
