// Folding, the same for handlers, projectors, replays and history: one event onto the state of its
// record.
#pragma once

#include <google/protobuf/message.h>

#include <string_view>

#include "schemas/log.pb.h"

namespace daybook {

// The part that every record's state has; null for saved-filter uses, which have none.
[[nodiscard]] const Record* record_of(Entity entity, const google::protobuf::Message& state);

// Applies an event to the state of its record (a fresh one if it is the record's first). `at` is
// the decision time of the event's outcome. Never refuses; the version becomes the event's.
void evolve(google::protobuf::Message& state, std::string_view organization_id,
            const log::Event& event, std::int64_t at);

// Who owns a record and to whom it is assigned; empty texts where it has neither.
struct Holders {
  std::string_view owner_id;
  std::string_view assignee_id;
};
[[nodiscard]] Holders holders_of(Entity entity, const google::protobuf::Message& state);

// Live: neither soft-deleted nor removed for good.
[[nodiscard]] bool is_live(Entity entity, const google::protobuf::Message& state);
[[nodiscard]] bool is_soft_deleted(Entity entity, const google::protobuf::Message& state);

// The fold version of an aggregate's state: raised by hand when folding the same events gives
// another state.
[[nodiscard]] std::uint32_t fold_version(Entity entity);

}  // namespace daybook
