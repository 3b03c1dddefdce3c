#include "apps/daybook/torture/checker.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "commands/receipts.h"
#include "domain/core/schema.h"
#include "domain/state/columns.h"

namespace daybook::torture {
namespace {

using check::FoldedLog;
using check::Judgement;
using google::protobuf::FieldDescriptor;
using google::protobuf::util::MessageDifferencer;

constexpr std::size_t kFaultsPerPart = 20;

void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const std::string& line : more) {
    if (all.size() < 10 * kFaultsPerPart) all.push_back(line);
  }
}

// What is broken when an answer is not true in a field.
std::string invariant_of(const std::string& field) {
  if (field == "token") return "I14";
  if (field == "records") return "I4";
  if (field == "violations" || field == "notices") return "I13";
  return "I1";
}

// How the answer differs in one field from the right one, in words; empty if it does not.
std::string difference(const Receipt& told, const Receipt& right, const FieldDescriptor* field) {
  std::string words;
  MessageDifferencer compare;
  compare.ReportDifferencesToString(&words);
  (void)compare.CompareWithFields(right, told, {field}, {field});
  while (words.ends_with('\n')) words.pop_back();
  std::replace(words.begin(), words.end(), '\n', ';');
  return words;
}

class AnswerCheck {
 public:
  AnswerCheck(const std::vector<Judgement>& log, const FoldedLog& folded)
      : log_(log), folded_(folded) {}

  void take(const CommandKey& key, const Receipt& receipt) {
    const auto found = folded_.outcomes.find(key);
    if (found == folded_.outcomes.end()) return missing(key, receipt);
    const Receipt right =
        commands::receipt_of(found->second.outcome, found->second.position, receipt.repeated());
    if (MessageDifferencer::Equals(receipt, right)) return;
    for (int i = 0; i < Receipt::descriptor()->field_count(); ++i) {
      const FieldDescriptor* field = Receipt::descriptor()->field(i);
      const std::string words = difference(receipt, right, field);
      if (words.empty()) continue;
      fault(invariant_of(field->name()) + ": command " + key.second +
            " was told otherwise than the log has it: " + words);
    }
  }
  [[nodiscard]] std::vector<std::string> faults() && { return std::move(faults_); }
  void fault(const std::string& what) {
    if (faults_.size() < kFaultsPerPart) faults_.push_back(what);
  }

 private:
  void missing(const CommandKey& key, const Receipt& receipt) {
    fault("I15: command " + key.second + " was answered at " + receipt.token() +
          " and has no valid outcome" +
          (has_void() ? "; a void record may be it: it was answered before it was read back"
                      : ": it is lost"));
  }
  [[nodiscard]] bool has_void() const {
    for (const Judgement& partition : log_) {
      if (partition.voids > 0) return true;
    }
    return false;
  }

  const std::vector<Judgement>& log_;
  const FoldedLog& folded_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> answer_faults(const std::vector<Judgement>& log, const FoldedLog& folded,
                                       const Answers::All& answers, Stage stage) {
  AnswerCheck check(log, folded);
  for (const std::string& contradiction : answers.faults) check.fault(contradiction);
  for (const auto& [key, receipt] : answers.told) check.take(key, receipt);
  for (const auto& [key, read] : folded.outcomes) {
    if (!answers.sent.contains(key))
      check.fault("I2: the log has an outcome of command " + key.second + ", which nobody sent");
  }
  for (const CommandKey& key : answers.sent) {
    if (stage == Stage::kUnderWay || answers.told.contains(key)) continue;
    check.fault("I1: command " + key.second +
                (folded.outcomes.contains(key) ? " was decided, and its answer is lost"
                                               : " was never decided"));
  }
  return std::move(check).faults();
}

std::vector<std::string> isolation_faults(const FoldedLog& folded) {
  std::vector<std::string> faults;
  std::map<std::string, std::set<std::string>> organizations_of;
  for (const auto& [key, row] : folded.rows) {
    auto& organizations = organizations_of[row.id];
    organizations.insert(row.organization_id);
    if (organizations.size() == 2)
      faults.push_back("I9: record " + row.id + " is of two organizations");
  }
  for (const auto& [key, row] : folded.rows) {
    if (!row.values) continue;
    for (const std::size_t column : reference_columns_of(row.entity)) {
      const auto found = organizations_of.find((*row.values)[column].value_or(""));
      if (found == organizations_of.end() || found->second.contains(row.organization_id)) continue;
      faults.push_back("I9: " + schema::entity_rule(row.entity).table() + " " + row.id +
                       " of organization " + row.organization_id + " names as " +
                       columns_of(row.entity)[column] + " the record " + found->first +
                       " of organization " + *found->second.begin());
    }
  }
  return faults;
}

Verdict check(log::EventLog& log, const Answers::All& answers, const std::string& owner_url,
              Stage stage, Seen& seen) {
  Verdict verdict;
  std::vector<Judgement> judgements;
  FoldedLog folded;
  for (std::uint32_t partition = 0; partition < log.partition_count(); ++partition) {
    const auto records = check::read_partition(log, partition);
    if (!records) {
      verdict.faults.push_back("I1: the log cannot be read: " + records.error().detail);
      return verdict;
    }
    judgements.push_back(check::judge(partition, *records));
    const Judgement& judged = judgements.back();
    for (const std::string& fault : judged.faults) verdict.faults.push_back("I10: " + fault);
    fold(judged, folded);
    verdict.outcomes += judged.outcomes.size();
    verdict.fences += judged.fences;
    verdict.voids += judged.voids;
  }
  verdict.rows = folded.rows.size();
  for (const std::string& fault : folded.faults) verdict.faults.push_back("I2, I3: " + fault);
  append(verdict.faults, answer_faults(judgements, folded, answers, stage));
  append(verdict.faults, isolation_faults(folded));
  append(verdict.faults, table_faults(judgements, folded, owner_url, stage, seen));
  return verdict;
}

}  // namespace daybook::torture
