// How the command line reaches the command handlers: over HTTP beside a running `daybook up` (which
// holds the lock of the data folder), or else by opening the log itself for as long as the
// subcommand runs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/daybook/settings.h"
#include "schemas/receipt.pb.h"

namespace daybook::app {

// One command's answer, as the HTTP door words it.
struct SentAnswer {
  std::string json;     // the receipt, or {"error": ...}
  std::string outcome;  // "accepted", "rejected", or "" for an error: nothing was decided, or it is
                        // not known; the error's kind says which
};

class Door {
 public:
  Door() = default;
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;
  virtual ~Door() = default;

  // Each line is one command as JSON; the answers come in the same order.
  [[nodiscard]] virtual Result<std::vector<SentAnswer>> send(
      const std::vector<std::string>& lines) = 0;
  [[nodiscard]] virtual Result<std::string> receipt(const std::string& organization_id,
                                                    const std::string& command_id) = 0;
  [[nodiscard]] virtual Result<std::string> history(const std::string& organization_id,
                                                    const std::string& entity,
                                                    const std::string& reference) = 0;
};

[[nodiscard]] Result<std::unique_ptr<Door>> open_door(const Settings& settings);

inline constexpr std::size_t kLinesPerRequest =
    100;  // below the server's window, so that nothing has to be read meanwhile

}  // namespace daybook::app
