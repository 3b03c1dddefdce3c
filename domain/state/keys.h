// The keys of the state: one flat, ordered key space per partition.
//
//   'a' organization entity id                  -> state message      (records)
//   <index letter> organization parts...        -> id                 (look-up indexes)
//   <counter letter> organization parts...      -> decimal count
//   'r' organization command id                 -> Receipt entry      (deduplication)
//   'h' organization entity id version          -> offset             (history)
// Organization and ids are 16 bytes, numbers big-endian; text parts end with NUL, which no stored
// text contains.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/core/view.h"

namespace daybook::keys {

[[nodiscard]] std::string record(std::string_view organization_id, Entity entity,
                                 std::string_view id);
[[nodiscard]] std::string index(std::string_view organization_id, Index index,
                                const KeyParts& parts);
[[nodiscard]] std::string counter(std::string_view organization_id, Counter counter,
                                  const KeyParts& parts);
[[nodiscard]] std::string receipt(std::string_view organization_id, std::string_view command_id);
[[nodiscard]] std::string history(std::string_view organization_id, Entity entity,
                                  std::string_view id, std::uint64_t version);

// Part of a key that sorts by number (bias makes negative numbers sort first).
[[nodiscard]] std::string ordered(std::int64_t number);
// A record key taken apart.
struct RecordKey {
  std::string organization_id;
  Entity entity = ENTITY_UNSPECIFIED;
  std::string id;
};
[[nodiscard]] bool is_record(std::string_view key);
[[nodiscard]] RecordKey parse_record(std::string_view key);
// True for keys whose value is written once and never changes: receipts and history.
[[nodiscard]] bool is_lasting(std::string_view key);
// True for keys that can be scanned in order.
[[nodiscard]] bool is_ordered(std::string_view key);

}  // namespace daybook::keys
