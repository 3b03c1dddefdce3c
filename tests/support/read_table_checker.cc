#include "tests/support/read_table_checker.h"

#include <algorithm>
#include <stdexcept>

#include "domain/core/schema.h"
#include "domain/state/columns.h"
#include "domain/state/keys.h"
#include "infra/log/valid_reader.h"
#include "infra/postgres/connection.h"
#include "infra/postgres/sql_text.h"
#include "projections/rows.h"

namespace daybook::testing {
namespace {

using projections::RowChange;

constexpr std::size_t kDifferencesPerTable = 5;
constexpr std::size_t kOutcomesAtOnce = 1'000;

template <class T>
T needed(Result<T> result, const std::string& what) {
  if (!result)
    throw std::runtime_error(what + ": " + result.error().code + ": " + result.error().detail);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

void fold_partition(log::EventLog& log, std::uint32_t partition, FoldedLog& folded) {
  PartitionFold fold(folded);
  log::ValidReader reader(log, partition);
  needed(reader.start(nullptr), "start");
  const std::uint64_t end = needed(log.end_offset(partition), "end");
  while (reader.progress().next_offset() < end) {
    const auto records =
        needed(reader.read_records(kOutcomesAtOnce, std::chrono::seconds(10)), "read");
    if (records.empty()) throw std::runtime_error("the log gave nothing before its end");
    for (const log::ValidReader::Record& record : records) {
      if (!record.position.nowhere()) folded.ends[partition] = record.position;
      if (record.judged.verdict != log::Verdict::kOutcome) continue;
      auto outcome =
          needed(log::outcome_of(record.judged.record, record.position.offset), "outcome");
      folded.last_outcomes[partition] = record.position;
      fold.take({record.position, std::move(outcome)});
    }
  }
  fold.finish();
}

std::string column_list(Entity entity) {
  std::string list;
  for (const std::string& column : columns_of(entity)) {
    list += (list.empty() ? "" : ", ") + postgres::quote_identifier(column);
  }
  return list;
}

// Compares one table with the rows that it must have; PostgreSQL reads both, so that both have the
// columns' types.
class TableComparison {
 public:
  TableComparison(postgres::Connection& connection, Entity entity)
      : connection_(connection),
        table_(schema::entity_rule(entity).table()),
        columns_(column_list(entity)),
        name_("expect_" + schema::entity_rule(entity).name()) {
    run("DROP TABLE IF EXISTS expected");
    run("CREATE TEMPORARY TABLE expected AS SELECT " + columns_ + " FROM " + table_ +
        " WITH NO DATA");
    std::string places;
    for (std::size_t i = 1; i <= columns_of(entity).size(); ++i) {
      places += (i > 1 ? ", $" : "$") + std::to_string(i);
    }
    needed(connection_.prepare(name_, "INSERT INTO expected VALUES (" + places + ")"), name_);
  }

  void expect(const RowChange& row) {
    auto inserted = connection_.exec_prepared(name_, *row.values);
    if (!inserted) throw std::runtime_error(table_ + " " + row.id + ": " + inserted.error().detail);
  }

  [[nodiscard]] std::vector<std::string> differences() {
    const std::string parked =
        " WHERE id NOT IN (SELECT record_id FROM daybook.parked WHERE table_name = " +
        postgres::quote_literal(table_) + ")";
    const std::string folded = "SELECT " + columns_ + " FROM expected" + parked;
    const std::string found = "SELECT " + columns_ + " FROM " + table_ + parked;
    std::vector<std::string> all;
    add(all, "the log says ", folded + " EXCEPT " + found);
    add(all, "the table has ", found + " EXCEPT " + folded);
    return all;
  }

 private:
  postgres::Rows run(const std::string& sql) { return needed(connection_.exec(sql), sql); }
  void add(std::vector<std::string>& all, const std::string& what, const std::string& query) {
    const auto rows = run("SELECT d::text FROM (" + query + ") AS d LIMIT " +
                          std::to_string(kDifferencesPerTable));
    for (const postgres::Row& row : rows.rows)
      all.push_back(table_ + ": " + what + row[0].value_or(""));
  }

  postgres::Connection& connection_;
  std::string table_;
  std::string columns_;
  std::string name_;
};

std::vector<std::string> checkpoint_differences(const FoldedLog& folded,
                                                postgres::Connection& connection) {
  std::vector<std::string> all;
  for (const auto& [partition, last] : folded.last_outcomes) {
    const auto rows =
        needed(connection.exec_params("SELECT log_id, sequence, encode(running_hash, 'hex')"
                                      " FROM daybook.checkpoint WHERE partition = $1",
                                      {std::to_string(partition)}),
               "checkpoint");
    const std::string place = "checkpoint of partition " + std::to_string(partition) + ": ";
    if (rows.rows.empty()) {
      all.push_back(place + "missing");
      continue;
    }
    const postgres::Row& row = rows.rows.front();
    const auto same = [&](const Position& position) {
      return *row[1] == std::to_string(position.sequence) &&
             *row[2] == hex(position.hash.data(), position.hash.size());
    };
    if (*row[0] != last.log_id) all.push_back(place + "of log " + *row[0]);
    if (!same(last) && !same(folded.ends.at(partition))) {
      all.push_back(place + "at sequence " + *row[1] + ", the log's last outcome is " +
                    token_of(last));
    }
  }
  return all;
}

}  // namespace

std::vector<RowChange> RowFold::take(log::Outcome outcome) {
  state_->begin();
  for (log::Event& event : *outcome.mutable_events()) {
    needed(state_->apply(outcome.organization_id(), event, outcome.decided_at()), "fold");
  }
  std::vector<RowChange> changed;
  for (const State::Change& change : state_->commit()) {
    if (!keys::is_record(change.key)) continue;
    const keys::RecordKey record = keys::parse_record(change.key);
    changed.push_back(projections::row_of(record.entity, record.organization_id, record.id,
                                          change.value.record.get()));
    rows_[change.key] = changed.back();
  }
  return changed;
}

void PartitionFold::take(const ReadOutcome& read) {
  const log::Outcome& outcome = read.outcome;
  const bool decided =
      outcome.kind() == log::OUTCOME_KIND_ACCEPTED || outcome.kind() == log::OUTCOME_KIND_REJECTED;
  const FoldedLog::CommandKey key{outcome.organization_id(), outcome.command_id()};
  // A repeat, a forwarded record and what is not remembered are no outcome of the command itself.
  if (decided && !outcome.unremembered() && !folded_.outcomes.emplace(key, read).second)
    folded_.faults.push_back("command " + outcome.command_id() + " has two outcomes");
  for (const log::Event& event : outcome.events()) check_version(outcome, event);
  fold_.take(outcome);
}

void PartitionFold::finish() {
  for (const auto& [key, row] : fold_.rows()) folded_.rows[key] = row;
}

void PartitionFold::check_version(const log::Outcome& outcome, const log::Event& event) {
  auto& version = versions_[{outcome.organization_id(), event.entity(), event.id()}];
  if (event.version() == ++version) return;
  folded_.faults.push_back("record " + event.id() + " has version " +
                           std::to_string(event.version()) + " where " + std::to_string(version) +
                           " was due");
}

std::size_t FoldedLog::row_count(Entity entity) const {
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [&](const auto& item) {
    return item.second.entity == entity && item.second.values.has_value();
  }));
}

FoldedLog fold_log(log::EventLog& log) {
  FoldedLog folded;
  for (std::uint32_t partition = 0; partition < log.partition_count(); ++partition) {
    fold_partition(log, partition, folded);
  }
  return folded;
}

std::vector<std::string> row_differences(const Rows& rows, const std::string& owner_url) {
  postgres::Connection connection = needed(postgres::Connection::open(owner_url), "connect");
  needed(connection.begin(), "begin");
  std::vector<std::string> all;
  for (const Entity entity : schema::entities()) {
    TableComparison table(connection, entity);
    for (const auto& [key, row] : rows) {
      if (row.entity == entity && row.values) table.expect(row);
    }
    for (std::string& difference : table.differences()) all.push_back(std::move(difference));
  }
  return all;
}

std::vector<std::string> differences(const FoldedLog& folded, const std::string& owner_url) {
  std::vector<std::string> all = row_differences(folded.rows, owner_url);
  postgres::Connection connection = needed(postgres::Connection::open(owner_url), "connect");
  for (std::string& difference : checkpoint_differences(folded, connection))
    all.push_back(std::move(difference));
  return all;
}

}  // namespace daybook::testing
