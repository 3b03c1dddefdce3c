// Rows as PostgreSQL is given them, for the files of this folder.
#pragma once

#include <string>
#include <vector>

#include "domain/core/schema.h"
#include "infra/postgres/sql_text.h"
#include "projections/ports/read_tables.h"

namespace daybook::read_tables {

[[nodiscard]] inline const std::string& table_of(Entity entity) {
  return schema::entity_rule(entity).table();
}

// As PostgreSQL writes an array: one text of each item.
template <class Items, class TextOf>
[[nodiscard]] std::string array_of(const Items& items, const TextOf& text_of) {
  std::string array = "{";
  for (const auto& item : items) {
    if (array.size() > 1) array.push_back(',');
    postgres::append_array_element(array, text_of(item));
  }
  return array + "}";
}

[[nodiscard]] inline std::string ids_of(const std::vector<const projections::RowChange*>& rows) {
  return array_of(rows,
                  [](const projections::RowChange* row) -> std::string_view { return row->id; });
}

// The order of writing: upserts as they come, then removals, the last first.
[[nodiscard]] inline std::vector<const projections::RowChange*> removals_last(
    const std::vector<projections::RowChange>& rows) {
  std::vector<const projections::RowChange*> ordered;
  for (const projections::RowChange& row : rows) {
    if (row.values) ordered.push_back(&row);
  }
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (!row->values) ordered.push_back(&*row);
  }
  return ordered;
}

}  // namespace daybook::read_tables
