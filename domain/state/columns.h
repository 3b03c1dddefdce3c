// The read columns that a record's state fills, and their values, by the state's field options: no
// mapper is written by hand. Thread-safe; the lists are built once.
#pragma once

#include <google/protobuf/message.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "schemas/options.pb.h"

namespace daybook {

// How times are written: as PostgreSQL takes them, or as in the JSON of commands.
enum class Dialect { kSql, kJson };

// The columns of an entity's read table that are filled from events, in the order of the schema.
[[nodiscard]] const std::vector<std::string>& columns_of(Entity entity);

// The places in that list of the columns that name another record.
[[nodiscard]] const std::vector<std::size_t>& reference_columns_of(Entity entity);

// The values of those columns as text; none for a field that has no value.
[[nodiscard]] std::vector<std::optional<std::string>> values_of(
    Entity entity, const google::protobuf::Message& state, Dialect dialect);

}  // namespace daybook
