#include "infra/postgres/readers.h"

#include <algorithm>

#include "infra/postgres/private_file.h"
#include "infra/postgres/roles.h"
#include "infra/postgres/sql_text.h"
#include "infra/postgres/url.h"

namespace daybook::postgres {
namespace {

constexpr std::size_t kNameLengthMax =
    30;  // with the longest prefix this is what fits into a role's name
constexpr std::size_t kReaderPasswordBytes = 18;
constexpr const char* kRolePrefix = "reader_";

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= kNameLengthMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

std::string joined(const std::vector<std::string>& statements) {
  std::string text;
  for (const std::string& statement : statements) {
    text += "\n  " + statement;
  }
  return text;
}

struct RoleState {
  bool exists = false;
  bool is_ours = false;
  bool is_member = false;  // of the readers
};

Result<RoleState> state_of(Connection& owner, const std::string& role) {
  DAYBOOK_ASSIGN(
      found,
      owner.exec_params(
          "SELECT coalesce(shobj_description(oid, 'pg_authid') = daybook.role_mark(), false), "
          "coalesce(pg_has_role(oid, (SELECT g.oid FROM pg_roles AS g WHERE g.rolname = "
          "daybook.role_name('readers')), 'MEMBER'), false) "
          "FROM pg_roles WHERE rolname = $1",
          {role}));
  if (found.rows.empty()) {
    return RoleState{};
  }
  return RoleState{true, found.rows[0][0] == "t", found.rows[0][1] == "t"};
}

// "crm_reader_x" of the database "crm" is "x"; a role that is not named like that keeps its whole
// name.
Result<std::string> short_name(Connection& owner, const std::string& role) {
  const std::string marker = std::string("_") + kRolePrefix;
  for (std::size_t at = role.find(marker); at != std::string::npos;
       at = role.find(marker, at + 1)) {
    std::string name = role.substr(at + marker.size());
    DAYBOOK_ASSIGN(whole, role_name(owner, kRolePrefix + name));
    if (whole == role) {
      return name;
    }
  }
  return role;
}

// What makes `role` a reporting login with this password. The server is given a verifier, never the
// password itself.
Result<std::vector<std::string>> role_statements(Connection& owner, const std::string& role,
                                                 const std::string& password, bool exists) {
  DAYBOOK_ASSIGN(readers, role_name(owner, "readers"));
  DAYBOOK_ASSIGN(verifier, owner.encrypt_password(role, password));
  DAYBOOK_ASSIGN(names, owner.exec("SELECT daybook.role_mark(), quote_ident(current_database())"));
  const std::string quoted = quote_identifier(role);
  std::vector<std::string> statements;
  statements.push_back((exists ? "ALTER ROLE " : "CREATE ROLE ") + quoted +
                       " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT PASSWORD " +
                       quote_literal(verifier) + ";");
  statements.push_back("COMMENT ON ROLE " + quoted + " IS " +
                       quote_literal(names.rows[0][0].value_or("")) + ";");
  statements.push_back("GRANT " + quote_identifier(readers) + " TO " + quoted + ";");
  const std::string in_database =
      "ALTER ROLE " + quoted + " IN DATABASE " + names.rows[0][1].value_or("") + " SET ";
  statements.push_back(in_database + "TimeZone = 'UTC';");
  statements.push_back(in_database + "search_path = crm, public;");
  return statements;
}

}  // namespace

Readers::Readers(Connection& owner, std::string owner_url, const std::filesystem::path& data_folder)
    : owner_(owner), owner_url_(std::move(owner_url)), passwords_(data_folder / "readers") {}

Result<std::string> Readers::role_of(const std::string& name) {
  if (!is_name(name)) {
    return fail(
        ErrorKind::kInvalid, "reader.name",
        "a reporting login's name has 1 to 30 characters of a-z, 0-9 and _; this has not: " + name);
  }
  return role_name(owner_, kRolePrefix + name);
}

Result<std::string> Readers::known_password(const std::string& role) {
  DAYBOOK_ASSIGN(place, url_place(owner_url_));
  DAYBOOK_ASSIGN(passwords, read_settings(passwords_));
  return passwords[place + " " + role];
}

Result<void> Readers::remember_password(const std::string& role, const std::string& password) {
  DAYBOOK_ASSIGN(place, url_place(owner_url_));
  DAYBOOK_ASSIGN(passwords, read_settings(passwords_));
  passwords[place + " " + role] = password;
  return write_settings(passwords_, passwords);
}

bool Readers::can_log_in(const std::string& role, const std::string& password) {
  const auto url = url_for_login(owner_url_, role, password);
  return url && Connection::open(*url).has_value();
}

Result<void> Readers::make_role(const std::string& role, const std::string& password) {
  DAYBOOK_ASSIGN(state, state_of(owner_, role));
  DAYBOOK_ASSIGN(statements, role_statements(owner_, role, password, state.exists));
  Result<void> outcome;
  {
    DAYBOOK_ASSIGN(transaction, Transaction::begin(owner_));
    for (const std::string& statement : statements) {
      if (const auto done = owner_.exec(statement); !done) {
        outcome = fail(done.error());
        break;
      }
    }
    if (outcome) {
      return transaction.commit();
    }
  }
  if (sqlstate(outcome.error()) != "42501") {
    return outcome;
  }
  return fail(ErrorKind::kNotAllowed, "reader.cannot_create_role",
              "the owner of the tables may not create roles on this server. Let an administrator "
              "run the following, then "
              "try again:" +
                  joined(statements));
}

Result<void> Readers::map(const std::string& role, const ReaderSpec& spec) {
  DAYBOOK_TRY(owner_.exec_params(
      "INSERT INTO daybook.reader (role_name, organization_id, user_id) VALUES ($1, $2, $3) "
      "ON CONFLICT (role_name) DO UPDATE SET organization_id = excluded.organization_id, "
      "user_id = excluded.user_id",
      {role, spec.organization_id, spec.user_id}));
  return {};
}

Result<std::string> Readers::ensure(const ReaderSpec& spec) {
  DAYBOOK_ASSIGN(role, role_of(spec.name));
  DAYBOOK_ASSIGN(roles, check_roles(owner_));
  if (!roles.complete) {
    return fail(ErrorKind::kNotAllowed, "reader.roles_missing",
                "this installation's roles are not all there. Let an administrator run the "
                "following, then run daybook "
                "migrate up and try again:" +
                    joined(roles.administrator_sql));
  }
  DAYBOOK_ASSIGN(state, state_of(owner_, role));
  if (state.exists && !state.is_ours) {
    return fail(ErrorKind::kConflict, "reader.name_taken",
                "the role " + role +
                    " exists on this server and is not this installation's: choose another name");
  }
  DAYBOOK_TRY(map(role, spec));
  DAYBOOK_ASSIGN(password, known_password(role));
  if (!state.is_member || password.empty() || !can_log_in(role, password)) {
    if (password.empty()) {
      DAYBOOK_ASSIGN(fresh, random_hex(kReaderPasswordBytes));
      password = std::move(fresh);
      // Kept first: an administrator may be the one who gives it to the server.
      DAYBOOK_TRY(remember_password(role, password));
    }
    DAYBOOK_TRY(make_role(role, password));
  }
  DAYBOOK_ASSIGN(url, url_for_login(owner_url_, role, password));
  DAYBOOK_TRY(Connection::open(url));
  return url;
}

Result<std::vector<ReaderLogin>> Readers::list() {
  DAYBOOK_ASSIGN(
      found,
      owner_.exec(
          "SELECT role_name, organization_id, user_id FROM daybook.reader ORDER BY role_name"));
  std::vector<ReaderLogin> logins;
  for (const Row& row : found.rows) {
    const std::string role = row[0].value_or("");
    DAYBOOK_ASSIGN(name, short_name(owner_, role));
    logins.push_back({std::move(name), role, row[1].value_or(""), row[2]});
  }
  return logins;
}

Result<void> Readers::drop(const std::string& name) {
  DAYBOOK_ASSIGN(role, role_of(name));
  DAYBOOK_ASSIGN(removed,
                 owner_.exec_params("DELETE FROM daybook.reader WHERE role_name = $1", {role}));
  DAYBOOK_ASSIGN(state, state_of(owner_, role));
  if (removed.affected == 0 && !(state.exists && state.is_ours)) {
    return fail(ErrorKind::kNotFound, "reader.not_found",
                "there is no reporting login named " + name);
  }
  DAYBOOK_ASSIGN(place, url_place(owner_url_));
  DAYBOOK_ASSIGN(passwords, read_settings(passwords_));
  passwords.erase(place + " " + role);
  DAYBOOK_TRY(write_settings(passwords_, passwords));
  if (!state.exists || !state.is_ours) {
    return {};
  }
  // Without its mapping the login is blind already; that its sessions end at once is a courtesy
  // that may be refused.
  (void)owner_.exec_params(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = $1", {role});
  DAYBOOK_TRY(owner_.exec("DROP ROLE " + quote_identifier(role)));
  return {};
}

}  // namespace daybook::postgres
