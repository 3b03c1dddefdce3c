// The pages that look something up: the receipt of a command, the history of a record. What belongs
// to an organization that the grant does not cover looks as if it did not exist. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "commands/submission.h"
#include "infra/http/message.h"
#include "infra/http/tokens.h"

namespace daybook::http {

// /v1/organizations/{organization}/commands/{id}
struct ReceiptAddress {
  std::string organization_id;
  std::string command_id;
};
[[nodiscard]] std::optional<ReceiptAddress> receipt_address(std::string_view target);

// /v1/organizations/{organization}/history/{entity}/{id, or namespace%2Fexternal
// id}[?after=version]
struct HistoryAddress {
  std::string organization_id;
  std::string entity;
  std::string reference;
  std::uint64_t after_version = 0;
};
[[nodiscard]] std::optional<HistoryAddress> history_address(std::string_view target);

// A null grant: nobody needs a token here. `answer` is called exactly once, from any thread.
void receipt_page(commands::CommandDoor& door, const ReceiptAddress& address, const Grant* grant,
                  bool protobuf, std::function<void(Answer)> answer);
void history_page(commands::CommandDoor& door, const HistoryAddress& address, const Grant* grant,
                  std::function<void(Answer)> answer);

}  // namespace daybook::http
