#include "bench/projection/by_hand.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/daybook/check/fold.h"
#include "bench/figures.h"
#include "bench/must.h"
#include "domain/core/schema.h"
#include "domain/state/columns.h"
#include "infra/log/valid_reader.h"
#include "infra/postgres/connection.h"
#include "infra/postgres/sql_text.h"
#include "projections/projector.h"

namespace daybook::bench {
namespace {

void add_line(RowBatch::Table& table, const projections::RowChange& row) {
  ++table.rows;
  for (std::size_t i = 0; i < row.values->size(); ++i) {
    if (i > 0) table.lines.push_back('\t');
    postgres::append_copy_value(table.lines, (*row.values)[i]);
  }
  table.lines.push_back('\n');
}

// The load removes nothing.
RowBatch batch_of(const std::map<std::string, projections::RowChange>& newest) {
  RowBatch batch;
  for (const auto& [key, row] : newest) {
    if (row.values) add_line(batch.tables[row.entity], row);
  }
  return batch;
}

class Writer {
 public:
  explicit Writer(const std::string& url) : connection_(must(postgres::Connection::open(url))) {
    must(connection_.exec("SET synchronous_commit = off"));
  }

  void write(const RowBatch& batch) {
    must(connection_.begin());
    for (const auto& [entity, table] : batch.tables) {
      const std::string stage = prepared(entity);
      must(connection_.copy_in({"", stage}, columns_of(entity), table.lines));
      must(connection_.exec_prepared(stage, {}));
      must(connection_.exec("TRUNCATE " + stage));
    }
    must(connection_.commit());
  }

 private:
  // The staging table, and the statement of the same name that takes its rows over.
  std::string prepared(Entity entity) {
    const std::string& table = schema::entity_rule(entity).table();
    std::string stage = "by_hand_" + schema::entity_rule(entity).name();
    if (!stages_.insert({entity, stage}).second) return stage;
    std::vector<std::string> columns;
    std::vector<std::string> sets;
    for (const std::string& column : columns_of(entity)) {
      columns.push_back(postgres::quote_identifier(column));
      if (column != "id") sets.push_back(fmt::format("{0} = EXCLUDED.{0}", columns.back()));
    }
    const std::string list = fmt::format("{}", fmt::join(columns, ", "));
    must(connection_.exec(fmt::format("CREATE TEMPORARY TABLE {} AS SELECT {} FROM {} WITH NO DATA",
                                      stage, list, table)));
    must(connection_.prepare(
        stage, fmt::format("INSERT INTO {0} ({1}) SELECT {1} FROM {2} ON CONFLICT (id) DO UPDATE "
                           "SET {3}",
                           table, list, stage, fmt::join(sets, ", "))));
    return stage;
  }

  postgres::Connection connection_;
  std::map<Entity, std::string> stages_;
};

}  // namespace

std::vector<RowBatch> batches_of(log::EventLog& log) {
  log::ValidReader reader(log, 0);
  must(reader.start(nullptr));
  check::RowFold fold;
  std::vector<RowBatch> batches;
  const std::uint64_t end = must(log.end_offset(0));
  while (reader.progress().next_offset() < end) {
    std::map<std::string, projections::RowChange> newest;
    for (ReadOutcome& read : must(
             reader.read(projections::ProjectorOptions().outcomes_max, std::chrono::seconds(10)))) {
      for (projections::RowChange& row : must(fold.take(std::move(read.outcome)))) {
        std::string key = fmt::format("{}/{}", static_cast<int>(row.entity), row.id);
        newest.insert_or_assign(std::move(key), std::move(row));
      }
    }
    batches.push_back(batch_of(newest));
  }
  return batches;
}

std::size_t row_count(const std::vector<RowBatch>& batches) {
  std::size_t rows = 0;
  for (const RowBatch& batch : batches) {
    for (const auto& [entity, table] : batch.tables) rows += table.rows;
  }
  return rows;
}

double write_by_hand(const std::string& database_url, const std::vector<RowBatch>& batches) {
  Writer writer(database_url);
  const Stopwatch time;
  for (const RowBatch& batch : batches) writer.write(batch);
  return time.seconds();
}

}  // namespace daybook::bench
