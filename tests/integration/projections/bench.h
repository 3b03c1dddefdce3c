// A projector on real PostgreSQL, fed by hand: acts of the domain's language become outcomes of a
// log in memory, and a fold beside it knows the rows that must come out.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/daybook/check/tables.h"
#include "infra/read_tables/postgres_read_tables.h"
#include "projections/projector.h"
#include "tests/support/domain_specification.h"
#include "tests/support/memory_state_store.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::testing {

inline constexpr const char* kLogId = "10000000-0000-4000-8000-000000000001";
inline constexpr const char* kOtherLogId = "10000000-0000-4000-8000-000000000002";

// Something that a test waits for: told whenever source or tables were used.
class Bell {
 public:
  void ring();
  // False if it does not become true in time.
  [[nodiscard]] bool await(const std::function<bool()>& condition,
                           std::chrono::milliseconds limit = std::chrono::seconds(20));

 private:
  std::mutex mutex_;
  std::condition_variable rung_;
};

// The log of one partition in memory. Outcomes may be added while a projector reads.
class HandFedSource final : public projections::OutcomeSource {
 public:
  explicit HandFedSource(Bell& bell, std::string log_id = kLogId, std::uint8_t history = 0);

  void add(const log::Outcome& outcome);
  void add_fence();
  // The first `outcomes` of another log's records, as a copy of it that ends there.
  void copy_from(const HandFedSource& other, std::size_t records);
  // Reading waits until all that is to be read at once has been added.
  void hold(bool held);
  [[nodiscard]] Position end() const;
  [[nodiscard]] std::size_t records() const;
  // From which sequence each start went on.
  [[nodiscard]] std::vector<std::uint64_t> starts() const;

  [[nodiscard]] Result<void> start(const log::Progress* from) override;
  [[nodiscard]] Result<std::vector<ReadOutcome>> read(std::size_t outcomes_max,
                                                      std::chrono::milliseconds wait) override;
  [[nodiscard]] const log::Progress& progress() const override { return progress_; }
  [[nodiscard]] Result<std::uint64_t> end_offset() override;

 private:
  struct Record {
    Position position;
    std::optional<log::Outcome> outcome;  // none: a fence
  };
  [[nodiscard]] Record next_record(std::optional<log::Outcome> outcome) const;
  void advance(const Record& record);

  Bell& bell_;
  std::string log_id_;
  std::uint8_t history_;
  mutable std::mutex mutex_;
  std::condition_variable fed_;
  bool held_ = false;
  std::vector<Record> records_;  // the first is the log's beginning
  std::vector<std::uint64_t> starts_;
  log::Progress progress_;  // of the reader
};

// Real read tables that can be made to lie.
class ObservedTables final : public projections::ReadTables {
 public:
  struct Write {
    std::vector<projections::RowChange> rows;
    projections::Checkpoint checkpoint;
    bool written = false;
  };

  ObservedTables(Bell& bell, const std::string& owner_url) : bell_(bell), tables_(owner_url) {}

  // The next write is done, but its answer is "unknown".
  void lose_next_answer();
  [[nodiscard]] std::vector<Write> writes() const;

  [[nodiscard]] Result<projections::Checkpoint> claim(std::uint32_t partition,
                                                      const std::string& log_id) override;
  [[nodiscard]] Result<std::vector<projections::ParkedRow>> parked() override;
  [[nodiscard]] Result<std::size_t> write(const std::vector<projections::RowChange>& rows,
                                          const projections::Checkpoint& checkpoint,
                                          projections::Refused refused) override;
  [[nodiscard]] Result<void> check() override { return tables_.check(); }
  [[nodiscard]] Result<void> make_durable() override { return tables_.make_durable(); }

 private:
  Bell& bell_;
  read_tables::PostgresReadTables tables_;
  mutable std::mutex mutex_;
  bool lose_answer_ = false;
  std::vector<Write> writes_;
};

class ProjectionBench {
 public:
  explicit ProjectionBench(const std::string& hint = "projections");
  ~ProjectionBench() { stop(); }

  // Decides the act (as one command) and adds its outcome to the log.
  void happens(const test::Act& act);
  // Lets what happens from now on happen a minute after all before, and gives that time.
  std::int64_t a_minute_later();
  void happens_together(const std::vector<test::Act>& acts);
  // From here on in this organization.
  void in(std::string_view organization) { (void)specification_.in(organization); }
  // Everything that both organizations of the domain's language have: all kinds of records.
  void two_organizations_happen();

  void start(projections::ProjectorOptions options = {});
  void stop();
  // Until the tables stand at the log's last outcome.
  [[nodiscard]] bool await_end();
  // Until the projector says why it stopped; the reason.
  [[nodiscard]] std::string await_trouble();
  [[nodiscard]] projections::Projector& projector() { return *projector_; }
  [[nodiscard]] bool await(const std::function<bool()>& condition) {
    return bell_.await(condition);
  }

  // For what must not happen: looks for a while.
  [[nodiscard]] bool stays(const std::function<bool()>& condition) {
    return !bell_.await([&] { return !condition(); }, std::chrono::milliseconds(300));
  }

  // Another source, other tables or another state for the next start.
  void use_source(std::unique_ptr<HandFedSource> source);
  void use_database(const TestDatabase& database);
  void use_store(std::unique_ptr<test::MemoryStateStore> store) { store_ = std::move(store); }

  [[nodiscard]] Bell& bell() { return bell_; }
  [[nodiscard]] HandFedSource& source() { return *source_; }
  [[nodiscard]] ObservedTables& tables() { return *tables_; }
  [[nodiscard]] test::MemoryStateStore& store() { return *store_; }
  [[nodiscard]] const TestDatabase& database() const { return database_; }
  [[nodiscard]] postgres::Connection& sql() { return *sql_; }
  [[nodiscard]] std::string value(const std::string& query) { return testing::value(*sql_, query); }
  // What differs between the tables and the fold of everything that happened.
  [[nodiscard]] std::vector<std::string> differences() const;

 private:
  TestDatabase database_;
  std::optional<postgres::Connection> sql_;
  Bell bell_;
  test::Specification specification_{{}};
  check::RowFold fold_;
  std::unique_ptr<HandFedSource> source_;
  std::unique_ptr<ObservedTables> tables_;
  std::unique_ptr<test::MemoryStateStore> store_;
  std::unique_ptr<projections::Projector> projector_;
};

// A migrated database of its own. Many of them are made, so the server does not sync them to disk.
[[nodiscard]] TestDatabase fresh_database(const std::string& hint);
// A copy of a database, to which nobody may be connected.
[[nodiscard]] TestDatabase copy_of(const TestDatabase& database, const std::string& name);
[[nodiscard]] std::unique_ptr<test::MemoryStateStore> copy_of(const test::MemoryStateStore& store);

inline const std::vector<std::string> kNoDifference;

}  // namespace daybook::testing
