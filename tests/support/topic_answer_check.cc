#include <set>

#include "commands/codec/json.h"
#include "commands/intake.h"
#include "commands/topic_outcomes.h"
#include "schemas/receipt.pb.h"
#include "tests/support/topic_judgement.h"

namespace daybook::testing {
namespace {

namespace header = commands::header;

constexpr const char* kSettles = "settles";  // a dead letter that settles another one

std::string header_of(const commands::TopicRecord& record, const char* name) {
  return commands::find_header(record.headers, name).value_or("");
}

const commands::CommandRecord* command_of(const PartitionContents& contents,
                                          const log::Source& source) {
  const auto generation = contents.commands.find(source.generation());
  if (generation == contents.commands.end()) return nullptr;
  for (const commands::CommandRecord& record : generation->second) {
    if (record.offset == source.offset()) return &record;
  }
  return nullptr;
}

// Compares the results of a partition with the outcomes that they tell of.
class AnswerCheck {
 public:
  AnswerCheck(Judgement& judged, const PartitionContents& contents)
      : judged_(judged), contents_(contents) {}

  void take(const TopicMessage& result) {
    place_ = "result " + std::to_string(result.offset);
    const ReadOutcome* read = outcome_of(result.record);
    if (read == nullptr) return;
    if (!commands::is_answered(read->outcome)) return fault("tells of an outcome that is not told");
    check_marks(result.record, *read);
    Receipt receipt;
    if (!codec::decode_json(result.record.value.value_or(""), receipt).empty())
      return fault("has no receipt");
    check_receipt(receipt, *read);
    expect("header outcome", header_of(result.record, header::kOutcome), receipt.outcome());
    note_order(read->position.offset);
  }
  void take_dead_letter(const TopicMessage& letter) {
    place_ = "dead letter " + std::to_string(letter.offset);
    if (!header_of(letter.record, kSettles).empty()) return;
    const ReadOutcome* read = outcome_of(letter.record);
    if (read != nullptr && !read->outcome.dead_letter()) fault("is of an outcome without one");
  }
  [[nodiscard]] std::size_t told_again() const { return told_again_; }

 private:
  void fault(const std::string& what) { judged_.fault(place_ + " " + what); }
  void expect(const std::string& what, const std::string& is, const std::string& due) {
    if (is != due) fault("has the " + what + " \"" + is + "\", not \"" + due + "\"");
  }

  const ReadOutcome* outcome_of(const commands::TopicRecord& record) {
    const std::string offset = header_of(record, header::kOutcomeOffset);
    const bool number =
        !offset.empty() && offset.find_first_not_of("0123456789") == std::string::npos;
    const auto found = number ? judged_.outcomes.find(std::stoull(offset)) : judged_.outcomes.end();
    if (found != judged_.outcomes.end()) return &found->second;
    fault("tells of offset \"" + offset + "\", where there is no valid outcome");
    return nullptr;
  }

  // What its sender recognizes it by.
  void check_marks(const commands::TopicRecord& result, const ReadOutcome& read) {
    expect("command", header_of(result, header::kCommandId), read.outcome.command_id());
    const log::Source& source = read.envelope.source();
    const commands::CommandRecord* record = command_of(contents_, source);
    if (record == nullptr) return;
    expect("key", result.key.value_or("(none)"), record->key.value_or("(none)"));
    expect("origin", header_of(result, header::kOrigin),
           commands::find_header(record->headers, header::kOrigin)
               .value_or(commands::place_text(judged_.partition, source.offset())));
  }

  void check_receipt(const Receipt& receipt, const ReadOutcome& read) {
    const log::Outcome& outcome = read.outcome;
    const bool repeats = outcome.kind() == log::OUTCOME_KIND_REPEATED;
    const auto first =
        judged_.outcomes.find(repeats ? outcome.first_offset() : read.position.offset);
    if (first == judged_.outcomes.end()) return;  // a fault of the outcome
    const bool accepted = first->second.outcome.kind() == log::OUTCOME_KIND_ACCEPTED;
    expect("outcome", receipt.outcome(), accepted ? "accepted" : "rejected");
    expect("command id", receipt.command_id(), outcome.command_id());
    expect("organization", receipt.organization_id(), outcome.organization_id());
    expect("token", receipt.token(),
           outcome.unremembered() ? "" : token_of(first->second.position));
    expect("mark of a repeat", receipt.repeated() ? "yes" : "no", repeats ? "yes" : "no");
    expect("correlation id", receipt.correlation_id(), outcome.correlation_id());
    if (accepted && receipt.records_size() == 0 && first->second.outcome.events_size() > 0)
      fault("names no record");
  }

  // By the first appearance of each: what follows the last one was not told before it.
  void note_order(std::uint64_t offset) {
    if (!told_.insert(offset).second) {
      ++told_again_;
      return;
    }
    if (*told_.rbegin() != offset)
      fault("tells of outcome " + std::to_string(offset) + " after " +
            std::to_string(*told_.rbegin()));
  }

  Judgement& judged_;
  const PartitionContents& contents_;
  std::string place_;
  std::set<std::uint64_t> told_;
  std::size_t told_again_ = 0;
};

std::set<std::string> offsets_told(const std::vector<TopicMessage>& messages) {
  std::set<std::string> offsets;
  for (const TopicMessage& message : messages)
    offsets.insert(header_of(message.record, header::kOutcomeOffset));
  return offsets;
}

}  // namespace

std::size_t check_answers(Judgement& judged, const PartitionContents& contents) {
  AnswerCheck check(judged, contents);
  for (const TopicMessage& result : contents.results) check.take(result);
  for (const TopicMessage& letter : contents.dead_letters) check.take_dead_letter(letter);
  return check.told_again();
}

std::vector<std::string> untold(const Judgement& judged, const PartitionContents& contents) {
  const std::set<std::string> results = offsets_told(contents.results);
  const std::set<std::string> letters = offsets_told(contents.dead_letters);
  std::vector<std::string> all;
  const std::string place = "partition " + std::to_string(judged.partition) + ": outcome ";
  for (const auto& [offset, read] : judged.outcomes) {
    const std::string number = std::to_string(offset);
    if (commands::is_answered(read.outcome) && !results.contains(number))
      all.push_back(place + number + " has no result");
    if (read.outcome.dead_letter() && !letters.contains(number))
      all.push_back(place + number + " has no dead letter");
  }
  return all;
}

}  // namespace daybook::testing
