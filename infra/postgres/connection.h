// One session with PostgreSQL, without a foreign type or exception in sight.
//
// Ownership: a Connection owns its session; it is movable, not copyable, and closes the session
// when destroyed (an open transaction is rolled back by the server). Threading: one thread at a
// time; different connections are independent.
//
// Session: every session runs with TimeZone UTC, ISO dates and hex bytes, in UTF-8, whatever the
// server's or the role's settings say.
//
// Errors: what PostgreSQL refuses has the code "sql.<sqlstate>" (see sqlstate() and
// is_refused_data()). Its kind says what the caller can do:
// - kUnavailable: the session is lost or could not be made, or the server is short of something or
//   in a deadlock. Nothing of the transaction happened: begin it anew, on a new Connection where
//   is_open() is false.
// - kUnknownOutcome: a COMMIT was sent and no answer came. Look it up (the checkpoint says) before
//   doing anything again.
// - kRejected: classes 22 and 23; this very data will never be accepted.
// - kNotAllowed: the role lacks a privilege.
// - kCorrupt: the server reports damaged data.
// - kInvalid: anything else, a fault in the statement or in the installation.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/core/result.h"

namespace daybook::postgres {

// A value in PostgreSQL's text form; std::nullopt is NULL.
using Value = std::optional<std::string>;
using Row = std::vector<Value>;

struct Rows {
  std::vector<std::string> columns;
  std::vector<Row> rows;
  // Rows inserted, updated, deleted, copied or selected by the (last) statement.
  std::int64_t affected = 0;
};

// One statement among several: by the name it was prepared under, or by its text.
struct Statement {
  std::string prepared{};
  std::string sql{};
  std::vector<Value> params{};
};

// A relation's name, quoted when it is used. An empty schema means the search path: temporary
// tables.
struct TableName {
  std::string schema;
  std::string name;
};

struct ConnectionOptions {
  std::string application_name = "daybook";
  std::chrono::seconds connect_timeout{10};
  std::chrono::milliseconds statement_timeout{0};  // 0: none
};

class Connection {
 public:
  // `url` is a libpq connection string: "postgresql://..." or "host=... dbname=...".
  [[nodiscard]] static Result<Connection> open(const std::string& url,
                                               const ConnectionOptions& options = {});

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // Runs SQL text without parameters. May hold several statements, which then form one implicit
  // transaction unless a transaction is open; the rows are the last statement's.
  [[nodiscard]] Result<Rows> exec(const std::string& sql);

  // Runs one statement with $1, $2, ... bound to `params`.
  [[nodiscard]] Result<Rows> exec_params(const std::string& sql, std::span<const Value> params);
  [[nodiscard]] Result<Rows> exec_params(const std::string& sql,
                                         std::initializer_list<Value> params);

  // Parses a statement once for the session; exec_prepared() then runs it by name.
  [[nodiscard]] Result<void> prepare(const std::string& name, const std::string& sql);
  [[nodiscard]] Result<Rows> exec_prepared(const std::string& name, std::span<const Value> params);

  // Runs the statements one after the other in one round trip; answers in their order. After one
  // that is refused none is run, and its error is returned. Where no transaction is open they are
  // one: what was run before the error is undone.
  [[nodiscard]] Result<std::vector<Rows>> exec_together(std::span<const Statement> statements);

  // COPY table (columns) FROM STDIN in the text format: `lines` are complete, tab-separated,
  // escaped lines as append_copy_value() makes them. Returns how many rows were taken. A refused
  // line fails the whole copy.
  [[nodiscard]] Result<std::int64_t> copy_in(const TableName& table,
                                             std::span<const std::string> columns,
                                             std::string_view lines);

  // One transaction in READ COMMITTED. A COMMIT whose fate is unknown gives kUnknownOutcome; any
  // other error of commit() means that nothing of the transaction happened. rollback() of a lost
  // session succeeds: the server does it.
  [[nodiscard]] Result<void> begin();
  [[nodiscard]] Result<void> commit();
  Result<void> rollback();

  // The password as the server will keep it (SCRAM), so that it never travels or is logged as text:
  // for CREATE ROLE.
  [[nodiscard]] Result<std::string> encrypt_password(const std::string& role,
                                                     const std::string& password);

  // False after the session was lost; then only destroying (or replacing) the Connection helps.
  [[nodiscard]] bool is_open() const;
  // True between begin() and the end of the transaction, also when the transaction has failed.
  [[nodiscard]] bool in_transaction() const;
  // The server's version as a number: 150004 is 15.4.
  [[nodiscard]] int server_version() const;
  // The process serving this session (pg_backend_pid), without a round trip.
  [[nodiscard]] int backend_pid() const;

 private:
  struct Session;
  explicit Connection(std::unique_ptr<Session> session);
  std::unique_ptr<Session> session_;
};

// The five characters of the SQLSTATE that PostgreSQL gave, "" when the error is not PostgreSQL's.
[[nodiscard]] std::string_view sqlstate(const Error& error);

// True for SQLSTATE classes 22 (data exception) and 23 (integrity violation): the row itself is
// refused, and may be parked.
[[nodiscard]] bool is_refused_data(const Error& error);

// Rolls back when it leaves scope before commit() was called. The Connection must outlive it.
class Transaction {
 public:
  [[nodiscard]] static Result<Transaction> begin(Connection& connection);
  // In the round trip of its first statements, see Connection::exec_together; with their answers.
  [[nodiscard]] static Result<std::pair<Transaction, std::vector<Rows>>> begin_with(
      Connection& connection, std::vector<Statement> statements);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  [[nodiscard]] Result<void> commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace daybook::postgres
