// The guard of the fold versions: folding the same outcomes gives the same state, or the fold
// version is raised.
//
// outcomes.golden holds encoded outcomes, folds.golden a line for each kind of record: name, fold
// version, hash of the folded records. A hash may change only together with its version: raise it
// in domain/state/evolve.cc, so that stored states and snapshots of the old folding are thrown
// away, then run with DAYBOOK_UPDATE_LOCK=1. The line "indexes" stands for the look-up indexes and
// counts; its version is that of no entity in particular.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "domain/core/schema.h"
#include "domain/core/uuid.h"
#include "domain/state/evolve.h"
#include "domain/state/keys.h"
#include "tests/golden/golden_file.h"
#include "tests/golden/golden_history.h"
#include "tests/golden/sample_messages.h"
#include "tests/support/memory_state_store.h"

namespace daybook::test {
namespace {

struct Fold {
  std::uint32_t version = 0;
  std::string hash;
  friend bool operator==(const Fold&, const Fold&) = default;
};
using Folds = std::map<std::string, Fold>;

std::vector<log::Outcome> committed_outcomes() {
  std::vector<log::Outcome> outcomes;
  for (const std::string& line : golden_lines("outcomes.golden")) {
    EXPECT_TRUE(outcomes.emplace_back().ParseFromString(from_hex(line)));
  }
  return outcomes;
}

Folds committed_folds() {
  Folds folds;
  for (const std::string& line : golden_lines("folds.golden")) {
    const auto words = split(line, ' ');
    folds[words.at(0)] = {static_cast<std::uint32_t>(std::stoul(words.at(1))), words.at(2)};
  }
  return folds;
}

Folds fold(const std::vector<log::Outcome>& outcomes) {
  MemoryStateStore store;
  State state(store);
  for (const log::Outcome& outcome : outcomes) {
    state.begin();
    for (log::Event event : outcome.events()) {
      EXPECT_TRUE(state.apply(outcome.organization_id(), event, outcome.decided_at()).has_value());
    }
    state.confirm(state.commit());
  }
  EXPECT_TRUE(state.flush({}).has_value());
  std::map<Entity, std::string> bytes;
  for (const auto& [key, value] : store.content()) {
    if (key.front() == '\0') continue;  // the progress
    const Entity entity =
        keys::is_record(key) ? keys::parse_record(key).entity : ENTITY_UNSPECIFIED;
    bytes[entity] += to_hex(key) + "=" + to_hex(value) + "\n";
  }
  Folds folds;
  for (const auto& [entity, text] : bytes) {
    const std::string name =
        entity == ENTITY_UNSPECIFIED ? "indexes" : schema::entity_rule(entity).name();
    folds[name] = {fold_version(entity), uuid_v5("00000000-0000-0000-0000-000000000000", text)};
  }
  return folds;
}

std::set<std::string> kinds_in(const std::vector<log::Outcome>& outcomes) {
  std::set<std::string> kinds;
  for (const log::Outcome& outcome : outcomes) {
    for (const log::Event& event : outcome.events()) {
      const auto* aggregate = event.GetReflection()->GetOneofFieldDescriptor(
          event, event.GetDescriptor()->FindOneofByName("event"));
      const auto& inner = event.GetReflection()->GetMessage(event, aggregate);
      const auto* kind = inner.GetReflection()->GetOneofFieldDescriptor(
          inner, inner.GetDescriptor()->FindOneofByName("event"));
      kinds.insert("daybook.log.Event " + aggregate->name() + "." + kind->name());
    }
  }
  return kinds;
}

std::vector<std::string> kinds_missing_in(const std::vector<log::Outcome>& outcomes) {
  const std::set<std::string> present = kinds_in(outcomes);
  std::vector<std::string> missing;
  for (const Sample& sample : sample_messages()) {
    if (sample.name.find(' ') != std::string::npos && present.count(sample.name) == 0)
      missing.push_back(sample.name);
  }
  return missing;
}

void write(const std::vector<log::Outcome>& outcomes) {
  std::vector<std::string> encoded;
  for (const log::Outcome& outcome : outcomes)
    encoded.push_back(to_hex(outcome.SerializeAsString()));
  write_golden("outcomes.golden",
               "Encoded outcomes that are folded by fold_golden_test.cc, in order.", encoded);
  std::vector<std::string> lines;
  for (const auto& [name, each] : fold(outcomes)) {
    lines.push_back(name + " " + std::to_string(each.version) + " " + each.hash);
  }
  write_golden(
      "folds.golden",
      "Kind of record, its fold version, hash of its folded records (fold_golden_test.cc).", lines);
}

TEST(FoldVersion, IsRaisedWhenTheSameOutcomesFoldToAnotherState) {
  const Folds before = committed_folds();
  const std::vector<log::Outcome> outcomes = committed_outcomes();
  const Folds today = fold(outcomes);
  bool raised = false;
  for (const auto& [name, fold_before] : before) {
    const auto found = today.find(name);
    ASSERT_NE(found, today.end()) << name << " is not folded any more";
    if (found->second == fold_before) continue;
    raised = true;
    EXPECT_GT(found->second.version, fold_before.version)
        << name
        << " folds to another state: raise its fold_version, then run with DAYBOOK_UPDATE_LOCK=1";
  }
  if (HasFailure()) return;
  const auto missing = kinds_missing_in(outcomes);
  if (!raised && missing.empty() && before.size() == today.size()) return;
  ASSERT_TRUE(may_update()) << "the golden folds are out of date (" << missing.size()
                            << " kinds of event missing"
                            << (missing.empty() ? "" : ", " + missing.front())
                            << "): add to golden_history.cc and run with DAYBOOK_UPDATE_LOCK=1";
  write(missing.empty() ? outcomes : golden_history());
}

TEST(FoldVersion, EveryKindOfEventIsInTheGoldenHistory) {
  for (const std::string& kind : kinds_missing_in(golden_history()))
    ADD_FAILURE() << kind << " never happens";
}

}  // namespace
}  // namespace daybook::test
