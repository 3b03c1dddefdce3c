// Which index entries and counts follow from the state of a record. They are kept by difference:
// what the state before an event gave and the state after it does not is taken out, and the other
// way round.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "domain/core/view.h"

namespace daybook {

struct IndexEntry {
  std::string key;  // a key of domain/state/keys.h
  std::string id;   // what it leads to; empty for a count
  friend bool operator==(const IndexEntry&, const IndexEntry&) = default;
};

// `state` may be null: a record that does not exist gives nothing. External ids are given even by
// removed records, because they stay taken.
[[nodiscard]] std::vector<IndexEntry> index_entries(Entity entity, std::string_view organization_id,
                                                    const google::protobuf::Message* state);

}  // namespace daybook
