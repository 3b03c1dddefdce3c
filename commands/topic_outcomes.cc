#include "commands/topic_outcomes.h"

#include "commands/codec/json.h"
#include "commands/intake.h"
#include "domain/core/uuid.h"
#include "domain/decide/command.h"

namespace daybook::commands {
namespace {

void add_if_given(Headers& headers, const char* name, const std::string& value) {
  if (!value.empty()) headers.emplace_back(name, value);
}

TopicRecord result_of(const log::Outcome& outcome, std::uint64_t outcome_offset,
                      const Receipt& receipt, const std::string& origin,
                      const CommandRecord& record) {
  TopicRecord result{record.key, codec::encode_json(receipt), {}};
  result.headers.emplace_back(header::kContentType, "application/json");
  result.headers.emplace_back(header::kOutcome, receipt.outcome());
  result.headers.emplace_back(header::kOrigin, origin);
  result.headers.emplace_back(header::kOutcomeOffset, std::to_string(outcome_offset));
  add_if_given(result.headers, header::kReplyTo,
               find_header(record.headers, header::kReplyTo).value_or(""));
  add_if_given(result.headers, header::kCommandId, outcome.command_id());
  add_if_given(result.headers, header::kCorrelationId, outcome.correlation_id());
  add_if_given(result.headers, header::kTraceparent, outcome.traceparent());
  return result;
}

// The record as it came, with the reason beside it.
TopicRecord dead_letter_of(const log::Outcome& outcome, std::uint64_t outcome_offset,
                           const std::string& origin, const CommandRecord& record) {
  TopicRecord letter{record.key, record.value, {}};
  for (const auto& each : record.headers) {
    const bool kept = !is_own_header(each.first) && each.first != header::kCommandId &&
                      each.first != header::kReplyTo;
    if (kept) letter.headers.push_back(each);
  }
  letter.headers.emplace_back(header::kOrigin, origin);
  letter.headers.emplace_back(header::kOutcomeOffset, std::to_string(outcome_offset));
  add_if_given(letter.headers, header::kCommandId, outcome.command_id());
  if (outcome.violations_size() > 0) {
    const log::Violation& first = outcome.violations(0);
    letter.headers.emplace_back(header::kErrorCode, first.code());
    letter.headers.emplace_back(header::kErrorMessage, first.message());
    add_if_given(letter.headers, header::kErrorPath, first.path());
  }
  return letter;
}

}  // namespace

log::Outcome forwarded_outcome(const Submission& submission, std::int64_t now) {
  log::Outcome outcome;
  outcome.set_kind(log::OUTCOME_KIND_FORWARDED);
  outcome.set_organization_id(
      canonical_uuid(submission.origin->record.key.value_or("")).value_or(""));
  outcome.set_decided_at(now);
  return outcome;
}

log::Outcome lost_outcome(CommandTopic::Range range, std::int64_t now) {
  log::Outcome outcome;
  outcome.set_kind(log::OUTCOME_KIND_LOST);
  outcome.set_lost_from(static_cast<std::uint64_t>(range.from));
  outcome.set_lost_to(static_cast<std::uint64_t>(range.to));
  outcome.set_decided_at(now);
  return outcome;
}

log::Outcome repeated_outcome(const Command& command, const std::string& payload_hash,
                              std::uint64_t first_offset, std::int64_t now) {
  log::Outcome outcome = refuse_command(command, payload_hash, {}, now);
  outcome.set_kind(log::OUTCOME_KIND_REPEATED);
  outcome.set_first_offset(first_offset);
  return outcome;
}

log::Outcome unremembered_outcome(const Command& command, const std::string& payload_hash,
                                  const Violations& violations, std::int64_t now) {
  log::Outcome outcome = refuse_command(command, payload_hash, violations, now);
  outcome.set_unremembered(true);
  return outcome;
}

bool is_answered(const log::Outcome& outcome) {
  return outcome.kind() == log::OUTCOME_KIND_ACCEPTED ||
         outcome.kind() == log::OUTCOME_KIND_REJECTED ||
         outcome.kind() == log::OUTCOME_KIND_REPEATED;
}

bool is_remembered(const log::Outcome& outcome) {
  const bool decided =
      outcome.kind() == log::OUTCOME_KIND_ACCEPTED || outcome.kind() == log::OUTCOME_KIND_REJECTED;
  return decided && !outcome.unremembered();
}

Answer answer_to(const log::Outcome& outcome, std::uint64_t outcome_offset, const Receipt& receipt,
                 const log::Source& source, const CommandRecord& record) {
  const std::string origin = origin_of(record, static_cast<std::uint32_t>(source.partition()));
  Answer answer{outcome_offset, result_of(outcome, outcome_offset, receipt, origin, record),
                std::nullopt};
  if (outcome.dead_letter())
    answer.dead_letter = dead_letter_of(outcome, outcome_offset, origin, record);
  return answer;
}

TopicRecord replacement_of(const TopicRecord& record, const Error& refusal) {
  TopicRecord replacement{record.key, std::nullopt, {}};
  for (const char* name : {header::kOutcome, header::kOrigin, header::kOutcomeOffset,
                           header::kReplyTo, header::kCommandId}) {
    if (auto value = find_header(record.headers, name))
      replacement.headers.emplace_back(name, *std::move(value));
  }
  replacement.headers.emplace_back(header::kErrorCode, "record.refused");
  replacement.headers.emplace_back(
      header::kErrorMessage,
      "the outcome stands in the log, but the topic refuses to hold this record (" +
          refusal.detail + "); look the receipt up");
  return replacement;
}

}  // namespace daybook::commands
