#include "apps/daybook/check/tables.h"

#include "domain/core/schema.h"
#include "domain/state/columns.h"
#include "infra/postgres/sql_text.h"

namespace daybook::check {
namespace {

using projections::RowChange;

constexpr std::size_t kDifferencesPerTable = 5;

std::string unreadable(const Error& error) {
  return "the tables cannot be read: " + error.code + ": " + error.detail;
}

std::string column_list(Entity entity) {
  std::string list;
  for (const std::string& column : columns_of(entity))
    list += (list.empty() ? "" : ", ") + postgres::quote_identifier(column);
  return list;
}

std::string copy_line(const std::vector<std::optional<std::string>>& values) {
  std::string line;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) line += '\t';
    postgres::append_copy_value(line, values[i]);
  }
  return line + '\n';
}

// Compares one table with the rows that it must have; PostgreSQL reads both, so that both have the
// columns' types.
class TableComparison {
 public:
  TableComparison(postgres::Connection& connection, Entity entity)
      : connection_(connection),
        entity_(entity),
        table_(schema::entity_rule(entity).table()),
        columns_(column_list(entity)) {}

  [[nodiscard]] Result<std::vector<std::string>> differences(const Rows& rows) {
    DAYBOOK_TRY(expect(rows));
    const std::string parked =
        " WHERE id NOT IN (SELECT record_id FROM daybook.parked WHERE table_name = " +
        postgres::quote_literal(table_) + ")";
    const std::string folded = "SELECT " + columns_ + " FROM expected" + parked;
    const std::string found = "SELECT " + columns_ + " FROM " + table_ + parked;
    std::vector<std::string> all;
    DAYBOOK_TRY(add(all, "the log says ", folded + " EXCEPT " + found));
    DAYBOOK_TRY(add(all, "the table has ", found + " EXCEPT " + folded));
    return all;
  }
  [[nodiscard]] Result<void> add_held(std::set<std::string>& all, const Rows& rows) {
    DAYBOOK_TRY(expect(rows));
    DAYBOOK_ASSIGN(found, connection_.exec("SELECT id FROM (SELECT " + columns_ +
                                           " FROM expected INTERSECT SELECT " + columns_ +
                                           " FROM " + table_ + ") AS d"));
    for (const postgres::Row& row : found.rows) all.insert(row[0].value_or(""));
    return {};
  }

 private:
  [[nodiscard]] Result<void> expect(const Rows& rows) {
    DAYBOOK_TRY(connection_.exec("DROP TABLE IF EXISTS expected"));
    DAYBOOK_TRY(connection_.exec("CREATE TEMPORARY TABLE expected AS SELECT " + columns_ +
                                 " FROM " + table_ + " WITH NO DATA"));
    std::string lines;
    for (const auto& [key, row] : rows) {
      if (row.entity == entity_ && row.values) lines += copy_line(*row.values);
    }
    DAYBOOK_TRY(connection_.copy_in({"", "expected"}, columns_of(entity_), lines));
    return {};
  }
  [[nodiscard]] Result<void> add(std::vector<std::string>& all, const std::string& what,
                                 const std::string& query) {
    DAYBOOK_ASSIGN(rows, connection_.exec("SELECT d::text FROM (" + query + ") AS d LIMIT " +
                                          std::to_string(kDifferencesPerTable)));
    for (const postgres::Row& row : rows.rows)
      all.push_back(table_ + ": " + what + row[0].value_or(""));
    return {};
  }

  postgres::Connection& connection_;
  Entity entity_;
  std::string table_;
  std::string columns_;
};

std::vector<std::string> checkpoint_differences(const FoldedLog& folded,
                                                const TableSnapshot& tables) {
  std::vector<std::string> all;
  for (const auto& [partition, last] : folded.last_outcomes) {
    const std::string place = "checkpoint of partition " + std::to_string(partition) + ": ";
    const auto found = tables.checkpoints().find(partition);
    if (found == tables.checkpoints().end()) {
      all.push_back(place + "missing");
      continue;
    }
    const TableSnapshot::Checkpoint& checkpoint = found->second;
    const auto same = [&](const Position& position) {
      return checkpoint.sequence == position.sequence &&
             checkpoint.hash == hex(position.hash.data(), position.hash.size());
    };
    if (checkpoint.log_id != last.log_id) all.push_back(place + "of log " + checkpoint.log_id);
    if (!same(last) && !same(folded.ends.at(partition))) {
      all.push_back(place + "at sequence " + std::to_string(checkpoint.sequence) +
                    ", the log's last outcome is " + token_of(last));
    }
  }
  return all;
}

}  // namespace

Result<TableSnapshot> TableSnapshot::open(const std::string& owner_url) {
  DAYBOOK_ASSIGN(connection, postgres::Connection::open(owner_url));
  TableSnapshot snapshot(std::move(connection));
  DAYBOOK_TRY(snapshot.read_standing());
  return snapshot;
}

Result<void> TableSnapshot::read_standing() {
  DAYBOOK_TRY(connection_.begin());
  DAYBOOK_TRY(connection_.exec("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
  DAYBOOK_ASSIGN(checkpoints,
                 connection_.exec("SELECT partition, log_id, sequence, encode(running_hash, 'hex')"
                                  " FROM daybook.checkpoint"));
  for (const postgres::Row& row : checkpoints.rows) {
    checkpoints_[static_cast<std::uint32_t>(std::stoul(*row[0]))] = {*row[1], std::stoull(*row[2]),
                                                                     *row[3]};
  }
  DAYBOOK_ASSIGN(parked, connection_.exec("SELECT table_name || ' ' || record_id || ': ' || message"
                                          " FROM daybook.parked ORDER BY 1"));
  for (const postgres::Row& row : parked.rows) parked_.push_back(row[0].value_or(""));
  return {};
}

std::vector<std::string> TableSnapshot::differences(const Rows& rows) {
  std::vector<std::string> all;
  for (const Entity entity : schema::entities()) {
    auto found = TableComparison(connection_, entity).differences(rows);
    if (!found) return {unreadable(found.error())};
    all.insert(all.end(), found->begin(), found->end());
  }
  return all;
}

Result<std::set<std::string>> TableSnapshot::held(const Rows& rows) {
  std::set<std::string> all;
  for (const Entity entity : schema::entities())
    DAYBOOK_TRY(TableComparison(connection_, entity).add_held(all, rows));
  return all;
}

std::vector<std::string> differences(const FoldedLog& folded, const std::string& owner_url) {
  auto tables = TableSnapshot::open(owner_url);
  if (!tables) return {unreadable(tables.error())};
  std::vector<std::string> all = tables->differences(folded.rows);
  for (std::string& difference : checkpoint_differences(folded, *tables))
    all.push_back(std::move(difference));
  return all;
}

std::vector<std::string> row_differences(const Rows& rows, const std::string& owner_url) {
  auto tables = TableSnapshot::open(owner_url);
  return tables ? tables->differences(rows) : std::vector<std::string>{unreadable(tables.error())};
}

}  // namespace daybook::check
