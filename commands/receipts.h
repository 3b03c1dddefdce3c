// From an outcome to what its sender is told.
#pragma once

#include <cstdint>
#include <optional>

#include "domain/core/position.h"
#include "domain/core/result.h"
#include "domain/core/validate.h"
#include "schemas/command.pb.h"
#include "schemas/log.pb.h"
#include "schemas/receipt.pb.h"

namespace daybook::commands {

[[nodiscard]] Receipt receipt_of(const log::Outcome& outcome, const Position& position,
                                 bool repeated);

// The refusal of a command that cannot be remembered, because it has no id or organization. Brings
// both into their canonical form.
[[nodiscard]] std::optional<Receipt> refuse_unaddressable(Command& command, std::int64_t now);

// The refusal of one that nobody has recorded.
[[nodiscard]] Receipt refusal_of(const Command& command, const Violations& violations,
                                 std::int64_t now);

// The entry under which the state remembers a command, and back.
[[nodiscard]] log::ReceiptEntry receipt_entry(const log::Outcome& outcome,
                                              const Position& position);
[[nodiscard]] Position position_of(const log::ReceiptEntry& entry, const std::string& log_id,
                                   std::uint32_t partition);

}  // namespace daybook::commands
