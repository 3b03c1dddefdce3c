// Rows of the read tables from the state messages, by their field options: no mapper is written by
// hand.
//
// Thread-safe; the column lists are built once.
#pragma once

#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <vector>

#include "projections/ports/read_tables.h"

namespace daybook::projections {

// The columns of an entity's read table that are filled from events, in the order of the schema.
[[nodiscard]] const std::vector<std::string>& columns_of(Entity entity);

// The values of those columns in PostgreSQL's text form.
[[nodiscard]] std::vector<std::optional<std::string>> values_of(
    Entity entity, const google::protobuf::Message& state);

// The row that a state gives; removal if the record does not exist or is a tombstone.
[[nodiscard]] RowChange row_of(Entity entity, const std::string& organization_id,
                               const std::string& id, const google::protobuf::Message* state);

}  // namespace daybook::projections
