#include "projections/rows.h"

#include "domain/state/columns.h"
#include "domain/state/evolve.h"

namespace daybook::projections {

RowChange row_of(Entity entity, const std::string& organization_id, const std::string& id,
                 const google::protobuf::Message* state) {
  RowChange row{entity, organization_id, id, std::nullopt};
  if (state == nullptr) return row;
  const Record* record = record_of(entity, *state);
  if (record == nullptr || !record->removed())
    row.values = values_of(entity, *state, Dialect::kSql);
  return row;
}

}  // namespace daybook::projections
