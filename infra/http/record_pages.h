// The pages that look something up: the receipt of a command, the history of a record. What belongs
// to an organization that the grant does not cover looks as if it did not exist. Thread-safe.
#pragma once

#include <optional>
#include <string_view>

#include "commands/submission.h"
#include "infra/http/message.h"
#include "infra/http/tokens.h"

namespace daybook::http {

// /v1/organizations/{organization}/commands/{id}
struct ReceiptAddress {
  std::string_view organization_id;
  std::string_view command_id;
};
[[nodiscard]] std::optional<ReceiptAddress> receipt_address(std::string_view path);

// /v1/organizations/{organization}/history/{entity}/{id, or namespace%2Fexternal id}
struct HistoryAddress {
  std::string_view organization_id;
  std::string_view entity;
  std::string_view reference;
};
[[nodiscard]] std::optional<HistoryAddress> history_address(std::string_view path);

// A null grant: nobody needs a token here.
[[nodiscard]] Answer receipt_page(commands::CommandDoor& door, const ReceiptAddress& address,
                                  const Grant* grant, bool protobuf);
[[nodiscard]] Answer history_page(commands::CommandDoor& door, const HistoryAddress& address,
                                  const Grant* grant);

}  // namespace daybook::http
