#include "commands/intake.h"

#include <algorithm>

#include "commands/codec/decode.h"
#include "commands/routing.h"
#include "domain/core/text.h"
#include "domain/core/uuid.h"

namespace daybook::commands {
namespace {

Error refusal(std::string code, std::string detail, std::string path = {}) {
  return {ErrorKind::kInvalid, std::move(code), std::move(detail), std::move(path)};
}

std::string derived_id(const CommandRecord& record, const IntakePlace& place) {
  return uuid_v5(place.log_id, "command/" + std::to_string(place.generation) + "/" +
                                   origin_of(record, place.partition));
}

// The id that text which cannot be decoded seems to give, so that its sender recognizes the answer.
std::string id_in_text(std::string_view text) {
  constexpr std::size_t kUuidSize = 36;
  constexpr std::size_t kBetweenMax = 8;  // quotes, colon, blanks
  for (const std::string_view name : {"\"commandId\"", "\"command_id\""}) {
    const std::size_t at = text.find(name);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = text.substr(at + name.size(), kBetweenMax + kUuidSize);
    const std::size_t start = rest.find_first_of("0123456789abcdefABCDEF");
    if (start == std::string_view::npos) continue;
    if (auto id = canonical_uuid(rest.substr(start, kUuidSize))) return *id;
  }
  return "";
}

Violations decode(const CommandRecord& record, Command& command) {
  if (!record.value || record.value->empty())
    return {refusal("value.missing", "the record has no value; give the command in it")};
  if (record.value->size() > kValueBytesMax) {
    command.set_command_id(id_in_text(*record.value));
    return {value_too_large(record.value->size())};
  }
  // No protobuf command begins with a brace, so JSON is known without a header too.
  const bool json = record.value->front() == '{';
  const auto type = codec::content_type_of(
      find_header(record.headers, header::kContentType).value_or(json ? "application/json" : ""));
  if (!type) {
    return {refusal("content_type.unknown",
                    "the header content-type has to say application/json or "
                    "application/x-protobuf; without it a value that begins with { is JSON, "
                    "any other protobuf")};
  }
  auto decoded = codec::decode_command(*record.value, *type);
  if (decoded) {
    command = *std::move(decoded);
    return {};
  }
  command.set_command_id(id_in_text(*record.value));
  return std::move(decoded).error();
}

void check_id(std::string* text, const char* path, Violations& violations) {
  if (auto canonical = canonical_uuid(trimmed(*text))) {
    *text = *canonical;
  } else {
    violations.push_back(refusal(text->empty() ? "field.required" : "id.malformed",
                                 "give a UUID; a command needs its organization", path));
    text->clear();
  }
}

Violations check_address(const CommandRecord& record, const IntakePlace& place, Command& command) {
  Violations violations;
  if (command.command_id().empty()) command.set_command_id(derived_id(record, place));
  check_id(command.mutable_command_id(), "commandId", violations);
  check_id(command.mutable_organization_id(), "organizationId", violations);
  if (violations.empty() && command.organization_id() != *record.key) {
    violations.push_back(refusal(
        "key.not_the_organization",
        "the record's key has to be the command's organization, as a lower-case UUID with hyphens",
        "organizationId"));
  }
  return violations;
}

// Sent again from the dead letters: under an id of its own.
void apply_retry(const CommandRecord& record, Command& command) {
  const auto id = canonical_uuid(find_header(record.headers, header::kCommandId).value_or(""));
  const auto retry_of = canonical_uuid(find_header(record.headers, header::kRetryOf).value_or(""));
  if (!id || !retry_of) return;
  command.set_command_id(*id);
  command.set_retry_of(*retry_of);
}

Violations fill(const CommandRecord& record, const IntakePlace& place, Command& command) {
  if (!record.key || record.key->empty()) {
    return {refusal("key.missing",
                    "the record has no key; give the organization's id, a lower-case UUID")};
  }
  if (partition_of(*record.key, place.partition_count) != place.partition) {
    return {refusal("routing.wrong_partition",
                    "the record was forwarded and is in the wrong partition again; partition by "
                    "murmur2 of the key, or send it without the headers origin and hops")};
  }
  Violations violations = decode(record, command);
  if (!violations.empty()) return violations;
  apply_retry(record, command);
  return check_address(record, place, command);
}

}  // namespace

Error value_too_large(std::size_t bytes) {
  return refusal("command.too_large", "a command may have at most " +
                                          std::to_string(kValueBytesMax) +
                                          " bytes, and the value of this record has " +
                                          std::to_string(bytes) + "; send several");
}

std::optional<std::string> find_header(const Headers& headers, std::string_view name) {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& header) { return header.first == name; });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

bool is_own_header(std::string_view name) {
  using namespace header;
  for (const char* own : {kOrigin, kHops, kOutcome, kOutcomeOffset, kErrorCode, kErrorMessage,
                          kErrorPath, kSettles, kHow}) {
    if (name == own) return true;
  }
  return false;
}

// A forwarded copy says it; it has no other header of that name.
std::string origin_of(const CommandRecord& record, std::uint32_t partition) {
  const bool forwarded = find_header(record.headers, header::kHops).has_value();
  const auto origin = find_header(record.headers, header::kOrigin);
  return forwarded && origin ? *origin : place_text(partition, record.offset);
}

std::string place_text(std::uint32_t partition, std::int64_t offset) {
  return std::to_string(partition) + ":" + std::to_string(offset);
}

std::optional<std::uint32_t> other_partition(const CommandRecord& record,
                                             const IntakePlace& place) {
  if (!record.key || record.key->empty() || find_header(record.headers, header::kHops))
    return std::nullopt;
  const std::uint32_t right = partition_of(*record.key, place.partition_count);
  if (right == place.partition) return std::nullopt;
  return right;
}

TopicRecord copy_of(const CommandRecord& record, const IntakePlace& place) {
  TopicRecord copy{record.key, record.value, {}};
  for (const auto& header : record.headers) {
    if (!is_own_header(header.first)) copy.headers.push_back(header);
  }
  copy.headers.emplace_back(header::kOrigin, place_text(place.partition, record.offset));
  copy.headers.emplace_back(header::kHops, "1");
  return copy;
}

Submission take_in(CommandRecord record, const IntakePlace& place, Routed routed) {
  Submission taken;
  Origin origin;
  origin.source.set_log_id(place.log_id);
  origin.source.set_generation(place.generation);
  origin.source.set_partition(static_cast<std::int32_t>(place.partition));
  origin.source.set_offset(record.offset);
  origin.source.set_record_hash(record.hash);
  origin.forwarded = routed.elsewhere && !routed.refusal;
  if (routed.refusal) {
    origin.refusals.push_back(*std::move(routed.refusal));
  } else if (!routed.elsewhere) {
    origin.refusals = fill(record, place, taken.command);
  }
  if (origin.refusals.empty()) {
    record.value.reset();
  } else if (taken.command.organization_id().empty()) {
    taken.command.set_organization_id(canonical_uuid(record.key.value_or("")).value_or(""));
  }
  origin.record = std::move(record);
  taken.origin = std::move(origin);
  return taken;
}

}  // namespace daybook::commands
