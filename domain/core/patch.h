// Patches: what really changes, and applying it. Written once for the attributes of every
// aggregate.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/repeated_field.h>

#include <string>

namespace daybook {

using FieldNames = google::protobuf::RepeatedPtrField<std::string>;

namespace patch {
// Reduces `set` and `clear` (snake_case field names) to what differs from `current`. True if
// anything is left.
bool reduce(const google::protobuf::Message& current, google::protobuf::Message& set,
            FieldNames& clear);
// Gives the fields of `set` to `target` and clears those of `clear`. Unknown names are passed over:
// history cannot be refused.
void apply(google::protobuf::Message& target, const google::protobuf::Message& set,
           const FieldNames& clear);
}  // namespace patch

// The part of a patch that changes `current`, as an event's `set` and `clear`; false if nothing
// changes.
template <class Fields, class ChangeEvent>
[[nodiscard]] bool changes(const Fields& current, const Fields& set, const FieldNames& clear,
                           ChangeEvent& event) {
  *event.mutable_set() = set;
  *event.mutable_clear() = clear;
  return patch::reduce(current, *event.mutable_set(), *event.mutable_clear());
}

}  // namespace daybook
