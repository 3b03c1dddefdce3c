#include "tests/unit/log/takeover_model.h"

#include <gtest/gtest.h>

namespace daybook::test {
namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int kStepsLess = 1;  // each run takes many times as long
#else
constexpr int kStepsLess = 0;
#endif

struct Search {
  std::size_t runs = 0;
  std::string violation;
};

// Walks through the runs until one violates an invariant.
Search search(const Bounds& bounds, Defect defect) {
  Search search;
  Choices choices;
  do {
    ++search.runs;
    search.violation = run_model(choices, bounds, defect);
  } while (search.violation.empty() && choices.next_run());
  return search;
}

void expect_no_violation(Bounds bounds, std::size_t runs_at_least) {
  bounds.steps -= kStepsLess;
  if (kStepsLess > 0) runs_at_least /= 10;
  const Search found = search(bounds, Defect::kNone);
  EXPECT_EQ(found.violation, "");
  EXPECT_GE(found.runs, runs_at_least);
  testing::Test::RecordProperty("runs", std::to_string(found.runs));
}

TEST(TwoHandlers, KeepTheInvariantsInEveryInterleavingWithoutFaults) {
  expect_no_violation({.steps = 7, .faults = 0, .crashes = 1, .commands = 2}, 5'000);
}

TEST(TwoHandlers, KeepTheInvariantsWhateverBecomesOfOneRecord) {
  expect_no_violation({.steps = 5, .faults = 1, .crashes = 1, .commands = 2}, 5'000);
}

TEST(TwoHandlers, KeepTheInvariantsWhateverBecomesOfTwoRecords) {
  expect_no_violation({.steps = 5, .faults = 2, .crashes = 0, .commands = 1}, 5'000);
}

// The model is worth something only if it finds mistakes.
TEST(TwoHandlers, AreCaughtAnsweringBeforeReadBack) {
  const Search found = search({.steps = 4, .faults = 1}, Defect::kAnswersBeforeReadBack);
  EXPECT_NE(found.violation.find("I1"), std::string::npos) << found.runs << " runs";
}

TEST(TwoHandlers, AreCaughtDecidingAgainWhatHasAnOutcome) {
  const Search found = search({.steps = 5, .faults = 0}, Defect::kForgetsWhatItFolded);
  EXPECT_NE(found.violation, "") << found.runs << " runs";
}

TEST(TwoHandlers, AreCaughtAnsweringWhatWasLost) {
  const Search found = search({.steps = 5, .faults = 1}, Defect::kAnswersWhatWasLost);
  EXPECT_NE(found.violation, "") << found.runs << " runs";
}

TEST(TwoHandlers, AreCaughtApplyingVoidRecords) {
  const Search found = search({.steps = 5, .faults = 1}, Defect::kAppliesVoidRecords);
  EXPECT_NE(found.violation.find("I5"), std::string::npos) << found.violation;
}

}  // namespace
}  // namespace daybook::test
