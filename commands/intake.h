// A record of the commands topic, taken in: routed by its raw key before anything is decoded, then
// decoded and checked for what a decision needs to begin with.
//
// Pure; every function is thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "commands/submission.h"

namespace daybook::commands {

// What a sender may put into a value: as much as over HTTP, whatever the topic takes.
inline constexpr std::size_t kValueBytesMax = 1'048'576;

[[nodiscard]] Error value_too_large(std::size_t bytes);

// Headers that Daybook itself reads or writes.
namespace header {
inline constexpr const char* kContentType = "content-type";
inline constexpr const char* kOrigin = "origin";  // "partition:offset" of the record that was sent
inline constexpr const char* kHops = "hops";      // how often it was forwarded
inline constexpr const char* kCommandId = "command-id";
inline constexpr const char* kRetryOf = "retry-of";
inline constexpr const char* kReplyTo = "reply-to";  // comes back with the result
inline constexpr const char* kOutcome = "outcome";
inline constexpr const char* kOutcomeOffset = "outcome-offset";
inline constexpr const char* kCorrelationId = "correlation-id";
inline constexpr const char* kTraceparent = "traceparent";
inline constexpr const char* kErrorCode = "error-code";
inline constexpr const char* kErrorMessage = "error-message";
inline constexpr const char* kErrorPath = "error-path";
inline constexpr const char* kSettles = "settles";  // the dead letter that this record settles
inline constexpr const char* kHow = "how";
}  // namespace header

[[nodiscard]] std::optional<std::string> find_header(const Headers& headers, std::string_view name);
// One that means something only when Daybook itself has written it.
[[nodiscard]] bool is_own_header(std::string_view name);
// Where a record was first sent to: "partition:offset". A sender's own header counts for nothing.
[[nodiscard]] std::string origin_of(const CommandRecord& record, std::uint32_t partition);
[[nodiscard]] std::string place_text(std::uint32_t partition, std::int64_t offset);

// Where the records come from.
struct IntakePlace {
  std::string log_id;
  std::uint64_t generation = 0;
  std::uint32_t partition = 0;
  std::uint32_t partition_count = 1;
};

// The partition that a record belongs to, if that is another one and it was not forwarded before.
[[nodiscard]] std::optional<std::uint32_t> other_partition(const CommandRecord& record,
                                                           const IntakePlace& place);

// The copy that goes there.
[[nodiscard]] TopicRecord copy_of(const CommandRecord& record, const IntakePlace& place);

// What became of that.
struct Routed {
  bool elsewhere = false;
  std::optional<Error> refusal = {};  // why no copy could be put there
};

// The record as something that can be decided, or with the reasons why it cannot. A command without
// an id gets one derived from where it was first sent to, so that a second copy of it is a repeat.
[[nodiscard]] Submission take_in(CommandRecord record, const IntakePlace& place, Routed routed);

}  // namespace daybook::commands
