#include "infra/read_tables/postgres_read_tables.h"

#include <algorithm>
#include <functional>
#include <map>

#include "domain/core/schema.h"
#include "domain/core/time.h"
#include "domain/state/columns.h"
#include "infra/postgres/roles.h"
#include "infra/postgres/sql_text.h"
#include "infra/read_tables/rows_sql.h"

namespace daybook::read_tables {
namespace {

using postgres::Value;
using projections::Checkpoint;
using projections::RowChange;

std::string bytea(const RunningHash& hash) { return "\\x" + hex(hash.data(), hash.size()); }

RunningHash parse_bytea(const std::string& text) {
  RunningHash hash{};
  const auto nibble = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i < hash.size() && 2 * i + 3 < text.size(); ++i) {
    hash[i] = static_cast<std::uint8_t>(nibble(text[2 * i + 2]) * 16 + nibble(text[2 * i + 3]));
  }
  return hash;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text.append(text.empty() ? "" : ", ").append(part);
  return text;
}

std::vector<std::string> quoted_columns(Entity entity) {
  std::vector<std::string> columns;
  for (const std::string& column : columns_of(entity))
    columns.push_back(postgres::quote_identifier(column));
  return columns;
}

std::string on_conflict(const std::vector<std::string>& columns) {
  std::vector<std::string> sets;
  for (const std::string& column : columns) {
    if (column != "\"id\"") sets.push_back(column + " = EXCLUDED." + column);
  }
  return " ON CONFLICT (id) DO UPDATE SET " + joined(sets);
}

// So many rows that their texts are far from what one message may hold.
std::size_t portion_of(std::span<const RowChange* const> rows) {
  constexpr std::size_t kBytes = 16U << 20U;
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < rows.size() && bytes < kBytes) {
    for (const auto& text : *rows[count]->values) bytes += text ? text->size() : 0;
    ++count;
  }
  return count;
}

}  // namespace

PostgresReadTables::PostgresReadTables(Url url, SearchIndexTidier* search_indexes,
                                       std::function<void()> before_commit)
    : url_(std::move(url)),
      search_indexes_(search_indexes),
      before_commit_(std::move(before_commit)) {}

Result<void> PostgresReadTables::connect() {
  if (connection_ && connection_->is_open() && !connection_->in_transaction()) return {};
  connection_.reset();
  made_.clear();
  postgres::ConnectionOptions options;
  options.application_name = "daybook projector";
  DAYBOOK_ASSIGN(connection, postgres::Connection::open(url_(), options));
  DAYBOOK_TRY(postgres::assume_projector(connection));
  // Rows and checkpoint are lost or kept together, and the log has them all.
  DAYBOOK_TRY(connection.exec("SET synchronous_commit = off"));
  // An index whose list is full is sorted in by whoever fills it, for 50 ms in the middle of a
  // batch: where somebody else tidies, only if it does not keep up.
  if (search_indexes_ != nullptr)
    DAYBOOK_TRY(connection.exec("SET gin_pending_list_limit = '64MB'"));
  // A projector that stands still within a transaction keeps nobody from taking the tables over.
  DAYBOOK_TRY(connection.exec("SET idle_in_transaction_session_timeout = '10s'"));
  // Somebody who locks a table for long is named in the trouble, and cannot keep us from stopping.
  DAYBOOK_TRY(connection.exec("SET lock_timeout = '2s'"));
  connection_.emplace(std::move(connection));
  return {};
}

Result<Checkpoint> PostgresReadTables::claim(std::uint32_t partition, const std::string& log_id) {
  connection_.reset();
  DAYBOOK_TRY(connect());
  partition_ = partition;
  DAYBOOK_ASSIGN(
      rows, connection_->exec_params("INSERT INTO daybook.checkpoint AS c (partition, log_id, "
                                     "owner_epoch, position, sequence, running_hash)"
                                     " VALUES ($1, $2, 1, 0, 0, '')"
                                     " ON CONFLICT (partition) DO UPDATE SET owner_epoch = "
                                     "c.owner_epoch + 1 WHERE c.log_id = EXCLUDED.log_id"
                                     " RETURNING owner_epoch, position, sequence, running_hash,"
                                     " (extract(epoch FROM decided_at) * 1000)::bigint",
                                     {std::to_string(partition), log_id}));
  if (rows.rows.empty()) return other_log(log_id);
  const postgres::Row& row = rows.rows.front();
  owner_epoch_ = std::stoull(*row[0]);
  Checkpoint checkpoint;
  checkpoint.next_offset = std::stoull(*row[1]);
  sequence_ = std::stoull(*row[2]);
  checkpoint.decided_at = row[4] ? std::stoll(*row[4]) : 0;
  if (sequence_ > 0) {
    checkpoint.position = {log_id, partition, checkpoint.next_offset - 1, sequence_,
                           parse_bytea(*row[3])};
  }
  return checkpoint;
}

tl::unexpected<Error> PostgresReadTables::other_log(const std::string& log_id) {
  auto found = connection_->exec_params(
      "SELECT log_id, position, sequence FROM daybook.checkpoint WHERE partition = $1",
      {std::to_string(partition_)});
  if (!found) return fail(std::move(found).error());
  if (found->rows.empty()) return taken();
  const postgres::Row& row = found->rows.front();
  return fail(ErrorKind::kCorrupt, "checkpoint.other_log",
              "the read tables of partition " + std::to_string(partition_) +
                  " were folded from another log, " + *row[0] + " up to offset " + *row[1] +
                  ", sequence " + *row[2] + "; this one is " + log_id +
                  ": use the database that belongs to it, or an empty one");
}

Result<std::vector<projections::ParkedRow>> PostgresReadTables::parked() {
  DAYBOOK_TRY(connect());
  DAYBOOK_ASSIGN(rows, connection_->exec_params(
                           "SELECT table_name, organization_id, record_id FROM daybook.parked"
                           " WHERE partition = $1 ORDER BY table_name, record_id",
                           {std::to_string(partition_)}));
  std::vector<projections::ParkedRow> parked;
  for (const postgres::Row& row : rows.rows) {
    for (const Entity entity : schema::entities()) {
      if (table_of(entity) == *row[0]) parked.push_back({entity, *row[1], *row[2]});
    }
  }
  return parked;
}

Result<std::size_t> PostgresReadTables::write(const std::vector<RowChange>& rows,
                                              const Checkpoint& checkpoint,
                                              projections::Refused refused) {
  DAYBOOK_TRY(connect());
  DAYBOOK_ASSIGN(advance, statement_for(checkpoint));
  if (refused == projections::Refused::kPark) {
    DAYBOOK_ASSIGN(transaction, postgres::Transaction::begin(*connection_));
    DAYBOOK_ASSIGN(parked, write_or_park(rows, checkpoint));
    DAYBOOK_ASSIGN(advanced, connection_->exec_prepared(advance.prepared, advance.params));
    DAYBOOK_TRY(commit(transaction, advanced, checkpoint));
    return parked;
  }
  DAYBOOK_ASSIGN(statements, statements_for(removals_last(rows)));
  statements.push_back(std::move(advance));
  DAYBOOK_ASSIGN(begun, postgres::Transaction::begin_with(*connection_, std::move(statements)));
  auto& [transaction, answers] = begun;
  DAYBOOK_TRY(commit(transaction, answers.back(), checkpoint));
  return 0;
}

Result<void> PostgresReadTables::commit(postgres::Transaction& transaction,
                                        const postgres::Rows& advanced,
                                        const Checkpoint& checkpoint) {
  if (advanced.affected != 1) return taken();
  if (before_commit_) before_commit_();
  DAYBOOK_TRY(transaction.commit());
  sequence_ = checkpoint.position.sequence;
  if (search_indexes_ != nullptr) search_indexes_->nudge();
  return {};
}

Result<void> PostgresReadTables::write_all(Part rows) {
  DAYBOOK_ASSIGN(statements, statements_for(rows));
  DAYBOOK_TRY(connection_->exec_together(statements));
  return {};
}

Result<PostgresReadTables::Statements> PostgresReadTables::statements_for(Part rows) {
  std::map<Entity, RowPointers> upserts;
  std::map<Entity, RowPointers> removals;
  for (const RowChange* row : rows) (row->values ? upserts : removals)[row->entity].push_back(row);
  Statements statements;
  for (const auto& [entity, changed] : upserts)
    DAYBOOK_TRY(add_upserts(entity, changed, statements));
  // After all upserts, children first: a key that is RESTRICT cannot be deferred.
  for (auto it = removals.rbegin(); it != removals.rend(); ++it) {
    statements.push_back(
        {.sql = "DELETE FROM " + table_of(it->first) + " WHERE id = ANY ($1::uuid[])",
         .params = {ids_of(it->second)}});
  }
  return statements;
}

// Many rows of a table by one statement, an array for each column: nothing is staged, so that a
// small batch is cheap too.
Result<void> PostgresReadTables::add_upserts(Entity entity, const RowPointers& rows,
                                             Statements& statements) {
  const std::string name = "upsert_" + schema::entity_rule(entity).name();
  if (!made_.contains(name)) {
    DAYBOOK_ASSIGN(sql, upsert_sql(entity));
    DAYBOOK_TRY(prepare_once(name, sql));
  }
  for (Part left = rows; !left.empty();) {
    const Part portion = left.first(portion_of(left));
    postgres::Statement& upsert = statements.emplace_back();
    upsert.prepared = name;
    for (std::size_t i = 0; i < columns_of(entity).size(); ++i)
      upsert.params.emplace_back(array_of(
          portion, [i](const RowChange* row) -> const auto& { return (*row->values)[i]; }));
    left = left.subspan(portion.size());
  }
  return {};
}

// Without the columns' lengths (-1): a cast to them would cut what is too long, instead of refusing
// it.
Result<std::string> PostgresReadTables::upsert_sql(Entity entity) {
  DAYBOOK_ASSIGN(
      arrays, connection_->exec_params(
                  "SELECT string_agg(format('$%s::%s[]', place, format_type(atttypid, -1)), ', ' "
                  "ORDER BY place) FROM unnest($1::text[]) WITH ORDINALITY AS wanted (name, place) "
                  "JOIN pg_attribute ON attname = name WHERE attrelid = $2::regclass",
                  {array_of(columns_of(entity), std::identity()), table_of(entity)}));
  const auto columns = quoted_columns(entity);
  return "INSERT INTO " + table_of(entity) + " (" + joined(columns) + ") SELECT * FROM unnest(" +
         arrays.rows.front().front().value_or("") + ")" + on_conflict(columns);
}

Result<void> PostgresReadTables::prepare_once(const std::string& name, const std::string& sql) {
  if (made_.contains(name)) return {};
  DAYBOOK_TRY(connection_->prepare(name, sql));
  made_.insert(name);
  return {};
}

Result<void> PostgresReadTables::check() {
  DAYBOOK_TRY(connect());
  DAYBOOK_ASSIGN(found, connection_->exec_params(
                            "SELECT FROM daybook.checkpoint WHERE partition = $1 AND owner_epoch = "
                            "$2 AND sequence = $3",
                            {std::to_string(partition_), std::to_string(owner_epoch_),
                             std::to_string(sequence_)}));
  return found.rows.empty() ? taken() : Result<void>();
}

Result<void> PostgresReadTables::make_durable() {
  DAYBOOK_TRY(connect());
  DAYBOOK_ASSIGN(transaction, postgres::Transaction::begin(*connection_));
  // A commit that is waited for takes all earlier ones along.
  DAYBOOK_TRY(connection_->exec("SET LOCAL synchronous_commit = on"));
  DAYBOOK_ASSIGN(touched, connection_->exec_params(
                              "UPDATE daybook.checkpoint SET sequence = sequence WHERE partition = "
                              "$1 AND owner_epoch = $2 AND sequence = $3",
                              {std::to_string(partition_), std::to_string(owner_epoch_),
                               std::to_string(sequence_)}));
  if (touched.affected != 1) return taken();
  return transaction.commit();
}

tl::unexpected<Error> PostgresReadTables::taken() const {
  return fail(ErrorKind::kConflict, "checkpoint.taken",
              "another projector has taken the read tables of partition " +
                  std::to_string(partition_) + " over, or they were made anew");
}

// Compare-and-set: only the owner of the epoch, only from the checkpoint that it knows, and never
// back.
Result<postgres::Statement> PostgresReadTables::statement_for(const Checkpoint& checkpoint) {
  DAYBOOK_TRY(prepare_once("advance",
                           "UPDATE daybook.checkpoint SET position = $3, sequence = $4, "
                           "running_hash = $5, decided_at = $6,"
                           " applied_at = clock_timestamp() WHERE partition = $1 AND owner_epoch = "
                           "$2 AND sequence = $7 AND sequence <= $4"));
  const Position& position = checkpoint.position;
  return postgres::Statement{
      .prepared = "advance",
      .params = {std::to_string(partition_), std::to_string(owner_epoch_),
                 std::to_string(checkpoint.next_offset), std::to_string(position.sequence),
                 bytea(position.hash), timestamp_sql(checkpoint.decided_at),
                 std::to_string(sequence_)}};
}

}  // namespace daybook::read_tables
