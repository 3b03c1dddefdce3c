#include "infra/postgres/roles.h"

#include "infra/postgres/embedded_files.h"
#include "infra/postgres/sql_text.h"

namespace daybook::postgres {
namespace {

struct MissingStatement {
  std::string sql;
  bool safe;  // false: only a person can say whether the role may be used
};

Result<std::vector<MissingStatement>> missing_statements(Connection& connection) {
  DAYBOOK_ASSIGN(found, connection.exec(std::string(embedded_text("roles_missing.sql"))));
  std::vector<MissingStatement> statements;
  for (const Row& row : found.rows) {
    statements.push_back({row[0].value_or(""), row[1] == "t"});
  }
  return statements;
}

Result<bool> may_create_roles(Connection& connection) {
  DAYBOOK_ASSIGN(
      found, connection.exec(
                 "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"));
  return !found.rows.empty() && found.rows[0][0] == "t";
}

RolesReport report_of(const std::vector<MissingStatement>& statements) {
  RolesReport report;
  report.complete = statements.empty();
  for (const MissingStatement& statement : statements) {
    report.administrator_sql.push_back(statement.sql + ";");
    if (!statement.safe && statement.sql.starts_with("COMMENT")) {
      report.notes.push_back(
          "a role of that name exists and is not marked as this installation's; run this only if "
          "it "
          "is meant for it: " +
          statement.sql + ";");
    }
  }
  return report;
}

bool all_safe(const std::vector<MissingStatement>& statements) {
  for (const MissingStatement& statement : statements) {
    if (!statement.safe) {
      return false;
    }
  }
  return true;
}

// Creating and marking belong together: a role without its mark would be taken for somebody else's.
Result<void> run_all(Connection& connection, const std::vector<MissingStatement>& statements) {
  DAYBOOK_ASSIGN(transaction, Transaction::begin(connection));
  for (const MissingStatement& statement : statements) {
    DAYBOOK_TRY(connection.exec(statement.sql));
  }
  return transaction.commit();
}

}  // namespace

Result<RolesReport> check_roles(Connection& connection) {
  DAYBOOK_ASSIGN(statements, missing_statements(connection));
  return report_of(statements);
}

Result<RolesReport> ensure_roles(Connection& connection) {
  DAYBOOK_ASSIGN(statements, missing_statements(connection));
  DAYBOOK_ASSIGN(allowed, may_create_roles(connection));
  if (!statements.empty() && (!allowed || !all_safe(statements))) {
    return report_of(statements);
  }
  if (!statements.empty()) {
    if (const Result<void> made = run_all(connection, statements); !made) {
      RolesReport report = report_of(statements);
      report.notes.push_back("creating the roles failed: " + made.error().detail);
      return report;
    }
  }
  DAYBOOK_TRY(connection.exec(std::string(embedded_text("roles_grants.sql"))));
  RolesReport report;
  report.complete = true;
  return report;
}

Result<std::vector<std::string>> owned_roles(Connection& connection) {
  DAYBOOK_ASSIGN(found, connection.exec(std::string(embedded_text("roles_owned.sql"))));
  std::vector<std::string> roles;
  for (const Row& row : found.rows) {
    roles.push_back(row[0].value_or(""));
  }
  return roles;
}

Result<std::vector<std::string>> drop_roles(Connection& connection,
                                            const std::vector<std::string>& roles) {
  std::vector<std::string> notes;
  for (const std::string& role : roles) {
    if (const auto dropped = connection.exec("DROP ROLE IF EXISTS " + quote_identifier(role));
        !dropped) {
      if (!connection.is_open()) {
        return fail(dropped.error());
      }
      notes.push_back("the role " + role + " stays: " + dropped.error().detail);
    }
  }
  return notes;
}

Result<std::string> role_name(Connection& connection, const std::string& suffix) {
  DAYBOOK_ASSIGN(found, connection.exec_params("SELECT daybook.role_name($1)", {suffix}));
  return found.rows.at(0).at(0).value_or("");
}

Result<bool> assume_projector(Connection& connection) {
  DAYBOOK_ASSIGN(
      found,
      connection.exec(
          "SELECT r.rolname FROM pg_roles AS r WHERE r.rolname = daybook.role_name('projector') "
          "AND pg_has_role(r.oid, 'MEMBER') "
          "AND shobj_description(r.oid, 'pg_authid') = daybook.role_mark() "
          "AND has_table_privilege(r.oid, 'daybook.checkpoint', 'UPDATE')"));
  if (found.rows.empty()) {
    return false;
  }
  DAYBOOK_TRY(connection.exec("SET ROLE " + quote_identifier(found.rows[0][0].value_or(""))));
  return true;
}

}  // namespace daybook::postgres
