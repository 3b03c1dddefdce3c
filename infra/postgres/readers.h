// Reporting logins: a role each, mapped in daybook.reader to an organization and optionally to a
// user, whose rows row-level security then lets it see. Made by the owner of the tables; no login
// can change its own mapping.
//
// Their passwords come from the operating system's randomness and are kept in <data folder>/readers
// (mode 0600), so that a login's URL can be shown again. One that is missing there, or that the
// server does not take any more, is set anew.
//
// Errors: "reader.roles_missing" and "reader.cannot_create_role" (kNotAllowed) carry the very SQL
// that an administrator has to run; after that the same call succeeds. "reader.name" for a name
// that cannot be used, "reader.name_taken" for a role that is not this installation's,
// "reader.not_found". Threading: as the Connection's; one process at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "domain/core/result.h"
#include "infra/postgres/connection.h"

namespace daybook::postgres {

struct ReaderSpec {
  std::string name;  // 1 to 30 characters of a-z, 0-9, '_'; the login is <database>_reader_<name>
  std::string organization_id;         // UUID
  std::optional<std::string> user_id;  // UUID; nullopt: sees all of the organization
};

struct ReaderLogin {
  std::string name;
  std::string role;
  std::string organization_id;
  std::optional<std::string> user_id;
};

class Readers {
 public:
  // `owner_url` is where `owner` is connected; both must outlive this object.
  Readers(Connection& owner, std::string owner_url, const std::filesystem::path& data_folder);

  // Makes the login if it is missing, maps it as the spec says, and returns its URL, which has been
  // tried.
  [[nodiscard]] Result<std::string> ensure(const ReaderSpec& spec);
  // The logins that are mapped, by name.
  [[nodiscard]] Result<std::vector<ReaderLogin>> list();
  // Ends the login's sessions, removes its mapping and its role.
  [[nodiscard]] Result<void> drop(const std::string& name);

 private:
  [[nodiscard]] Result<std::string> role_of(const std::string& name);
  [[nodiscard]] Result<std::string> known_password(const std::string& role);
  [[nodiscard]] Result<void> remember_password(const std::string& role,
                                               const std::string& password);
  [[nodiscard]] Result<void> make_role(const std::string& role, const std::string& password);
  [[nodiscard]] Result<void> map(const std::string& role, const ReaderSpec& spec);
  [[nodiscard]] bool can_log_in(const std::string& role, const std::string& password);

  Connection& owner_;
  std::string owner_url_;
  std::filesystem::path passwords_;
};

}  // namespace daybook::postgres
