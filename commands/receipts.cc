#include "commands/receipts.h"

#include <algorithm>
#include <map>

#include "domain/core/text.h"
#include "domain/core/uuid.h"
#include "domain/decide/command.h"

namespace daybook::commands {

Receipt receipt_of(const log::Outcome& outcome, const Position& position, bool repeated) {
  Receipt receipt;
  receipt.set_outcome(outcome.kind() == log::OUTCOME_KIND_ACCEPTED ? "accepted" : "rejected");
  receipt.set_command_id(outcome.command_id());
  receipt.set_organization_id(outcome.organization_id());
  receipt.set_command(outcome.command());
  receipt.set_repeated(repeated);
  receipt.set_token(position.nowhere() ? "" : token_of(position));
  receipt.set_decided_at(outcome.decided_at());
  receipt.set_correlation_id(outcome.correlation_id());
  receipt.set_traceparent(outcome.traceparent());
  *receipt.mutable_violations() = outcome.violations();
  *receipt.mutable_notices() = outcome.notices();
  std::map<std::string, int> places;  // of each record's entry
  for (const log::Event& event : outcome.events()) {
    const auto [place, fresh] = places.emplace(event.id(), receipt.records_size());
    RecordVersion& record =
        fresh ? *receipt.add_records() : *receipt.mutable_records(place->second);
    record.set_entity(event.entity());
    record.set_id(event.id());
    record.set_version(event.version());
  }
  return receipt;
}

std::optional<Receipt> refuse_unaddressable(Command& command, std::int64_t now) {
  Violations violations;
  const auto require_uuid = [&](std::string* text, const char* path) {
    if (auto canonical = canonical_uuid(trimmed(*text))) {
      *text = *canonical;
    } else {
      violations.push_back({ErrorKind::kInvalid, text->empty() ? "field.required" : "id.malformed",
                            "give a UUID; a command needs its own id and its organization", path});
    }
  };
  require_uuid(command.mutable_command_id(), "commandId");
  require_uuid(command.mutable_organization_id(), "organizationId");
  if (violations.empty()) return std::nullopt;
  return refusal_of(command, violations, now);
}

Receipt refusal_of(const Command& command, const Violations& violations, std::int64_t now) {
  return receipt_of(refuse_command(command, "", violations, now), {}, false);
}

log::ReceiptEntry receipt_entry(const log::Outcome& outcome, const Position& position) {
  log::ReceiptEntry entry;
  entry.set_offset(position.offset);
  entry.set_sequence(position.sequence);
  entry.set_hash(position.hash.data(), position.hash.size());
  entry.set_payload_hash(outcome.payload_hash());
  return entry;
}

Position position_of(const log::ReceiptEntry& entry, const std::string& log_id,
                     std::uint32_t partition) {
  Position position{log_id, partition, entry.offset(), entry.sequence(), {}};
  std::copy_n(entry.hash().begin(), std::min(entry.hash().size(), position.hash.size()),
              position.hash.begin());
  return position;
}

}  // namespace daybook::commands
