// Rows that PostgreSQL refuses: the part of the read tables that finds and parks them.
#include <map>

#include "domain/core/time.h"
#include "domain/state/columns.h"
#include "infra/read_tables/postgres_read_tables.h"
#include "infra/read_tables/rows_sql.h"

namespace daybook::read_tables {

using postgres::Value;
using projections::Checkpoint;
using projections::RowChange;

// All at once if that goes. Else the rows that are refused whatever the others say are parked, and
// the rest is checked together; if that does not go either, each part has to stand alone.
Result<std::size_t> PostgresReadTables::write_or_park(const std::vector<RowChange>& rows,
                                                      const Checkpoint& checkpoint) {
  const RowPointers ordered = removals_last(rows);
  DAYBOOK_TRY(connection_->exec("SAVEPOINT batch"));
  DAYBOOK_ASSIGN(together, checked(write_all(ordered)));
  if (together) {
    DAYBOOK_TRY(unpark(ordered));
    return 0;
  }
  for (const bool alone : {false, true}) {
    DAYBOOK_TRY(connection_->exec("ROLLBACK TO SAVEPOINT batch"));
    DAYBOOK_ASSIGN(parked, write_part(ordered, checkpoint, alone));
    DAYBOOK_ASSIGN(right, checked({}));
    if (right) return parked;
  }
  return fail(ErrorKind::kRejected, "read_tables.refused",
              "PostgreSQL refuses the rows in every way they were tried");
}

// Whether what was written (if it was) satisfies the constraints; other errors than refused data
// are errors.
Result<bool> PostgresReadTables::checked(Result<void> written) {
  if (written) {
    auto constraints = connection_->exec("SET CONSTRAINTS ALL IMMEDIATE");
    if (!constraints) written = fail(std::move(constraints).error());
  }
  if (written) return true;
  refusal_ = std::move(written).error();
  if (!postgres::is_refused_data(refusal_)) return fail(refusal_);
  return false;
}

// Halves what is refused until the rows that are at fault stand alone, and parks those. Savepoints
// are released before the halves are tried: open ones would nest, each with a lock.
Result<std::size_t> PostgresReadTables::write_part(Part rows, const Checkpoint& checkpoint,
                                                   bool alone) {
  DAYBOOK_TRY(connection_->exec("SET CONSTRAINTS ALL DEFERRED; SAVEPOINT part"));
  auto written = write_all(rows);
  if (!written && !postgres::is_refused_data(written.error()))
    return fail(std::move(written).error());
  if (!written) refusal_ = written.error();
  bool right = written.has_value();
  if (right && alone) {
    DAYBOOK_ASSIGN(stands, checked({}));
    right = stands;
  }
  if (right) {
    DAYBOOK_TRY(connection_->exec("RELEASE SAVEPOINT part"));
    DAYBOOK_TRY(unpark(rows));
    return 0;
  }
  DAYBOOK_TRY(connection_->exec("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part"));
  if (rows.size() == 1) {
    DAYBOOK_TRY(park(*rows.front(), refusal_, checkpoint));
    return 1;
  }
  const std::size_t half = rows.size() / 2;
  DAYBOOK_ASSIGN(first, write_part(rows.first(half), checkpoint, alone));
  DAYBOOK_ASSIGN(second, write_part(rows.subspan(half), checkpoint, alone));
  return first + second;
}

Result<void> PostgresReadTables::park(const RowChange& row, const Error& why,
                                      const Checkpoint& checkpoint) {
  const auto& columns = columns_of(row.entity);
  // The values as a JSON object, built by PostgreSQL from two arrays.
  std::string sql =
      "INSERT INTO daybook.parked AS p (organization_id, table_name, record_id, partition, "
      "position, sqlstate, message, \"row\","
      " parked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, ";
  std::vector<Value> params{row.organization_id,
                            table_of(row.entity),
                            row.id,
                            std::to_string(partition_),
                            std::to_string(checkpoint.position.offset),
                            std::string(postgres::sqlstate(why)),
                            why.detail,
                            timestamp_sql(checkpoint.decided_at)};
  if (row.values) {
    sql += "jsonb_build_object(";
    for (std::size_t i = 0; i < columns.size(); ++i) {
      params.push_back((*row.values)[i]);
      sql += (i > 0 ? ", " : "") + postgres::quote_literal(columns[i]) + ", $" +
             std::to_string(params.size()) + "::text";
    }
    sql += ")";
  } else {
    sql += "NULL";
  }
  sql +=
      ", $8) ON CONFLICT (table_name, record_id) DO UPDATE SET position = EXCLUDED.position, "
      "sqlstate = EXCLUDED.sqlstate,"
      " message = EXCLUDED.message, \"row\" = EXCLUDED.\"row\", attempts = p.attempts + 1";
  DAYBOOK_TRY(connection_->exec_params(sql, params));
  return {};
}

Result<void> PostgresReadTables::unpark(Part rows) {
  std::map<Entity, RowPointers> by_table;
  for (const RowChange* row : rows) by_table[row->entity].push_back(row);
  DAYBOOK_TRY(prepare_once("unpark",
                           "DELETE FROM daybook.parked WHERE table_name = $1 AND record_id = ANY "
                           "($2::uuid[])"));
  for (const auto& [entity, changed] : by_table) {
    const std::vector<Value> params{table_of(entity), ids_of(changed)};
    DAYBOOK_TRY(connection_->exec_prepared("unpark", params));
  }
  return {};
}

}  // namespace daybook::read_tables
