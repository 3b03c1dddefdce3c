#include "infra/postgres/connection.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "infra/postgres/sql_error.h"
#include "infra/postgres/sql_text.h"

namespace daybook::postgres {
namespace {

template <auto Destroy>
struct CDeleter {
  void operator()(auto* pointer) const noexcept { Destroy(pointer); }
};
using PgHandle = std::unique_ptr<PGconn, CDeleter<PQfinish>>;
using PgResult = std::unique_ptr<PGresult, CDeleter<PQclear>>;

constexpr const char* kBegin = "BEGIN ISOLATION LEVEL READ COMMITTED";
constexpr std::size_t kCopyChunkBytes = 1 << 20;
constexpr const char* kDeadPeerTimeoutMs =
    "30000";  // a server that acknowledges nothing for so long is gone

// Warnings and notices have no reader here; without this libpq prints them to the process's
// standard error.
void ignore_notice(void*, const PGresult*) {}

Error error_of(PGconn* connection, const PGresult* result) {
  const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* text = result == nullptr ? nullptr : PQresultErrorMessage(result);
  if (text == nullptr || *text == '\0') {
    text = PQerrorMessage(connection);
  }
  return make_sql_error(state == nullptr ? "" : state, text);
}

std::int64_t affected_by(PGresult* result) {
  const std::string_view text = PQcmdTuples(result);
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

Rows rows_of(PGresult* result) {
  Rows rows;
  rows.affected = affected_by(result);
  const int columns = PQnfields(result);
  const int count = PQntuples(result);
  for (int column = 0; column < columns; ++column) {
    rows.columns.emplace_back(PQfname(result, column));
  }
  rows.rows.reserve(static_cast<std::size_t>(count));
  for (int row = 0; row < count; ++row) {
    Row& values = rows.rows.emplace_back(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result, row, column) == 0) {
        values[static_cast<std::size_t>(column)].emplace(
            PQgetvalue(result, row, column),
            static_cast<std::size_t>(PQgetlength(result, row, column)));
      }
    }
  }
  return rows;
}

Result<Rows> taken(PGconn* connection, PgResult result) {
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) {
    return rows_of(result.get());
  }
  return fail(error_of(connection, result.get()));
}

std::vector<const char*> pointers_of(std::span<const Value> params) {
  std::vector<const char*> pointers;
  pointers.reserve(params.size());
  for (const Value& param : params) {
    pointers.push_back(param ? param->c_str() : nullptr);
  }
  return pointers;
}

bool send(PGconn* connection, const Statement& statement) {
  const auto pointers = pointers_of(statement.params);
  const int count = static_cast<int>(pointers.size());
  if (statement.prepared.empty()) {
    return PQsendQueryParams(connection, statement.sql.c_str(), count, nullptr, pointers.data(),
                             nullptr, nullptr, 0) == 1;
  }
  return PQsendQueryPrepared(connection, statement.prepared.c_str(), count, pointers.data(),
                             nullptr, nullptr, 0) == 1;
}

// The answers to so many statements in pipeline mode, and to the Sync after them.
Result<std::vector<Rows>> answers_of(PGconn* connection, std::size_t statements) {
  std::vector<Rows> answers;
  std::optional<Error> error;
  for (std::size_t i = 0; i < statements; ++i) {
    Result<Rows> answer = taken(connection, PgResult(PQgetResult(connection)));
    while (PgResult rest{PQgetResult(connection)}) {
    }
    if (answer) {
      answers.push_back(std::move(*answer));
    } else if (!error) {
      error = std::move(answer).error();
    }
    if (PQstatus(connection) != CONNECTION_OK) break;
  }
  const PgResult synced(PQgetResult(connection));
  if (error) return fail(std::move(*error));
  return answers;
}

std::string copy_statement(const TableName& table, std::span<const std::string> columns) {
  std::string sql = "COPY ";
  if (!table.schema.empty()) {
    sql += quote_identifier(table.schema) + ".";
  }
  sql += quote_identifier(table.name) + " (";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    sql += (i == 0 ? "" : ", ") + quote_identifier(columns[i]);
  }
  return sql + ") FROM STDIN";
}

std::string session_settings(const ConnectionOptions& options) {
  return "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET bytea_output = 'hex'; SET "
         "client_min_messages = warning; "
         "SET default_transaction_isolation = 'read committed'; SET statement_timeout = " +
         std::to_string(options.statement_timeout.count());
}

}  // namespace

struct Connection::Session {
  PgHandle handle;
};

Connection::Connection(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::open(const std::string& url, const ConnectionOptions& options) {
  const std::string timeout = std::to_string(options.connect_timeout.count());
  const std::array<const char*, 6> keywords{"connect_timeout",  "tcp_user_timeout", "dbname",
                                            "application_name", "client_encoding",  nullptr};
  const std::array<const char*, 6> values{timeout.c_str(), kDeadPeerTimeoutMs,
                                          url.c_str(),     options.application_name.c_str(),
                                          "UTF8",          nullptr};
  // What stands before "dbname" are defaults that the URL may override; what stands after it
  // overrides the URL.
  PgHandle handle(PQconnectdbParams(keywords.data(), values.data(), 1));
  if (handle == nullptr) {
    return fail(ErrorKind::kUnavailable, "sql.no_memory",
                "no memory for a session with PostgreSQL");
  }
  PQsetNoticeReceiver(handle.get(), ignore_notice, nullptr);
  if (PQstatus(handle.get()) != CONNECTION_OK) {
    Error error = make_sql_error("", PQerrorMessage(handle.get()));
    error.code = "sql.cannot_connect";
    error.detail = "cannot connect to PostgreSQL: " + std::string(PQerrorMessage(handle.get()));
    error.detail.erase(error.detail.find_last_not_of('\n') + 1);
    return fail(std::move(error));
  }
  Connection connection(std::make_unique<Session>(Session{std::move(handle)}));
  DAYBOOK_TRY(connection.exec(session_settings(options)));
  return connection;
}

Result<Rows> Connection::exec(const std::string& sql) {
  PGconn* handle = session_->handle.get();
  return taken(handle, PgResult(PQexec(handle, sql.c_str())));
}

Result<Rows> Connection::exec_params(const std::string& sql, std::span<const Value> params) {
  PGconn* handle = session_->handle.get();
  const auto pointers = pointers_of(params);
  return taken(handle, PgResult(PQexecParams(handle, sql.c_str(), static_cast<int>(pointers.size()),
                                             nullptr, pointers.data(), nullptr, nullptr, 0)));
}

Result<Rows> Connection::exec_params(const std::string& sql, std::initializer_list<Value> params) {
  return exec_params(sql, std::span<const Value>(params.begin(), params.size()));
}

Result<void> Connection::prepare(const std::string& name, const std::string& sql) {
  PGconn* handle = session_->handle.get();
  DAYBOOK_TRY(taken(handle, PgResult(PQprepare(handle, name.c_str(), sql.c_str(), 0, nullptr))));
  return {};
}

Result<Rows> Connection::exec_prepared(const std::string& name, std::span<const Value> params) {
  PGconn* handle = session_->handle.get();
  const auto pointers = pointers_of(params);
  return taken(handle,
               PgResult(PQexecPrepared(handle, name.c_str(), static_cast<int>(pointers.size()),
                                       pointers.data(), nullptr, nullptr, 0)));
}

Result<std::vector<Rows>> Connection::exec_together(std::span<const Statement> statements) {
  PGconn* handle = session_->handle.get();
  bool sent = PQenterPipelineMode(handle) == 1;
  for (const Statement& statement : statements) sent = sent && send(handle, statement);
  if (sent && PQpipelineSync(handle) == 1) {
    auto answers = answers_of(handle, statements.size());
    if (PQexitPipelineMode(handle) == 1) return answers;
  }
  // Nobody knows what the session waits for: it is given up, and with it what it had begun.
  const std::string text = PQerrorMessage(handle);
  session_->handle.reset();
  return fail(make_sql_error("", text));
}

Result<std::int64_t> Connection::copy_in(const TableName& table,
                                         std::span<const std::string> columns,
                                         std::string_view lines) {
  PGconn* handle = session_->handle.get();
  const PgResult start(PQexec(handle, copy_statement(table, columns).c_str()));
  if (PQresultStatus(start.get()) != PGRES_COPY_IN) {
    return fail(error_of(handle, start.get()));
  }
  bool sent = true;
  while (sent && !lines.empty()) {
    const std::string_view chunk = lines.substr(0, kCopyChunkBytes);
    sent = PQputCopyData(handle, chunk.data(), static_cast<int>(chunk.size())) == 1;
    lines.remove_prefix(chunk.size());
  }
  if (!sent || PQputCopyEnd(handle, nullptr) != 1) {
    return fail(make_sql_error("", PQerrorMessage(handle)));
  }
  // PQgetResult must be called until it returns null, or the session stays in COPY mode.
  Result<Rows> outcome = taken(handle, PgResult(PQgetResult(handle)));
  while (PgResult rest{PQgetResult(handle)}) {
  }
  DAYBOOK_TRY(outcome);
  return outcome->affected;
}

Result<void> Connection::begin() {
  DAYBOOK_TRY(exec(kBegin));
  return {};
}

Result<void> Connection::commit() {
  PGconn* handle = session_->handle.get();
  if (PQstatus(handle) != CONNECTION_OK) {
    return fail(make_sql_error(
        "", "it was lost before COMMIT was sent; nothing of the transaction happened"));
  }
  const PgResult result(PQexec(handle, "COMMIT"));
  if (PQstatus(handle) != CONNECTION_OK) {
    return fail(ErrorKind::kUnknownOutcome, "sql.commit_unknown",
                "the session was lost after COMMIT was sent: read the checkpoint on a new session "
                "to learn whether it "
                "took effect; " +
                    std::string(PQerrorMessage(handle)));
  }
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
    return fail(error_of(handle, result.get()));
  }
  // COMMIT of a transaction that has failed is answered with success and the tag ROLLBACK.
  if (std::string_view(PQcmdStatus(result.get())) != "COMMIT") {
    return fail(ErrorKind::kInvalid, "sql.rolled_back",
                "an earlier statement of the transaction had failed, so PostgreSQL rolled it back");
  }
  return {};
}

Result<void> Connection::rollback() {
  if (!is_open()) {
    return {};
  }
  DAYBOOK_TRY(exec("ROLLBACK"));
  return {};
}

Result<std::string> Connection::encrypt_password(const std::string& role,
                                                 const std::string& password) {
  PGconn* handle = session_->handle.get();
  const std::unique_ptr<char, CDeleter<PQfreemem>> verifier(
      PQencryptPasswordConn(handle, password.c_str(), role.c_str(), "scram-sha-256"));
  if (verifier == nullptr) {
    return fail(make_sql_error("", PQerrorMessage(handle)));
  }
  return std::string(verifier.get());
}

bool Connection::is_open() const { return PQstatus(session_->handle.get()) == CONNECTION_OK; }

bool Connection::in_transaction() const {
  const PGTransactionStatusType status = PQtransactionStatus(session_->handle.get());
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

int Connection::server_version() const { return PQserverVersion(session_->handle.get()); }

int Connection::backend_pid() const { return PQbackendPID(session_->handle.get()); }

Result<Transaction> Transaction::begin(Connection& connection) {
  DAYBOOK_TRY(connection.begin());
  return Transaction(connection);
}

Result<std::pair<Transaction, std::vector<Rows>>> Transaction::begin_with(
    Connection& connection, std::vector<Statement> statements) {
  Transaction transaction(connection);
  statements.insert(statements.begin(), Statement{.sql = kBegin});
  DAYBOOK_ASSIGN(answers, connection.exec_together(statements));
  answers.erase(answers.begin());
  return std::pair(std::move(transaction), std::move(answers));
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
  if (connection_ != nullptr) {
    connection_->rollback();
  }
}

Result<void> Transaction::commit() {
  Connection* connection = std::exchange(connection_, nullptr);
  Result<void> outcome = connection->commit();
  // A COMMIT that PostgreSQL refused has ended the transaction already; this is for the case that
  // it was not sent.
  if (!outcome && connection->is_open() && connection->in_transaction()) {
    connection->rollback();
  }
  return outcome;
}

}  // namespace daybook::postgres
