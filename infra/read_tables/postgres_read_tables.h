// The read tables on PostgreSQL: changed rows by one upsert for each table, then the checkpoint by
// compare-and-set, in one transaction.
//
// Sessions commit asynchronously: what a crash of PostgreSQL takes back, it takes back with the
// checkpoint, and the log has it all. The session is made when it is needed and made again when it
// was lost. Used by one thread at a time.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "infra/postgres/connection.h"
#include "infra/read_tables/search_index_tidier.h"
#include "projections/ports/read_tables.h"

namespace daybook::read_tables {

class PostgresReadTables final : public projections::ReadTables {
 public:
  // The URL is the owner's; the session goes on with the projector's rights where that role exists.
  // Asked for with each session: a private cluster may come back on another port.
  using Url = std::function<std::string()>;
  // `search_indexes`, if given, hears of each write and outlives the tables. `before_commit`, if
  // given, is called when all of a write is in its transaction: for tests of what comes of it then.
  explicit PostgresReadTables(Url url, SearchIndexTidier* search_indexes = nullptr,
                              std::function<void()> before_commit = {});
  explicit PostgresReadTables(const std::string& url) : PostgresReadTables([url] { return url; }) {}

  [[nodiscard]] Result<projections::Checkpoint> claim(std::uint32_t partition,
                                                      const std::string& log_id) override;
  [[nodiscard]] Result<std::vector<projections::ParkedRow>> parked() override;
  [[nodiscard]] Result<std::size_t> write(const std::vector<projections::RowChange>& rows,
                                          const projections::Checkpoint& checkpoint,
                                          projections::Refused refused) override;
  [[nodiscard]] Result<void> check() override;
  [[nodiscard]] Result<void> make_durable() override;

 private:
  using RowPointers = std::vector<const projections::RowChange*>;
  using Part = std::span<const projections::RowChange* const>;
  using Statements = std::vector<postgres::Statement>;

  [[nodiscard]] Result<void> connect();
  [[nodiscard]] tl::unexpected<Error> taken() const;
  [[nodiscard]] tl::unexpected<Error> other_log(const std::string& log_id);
  // If the checkpoint has been advanced with the rows.
  [[nodiscard]] Result<void> commit(postgres::Transaction& transaction,
                                    const postgres::Rows& advanced,
                                    const projections::Checkpoint& checkpoint);
  [[nodiscard]] Result<void> write_all(Part rows);
  [[nodiscard]] Result<Statements> statements_for(Part rows);
  [[nodiscard]] Result<void> add_upserts(Entity entity, const RowPointers& rows,
                                         Statements& statements);
  [[nodiscard]] Result<std::string> upsert_sql(Entity entity);
  [[nodiscard]] Result<postgres::Statement> statement_for(
      const projections::Checkpoint& checkpoint);
  [[nodiscard]] Result<void> prepare_once(const std::string& name, const std::string& sql);

  // parking.cc: what PostgreSQL refuses
  [[nodiscard]] Result<std::size_t> write_or_park(const std::vector<projections::RowChange>& rows,
                                                  const projections::Checkpoint& checkpoint);
  [[nodiscard]] Result<bool> checked(Result<void> written);
  [[nodiscard]] Result<std::size_t> write_part(Part rows, const projections::Checkpoint& checkpoint,
                                               bool alone);
  [[nodiscard]] Result<void> park(const projections::RowChange& row, const Error& why,
                                  const projections::Checkpoint& checkpoint);
  [[nodiscard]] Result<void> unpark(Part rows);

  Url url_;
  SearchIndexTidier* search_indexes_;  // or null
  std::function<void()> before_commit_;
  std::optional<postgres::Connection> connection_;
  std::set<std::string> made_;  // statements of this session
  std::uint32_t partition_ = 0;
  std::uint64_t owner_epoch_ = 0;
  Error refusal_;               // the last one, to be kept with a parked row
  std::uint64_t sequence_ = 0;  // of the checkpoint as it was last read or written
};

}  // namespace daybook::read_tables
