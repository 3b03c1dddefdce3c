// Where PostgreSQL's own programs are, and as whom they can run. Internal.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "domain/core/result.h"

namespace daybook::postgres {

constexpr int kOldestMajorVersion = 15;

// The folder of initdb and pg_ctl: of `major_version` when given (an existing cluster can be served
// by no other), otherwise the newest. Looks where Debian puts them, then asks the pg_config in
// PATH.
[[nodiscard]] Result<std::filesystem::path> find_server_programs(std::optional<int> major_version);

// PostgreSQL refuses to run as root; then its programs run as "postgres".
class ServerUser {
 public:
  // Fails as root on a machine without the user "postgres".
  [[nodiscard]] static Result<ServerUser> current();

  [[nodiscard]] bool is_other() const { return is_other_; }
  // `arguments` so that they run as this user.
  [[nodiscard]] std::vector<std::string> command(std::vector<std::string> arguments) const;
  // Gives a file or folder to this user; nothing to do when it is ourselves.
  [[nodiscard]] Result<void> give(const std::filesystem::path& path) const;
  // Whether this user can reach and write the folder.
  [[nodiscard]] bool can_write(const std::filesystem::path& folder) const;

 private:
  bool is_other_ = false;
  unsigned user_id_ = 0;
  unsigned group_id_ = 0;
};

}  // namespace daybook::postgres
