// Rows of the read tables from the state messages.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "projections/ports/read_tables.h"

namespace daybook::projections {

// The row that a state gives; removal if the record does not exist or is a tombstone.
[[nodiscard]] RowChange row_of(Entity entity, const std::string& organization_id,
                               const std::string& id, const google::protobuf::Message* state);

}  // namespace daybook::projections
