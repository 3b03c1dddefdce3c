// The read tables beside the log: their rows, their checkpoints, what is parked.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/daybook/check/tables.h"
#include "apps/daybook/torture/checker.h"

namespace daybook::torture {
namespace {

using check::FoldedLog;
using check::Judgement;
using check::TableSnapshot;

constexpr int kStepsMax = 30;  // each folds the log once; some are enough

void add_all(std::vector<std::string>& all, const std::vector<std::string>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

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
      const auto held = tables.held(rows_of_void(judged, offset, read, right, up_to));
      if (held && !held->empty())
        faults.push_back("I5: a void record was applied: offset " + std::to_string(offset) +
                         " of partition " + std::to_string(judged.partition) + ", command " +
                         read.outcome.command_id());
    }
  }
  return faults;
}

// A partition as far as `up_to`, added to `rows`: the sequence before the first of the changes that
// the tables lack. If their rows are an earlier state of it, they are none later than that.
Result<std::uint64_t> step_back(const Judgement& judged, std::uint64_t up_to, TableSnapshot& tables,
                                check::Rows& rows) {
  check::RowFold fold;
  std::map<std::string, std::uint64_t> changed;  // the last time, by record
  for (const auto& [offset, read] : judged.outcomes) {
    if (read.position.sequence > up_to) break;
    DAYBOOK_ASSIGN(changes, fold.take(read.outcome));
    for (const projections::RowChange& row : changes) changed[row.id] = read.position.sequence;
  }
  DAYBOOK_ASSIGN(held, tables.held(fold.rows()));
  std::uint64_t place = up_to;
  for (const auto& [key, row] : fold.rows()) {
    if (row.values && !held.contains(row.id)) place = std::min(place, changed[row.id] - 1);
  }
  rows.insert(fold.rows().begin(), fold.rows().end());
  return place;
}

using Sequences = std::map<std::uint32_t, std::uint64_t>;  // by partition

// Of tables whose rows are not those of `begin`: the earlier place of the log whose rows they are;
// nothing if it is not found.
std::optional<Sequences> earlier_place(const std::vector<Judgement>& log, const Sequences& begin,
                                       TableSnapshot& tables) {
  Sequences place = begin;
  for (int step = 0; step < kStepsMax; ++step) {
    check::Rows rows;
    Sequences before;
    for (const Judgement& judged : log) {
      const auto stepped = step_back(judged, place[judged.partition], tables, rows);
      if (!stepped) return std::nullopt;
      before[judged.partition] = *stepped;
    }
    if (before == place)
      return tables.differences(rows).empty() ? std::optional(place) : std::nullopt;
    place = std::move(before);
  }
  return std::nullopt;
}

// Of tables that differ from what they must be at their checkpoints: those that are ahead of their
// rows.
std::vector<std::string> checkpoints_ahead(const std::vector<Judgement>& log,
                                           TableSnapshot& tables) {
  Sequences stand;
  for (const Judgement& judged : log)
    stand[judged.partition] = sequence_of(tables, judged.partition);
  std::vector<std::string> faults;
  for (const auto& [partition, sequence] :
       earlier_place(log, stand, tables).value_or(Sequences())) {
    if (sequence < stand[partition])
      faults.push_back("I7: the checkpoint of partition " + std::to_string(partition) +
                       " stands at sequence " + std::to_string(stand[partition]) +
                       ", ahead of its rows, which are those of sequence " +
                       std::to_string(sequence));
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
    add_all(faults, visibility_faults(log, tables->parked().size(), seen.figures));
  const std::optional<FoldedLog> part = folded_as_far(log, folded, *tables);
  const check::Rows& right = part ? part->rows : folded.rows;
  const std::vector<std::string> differences = tables->differences(right);
  if (!differences.empty()) {
    add_all(faults, applied_voids(log, right, *tables));
    add_all(faults, checkpoints_ahead(log, *tables));
  }
  for (const std::string& difference : differences) faults.push_back("I6: " + difference);
  return faults;
}

}  // namespace daybook::torture
