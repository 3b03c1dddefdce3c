// Every interleaving of two claimants that decide ahead without looking: who is fenced out is void,
// and all that the owner wrote before counts.
#include <gtest/gtest.h>

#include <array>

#include "tests/support/log_records.h"

namespace daybook::test {
namespace {

constexpr int kRecordsEach = 5;  // a fence and four outcomes

// One of the two, going through its records in order.
class Claimant {
 public:
  Claimant(char letter, std::uint64_t epoch) : letter_(letter), epoch_(epoch) {}

  // Hands its next record to `log`: the fence, then outcomes predicted from where the fence came to
  // stand (what a claimant learns by reading its own fence back), whatever has happened since.
  void hand_over(std::vector<std::string>& log) {
    if (handed_over_++ == 0) {
      writer_.emplace(letter_, epoch_, log);
      log.push_back(writer_->fence());
      writer_->follow(log.back());
    } else {
      log.push_back(writer_->next(letter_ + std::to_string(handed_over_ - 1)));
    }
  }
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  [[nodiscard]] char letter() const { return letter_; }

 private:
  char letter_;
  std::uint64_t epoch_;
  int handed_over_ = 0;
  std::optional<Writer> writer_;
};

// What must come out, said without hashes: a fence counts if its epoch is new, an outcome if its
// writer owns the partition.
struct Expected {
  std::string verdicts = "G";
  std::uint64_t epoch = 0;
  char owner = 0;

  void add(const Claimant& who, bool fence) {
    const bool valid = fence ? who.epoch() > epoch : who.letter() == owner;
    verdicts += !valid ? '-' : fence ? 'F' : 'O';
    if (!fence || !valid) return;
    epoch = who.epoch();
    owner = who.letter();
  }
};

void check_interleaving(unsigned turns, std::uint64_t epoch_a, std::uint64_t epoch_b) {
  std::array<Claimant, 2> claimants{Claimant('a', epoch_a), Claimant('b', epoch_b)};
  std::array<int, 2> records{};
  std::vector<std::string> log{genesis()};
  Expected expected;
  std::string order;
  for (int turn = 0; turn < 2 * kRecordsEach; ++turn) {
    const std::size_t who = (turns >> turn) & 1U;
    claimants.at(who).hand_over(log);
    expected.add(claimants.at(who), records.at(who)++ == 0);
    order += claimants.at(who).letter();
  }
  const Reading reading = read_all(log);
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(reading.verdicts, expected.verdicts)
      << order << ", epochs " << epoch_a << ", " << epoch_b;
}

TEST(TwoClaimants, AreJudgedAlikeInEveryInterleaving) {
  int interleavings = 0;
  for (unsigned turns = 0; turns < 1U << (2 * kRecordsEach); ++turns) {
    if (__builtin_popcount(turns) != kRecordsEach) continue;
    ++interleavings;
    check_interleaving(turns, 1, 2);
    check_interleaving(turns, 2, 1);
    check_interleaving(turns, 1, 1);
  }
  EXPECT_EQ(interleavings, 252);
}

}  // namespace
}  // namespace daybook::test
