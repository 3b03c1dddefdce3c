// Commands from bytes, as senders give them, and what makes two commands the same.
//
// Errors: every fault found, kind kInvalid, with code, path and remedy. Nothing here applies the
// rules of single fields (daybook::normalize does). Every function is thread-safe, throws nothing,
// and takes bounded time and memory for any input of bounded length.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tl/expected.hpp>

#include "domain/core/validate.h"
#include "schemas/command.pb.h"

namespace daybook::codec {

enum class ContentType { kProtobuf, kJson };

// The type that a content-type header names, parameters aside; nothing if it is one that we do not
// read. No header (empty) means raw bytes: protobuf.
[[nodiscard]] std::optional<ContentType> content_type_of(std::string_view header_value);

[[nodiscard]] tl::expected<Command, Violations> decode_command(std::string_view bytes,
                                                               ContentType type);

// SHA-256 over organization, actor and the body (action or batch, expected versions and import
// marks included): equal for the same request in JSON and in protobuf. Ids of the command,
// correlation, tracing and retry do not count.
using PayloadHash = std::array<std::uint8_t, 32>;
[[nodiscard]] PayloadHash payload_hash(const Command& command);

}  // namespace daybook::codec
