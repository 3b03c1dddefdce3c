#include "tests/support/topic_checker.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "apps/daybook/check/tables.h"
#include "commands/intake.h"
#include "commands/routing.h"
#include "commands/topic_outcomes.h"
#include "infra/postgres/connection.h"
#include "tests/support/topic_judgement.h"

namespace daybook::testing {
namespace {

constexpr std::chrono::seconds kTablesWait{60};
constexpr std::chrono::milliseconds kTablesPoll{50};

// ---- where outcomes come from -------------------------------------------------------------------

class SourceCheck {
 public:
  SourceCheck(Judgement& judged, const TopicContents& contents)
      : judged_(judged), all_(contents), contents_(contents[judged.partition]) {
    for (const auto& [generation, records] : contents_.commands) {
      for (const commands::CommandRecord& record : records)
        by_offset_[{generation, record.offset}] = &record;
    }
  }

  void take(const ReadOutcome& read) {
    place_ = "outcome " + std::to_string(read.position.offset);
    const log::Source& source = read.envelope.source();
    const Place place{source.generation(), source.offset()};
    if (source.log_id() != read.position.log_id) fault("has a source of another log");
    if (source.partition() != static_cast<std::int32_t>(judged_.partition))
      fault("has a source of another partition");
    if (last_ && place <= *last_) fault("comes of a record that is not behind the last one's");
    last_ = place;
    if (read.outcome.kind() == log::OUTCOME_KIND_COMMANDS_ACCEPTED) return;
    if (read.outcome.kind() == log::OUTCOME_KIND_LOST) return take_lost(read);
    covered_.insert(place);
    const auto found = by_offset_.find(place);
    if (found == by_offset_.end()) return check_removed(place);
    if (source.record_hash() != found->second->hash) fault("names a record by another hash");
    check_place(read, *found->second);
  }
  // Records that have none.
  [[nodiscard]] std::vector<std::string> uncovered() const {
    std::vector<std::string> all;
    for (const auto& [place, record] : by_offset_) {
      if (covered_.contains(place)) continue;
      all.push_back("partition " + std::to_string(judged_.partition) + ": command record " +
                    std::to_string(place.second) + " of generation " + std::to_string(place.first) +
                    " has no outcome");
    }
    return all;
  }

 private:
  using Place = std::pair<std::uint64_t, std::int64_t>;  // generation and offset

  void fault(const std::string& what) { judged_.fault(place_ + " " + what); }

  void take_lost(const ReadOutcome& read) {
    const auto to = static_cast<std::int64_t>(read.outcome.lost_to());
    if (read.envelope.source().offset() != to) fault("is lost up to elsewhere than its source");
    for (auto i = static_cast<std::int64_t>(read.outcome.lost_from()); i <= to; ++i)
      covered_.insert({read.envelope.source().generation(), i});
  }
  // One that retention has taken since lies before the first that is left.
  void check_removed(const Place& place) {
    const auto records = contents_.commands.find(place.first);
    const bool removed = records != contents_.commands.end() && !records->second.empty() &&
                         place.second < records->second.front().offset;
    if (!removed) fault("comes of a record that is not there");
  }
  void check_place(const ReadOutcome& read, const commands::CommandRecord& record) {
    const auto count = static_cast<std::uint32_t>(all_.size());
    const std::string key = record.key.value_or("");
    if (read.outcome.kind() == log::OUTCOME_KIND_FORWARDED) {
      const std::uint32_t right = commands::partition_of(key, count);
      if (right == judged_.partition) fault("was forwarded though it was in its partition");
      if (!has_copy(right, record.offset)) fault("was forwarded, but there is no copy");
      return;
    }
    if (read.outcome.kind() != log::OUTCOME_KIND_ACCEPTED) return;
    if (read.outcome.organization_id() != key) fault("is of another organization than its key");
    if (commands::partition_of(key, count) != judged_.partition)
      fault("was accepted in a wrong partition");
  }
  [[nodiscard]] bool has_copy(std::uint32_t partition, std::int64_t offset) const {
    const std::string origin = commands::place_text(judged_.partition, offset);
    for (const auto& [generation, records] : all_[partition].commands) {
      for (const commands::CommandRecord& record : records) {
        if (commands::find_header(record.headers, commands::header::kOrigin) == origin) return true;
      }
    }
    return false;
  }

  Judgement& judged_;
  const TopicContents& all_;
  const PartitionContents& contents_;
  std::map<Place, const commands::CommandRecord*> by_offset_;
  std::set<Place> covered_;
  std::optional<Place> last_;
  std::string place_;
};

// ---- what was decided ---------------------------------------------------------------------------

void check_repeat(Judgement& judged, const ReadOutcome& read) {
  const std::string place = "outcome " + std::to_string(read.position.offset);
  const auto first = judged.outcomes.find(read.outcome.first_offset());
  if (first == judged.outcomes.end() || first->first >= read.position.offset)
    return judged.fault(place + " repeats what is not there");
  const log::Outcome& decided = first->second.outcome;
  const bool same = commands::is_remembered(decided) &&
                    decided.organization_id() == read.outcome.organization_id() &&
                    decided.command_id() == read.outcome.command_id() &&
                    decided.payload_hash() == read.outcome.payload_hash();
  if (!same) judged.fault(place + " repeats another command");
}

void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

std::int64_t applied_sequence(postgres::Connection& connection, std::uint32_t partition) {
  const auto rows = connection.exec_params(
      "SELECT sequence FROM daybook.checkpoint WHERE partition = $1", {std::to_string(partition)});
  if (!rows || rows->rows.empty()) return -1;
  return std::stoll(rows->rows.front()[0].value_or("-1"));
}

}  // namespace

TopicVerdict check_topics(const TopicContents& contents) {
  TopicVerdict verdict;
  for (std::uint32_t partition = 0; partition < contents.size(); ++partition) {
    Judgement judged = judge(partition, contents[partition].events);
    SourceCheck sources(judged, contents);
    for (const auto& [offset, read] : judged.outcomes) {
      sources.take(read);
      if (read.outcome.kind() == log::OUTCOME_KIND_REPEATED) {
        ++verdict.repeated;
        check_repeat(judged, read);
      }
      if (read.outcome.kind() == log::OUTCOME_KIND_FORWARDED) ++verdict.forwarded;
    }
    verdict.told_again += check_answers(judged, contents[partition]);
    append(verdict.faults, judged.faults);
    append(verdict.faults, sources.uncovered());
    append(verdict.faults, untold(judged, contents[partition]));
    verdict.outcomes += judged.outcomes.size();
    verdict.fences += judged.fences;
    verdict.voids += judged.voids;
    verdict.foreign += judged.foreign;
    fold(judged, verdict.folded);
  }
  append(verdict.faults, verdict.folded.faults);
  return verdict;
}

std::vector<std::string> open_ends(const TopicContents& contents) {
  std::vector<std::string> all;
  for (std::uint32_t partition = 0; partition < contents.size(); ++partition) {
    Judgement judged = judge(partition, contents[partition].events);
    SourceCheck sources(judged, contents);
    for (const auto& [offset, read] : judged.outcomes) sources.take(read);
    append(all, sources.uncovered());
    append(all, untold(judged, contents[partition]));
  }
  return all;
}

std::vector<std::string> order_faults(const FoldedLog& folded,
                                      const std::vector<SentCommand>& sent) {
  std::vector<std::string> all;
  std::map<std::string, std::uint64_t> last;  // offset, by organization
  for (const SentCommand& command : sent) {
    const auto found = folded.outcomes.find({command.organization_id, command.command_id});
    if (found == folded.outcomes.end()) {
      all.push_back("command " + command.command_id + " was acknowledged and never decided");
      continue;
    }
    const std::uint64_t offset = found->second.position.offset;
    if (offset < last[command.organization_id])
      all.push_back("command " + command.command_id + " was decided after one sent later");
    last[command.organization_id] = std::max(last[command.organization_id], offset);
  }
  return all;
}

std::vector<std::string> table_faults(const FoldedLog& folded, const std::string& owner_url) {
  auto connection = postgres::Connection::open(owner_url);
  if (!connection) return {"the tables cannot be read: " + connection.error().detail};
  const auto until = std::chrono::steady_clock::now() + kTablesWait;
  for (const auto& [partition, position] : folded.last_outcomes) {
    const auto due = static_cast<std::int64_t>(position.sequence);
    while (applied_sequence(*connection, partition) < due) {
      if (std::chrono::steady_clock::now() > until)
        return {"the tables of partition " + std::to_string(partition) + " stand at sequence " +
                std::to_string(applied_sequence(*connection, partition)) + " of " +
                std::to_string(due)};
      std::this_thread::sleep_for(kTablesPoll);
    }
  }
  return check::differences(folded, owner_url);
}

}  // namespace daybook::testing
