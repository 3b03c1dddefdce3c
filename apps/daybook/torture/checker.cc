#include "apps/daybook/torture/checker.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "apps/daybook/check/tables.h"
#include "domain/core/schema.h"
#include "domain/state/columns.h"

namespace daybook::torture {
namespace {

using check::FoldedLog;
using check::Judgement;
using check::TableSnapshot;

constexpr std::size_t kFaultsPerPart = 20;

void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const std::string& line : more) {
    if (all.size() < 10 * kFaultsPerPart) all.push_back(line);
  }
}

// ---- answers ------------------------------------------------------------------------------------

using Versions = std::map<std::string, std::uint64_t>;  // by record

Versions versions_told(const Receipt& receipt) {
  Versions versions;
  for (const RecordVersion& record : receipt.records()) versions[record.id()] = record.version();
  return versions;
}

Versions versions_made(const log::Outcome& outcome) {
  Versions versions;
  for (const log::Event& event : outcome.events()) versions[event.id()] = event.version();
  return versions;
}

template <class Violations>
std::vector<std::string> reasons(const Violations& violations) {
  std::vector<std::string> all;
  for (const auto& violation : violations) all.push_back(violation.path() + " " + violation.code());
  return all;
}

class AnswerCheck {
 public:
  AnswerCheck(const std::vector<Judgement>& log, const FoldedLog& folded)
      : log_(log), folded_(folded) {}

  void take(const CommandKey& key, const Receipt& receipt) {
    // None of the load's commands is answered for good without a record of it.
    if (receipt.token().empty())
      fault("I14: command " + key.second + " was told " + receipt.outcome() + " without a token");
    const auto found = folded_.outcomes.find(key);
    if (found == folded_.outcomes.end()) return missing(key, receipt);
    const log::Outcome& outcome = found->second.outcome;
    const std::string place = "command " + key.second + " was told ";
    const std::string kind = outcome.kind() == log::OUTCOME_KIND_ACCEPTED ? "accepted" : "rejected";
    if (receipt.outcome() != kind)
      fault("I1: " + place + receipt.outcome() + ", the log says " + kind);
    if (!receipt.token().empty() && receipt.token() != token_of(found->second.position))
      fault("I14: " + place + "the token " + receipt.token() + ", its outcome is at " +
            token_of(found->second.position));
    if (versions_told(receipt) != versions_made(outcome))
      fault("I4: " + place + "other records or versions than its events made");
    if (reasons(receipt.violations()) != reasons(outcome.violations()))
      fault("I13: " + place + "other reasons than the log has");
    if (receipt.decided_at() != outcome.decided_at()) fault("I1: " + place + "another time");
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

// ---- tables -------------------------------------------------------------------------------------

std::string hash_at(const Position& position) {
  return hex(position.hash.data(), position.hash.size());
}

// Whether the checkpoint stands at a record of this log, and where it has to.
std::optional<std::string> checkpoint_fault(const Judgement& judged,
                                            const TableSnapshot::Checkpoint& checkpoint,
                                            Stage stage) {
  const std::string place = "the checkpoint of partition " + std::to_string(judged.partition) + " ";
  const ReadOutcome* at = nullptr;
  for (const auto& [offset, read] : judged.outcomes) {
    if (read.position.sequence == checkpoint.sequence) at = &read;
  }
  if (at == nullptr && checkpoint.sequence > 0)
    return "I7: " + place + "stands at sequence " + std::to_string(checkpoint.sequence) +
           ", which the log does not have";
  if (at != nullptr && hash_at(at->position) != checkpoint.hash &&
      hash_at(judged.end) != checkpoint.hash)
    return "I7: " + place + "is of another history than the log";
  const std::uint64_t last =
      judged.outcomes.empty() ? 0 : judged.outcomes.rbegin()->second.position.sequence;
  if (stage == Stage::kAtRest && checkpoint.sequence != last)
    return "I14: " + place + "stands at sequence " + std::to_string(checkpoint.sequence) +
           ", the log's end is " + std::to_string(last);
  return std::nullopt;
}

std::uint64_t sequence_of(const TableSnapshot& tables, std::uint32_t partition) {
  const auto found = tables.checkpoints().find(partition);
  return found == tables.checkpoints().end() ? 0 : found->second.sequence;
}

// As far as the tables are; nothing if that is as far as `whole`.
std::optional<FoldedLog> folded_as_far(const std::vector<Judgement>& log, const FoldedLog& whole,
                                       const TableSnapshot& tables) {
  FoldedLog part;
  bool same = true;
  for (const auto& [partition, last] : whole.last_outcomes)
    same = same && sequence_of(tables, partition) == last.sequence;
  if (same) return std::nullopt;
  for (const Judgement& judged : log) fold(judged, part, sequence_of(tables, judged.partition));
  return part;
}

// The rows that a partition's tables would have other than `right`, had the void record counted.
check::Rows rows_of_void(const Judgement& judged, std::uint64_t offset, const ReadOutcome& read,
                         const check::Rows& right, std::uint64_t up_to) {
  Judgement with = judged;
  with.outcomes[offset] = read;
  FoldedLog folded;
  fold(with, folded, up_to);
  std::erase_if(folded.rows, [&](const auto& item) {
    const auto found = right.find(item.first);
    return found != right.end() && found->second.values == item.second.values;
  });
  return std::move(folded.rows);
}

// Of tables that differ from `right`: the void records that some of it comes from.
std::vector<std::string> applied_voids(const std::vector<Judgement>& log, const check::Rows& right,
                                       TableSnapshot& tables) {
  std::vector<std::string> faults;
  for (const Judgement& judged : log) {
    const std::uint64_t up_to = sequence_of(tables, judged.partition);
    for (const auto& [offset, read] : judged.void_outcomes) {
      const auto held = tables.count_held(rows_of_void(judged, offset, read, right, up_to));
      if (held && *held > 0)
        faults.push_back("I5: a void record was applied: offset " + std::to_string(offset) +
                         " of partition " + std::to_string(judged.partition) + ", command " +
                         read.outcome.command_id());
    }
  }
  return faults;
}

std::optional<std::string> went_back(std::uint32_t partition, std::uint64_t sequence, Seen& seen) {
  const std::uint64_t before = std::exchange(seen.sequences[partition], sequence);
  if (sequence >= before) return std::nullopt;
  return "I7: the checkpoint of partition " + std::to_string(partition) +
         " went back from sequence " + std::to_string(before) + " to " + std::to_string(sequence);
}

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

std::vector<std::string> table_faults(const std::vector<Judgement>& log, const FoldedLog& folded,
                                      const std::string& owner_url, Stage stage, Seen& seen) {
  auto tables = TableSnapshot::open(owner_url);
  if (!tables) return {"I6: the tables cannot be read: " + tables.error().detail};
  std::vector<std::string> faults;
  for (const Judgement& judged : log) {
    const auto found = tables->checkpoints().find(judged.partition);
    const bool begun = found != tables->checkpoints().end();
    if (auto fault = went_back(judged.partition, begun ? found->second.sequence : 0, seen))
      faults.push_back(*std::move(fault));
    if (!begun && stage == Stage::kAtRest)
      faults.push_back("I7: partition " + std::to_string(judged.partition) + " has no checkpoint");
    if (!begun) continue;
    if (auto fault = checkpoint_fault(judged, found->second, stage))
      faults.push_back(*std::move(fault));
  }
  for (const std::string& row : tables->parked())
    faults.push_back("I13: a row is parked without reason: " + row);
  if (!seen.figures.empty())
    append(faults, visibility_faults(log, tables->parked().size(), seen.figures));
  const std::optional<FoldedLog> part = folded_as_far(log, folded, *tables);
  const check::Rows& right = part ? part->rows : folded.rows;
  const std::vector<std::string> differences = tables->differences(right);
  if (!differences.empty()) append(faults, applied_voids(log, right, *tables));
  for (const std::string& difference : differences) faults.push_back("I6: " + difference);
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
