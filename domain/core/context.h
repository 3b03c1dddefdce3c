// What a decision is told about its command: who, when, in which organization, with what material
// for new ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "schemas/command.pb.h"
#include "schemas/user.pb.h"

namespace daybook {

struct Actor {
  bool integration = false;
  std::string user_id;  // empty for the integration
  user::UserRole role = user::USER_ROLE_UNSPECIFIED;

  // May see and change everything in the organization and name owners: MANAGER, ADMIN, integration.
  [[nodiscard]] bool manages() const {
    return integration || role == user::USER_ROLE_MANAGER || role == user::USER_ROLE_ADMIN;
  }
  [[nodiscard]] bool administers() const { return integration || role == user::USER_ROLE_ADMIN; }
  [[nodiscard]] bool only_reads() const { return !integration && role == user::USER_ROLE_VIEWER; }
};

struct Context {
  std::string organization_id;
  std::string command_id;
  std::uint32_t member = 0;  // position in the batch, 0 outside one
  Actor actor;
  std::int64_t now =
      0;  // the decision time, in milliseconds; never goes backwards within a partition
  const Import* import = nullptr;  // the facts of an imported record; null for an ordinary command
};

}  // namespace daybook
