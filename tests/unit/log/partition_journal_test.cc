// Taking a partition over, appending ahead, reading back, and losing it.
#include "infra/log/partition_journal.h"

#include <gtest/gtest.h>

#include "infra/log/genesis.h"
#include "tests/support/log_records.h"
#include "tests/support/memory_event_log.h"

namespace daybook::log {
namespace {

using std::chrono::milliseconds;
using test::Fate;
using test::MemoryEventLog;
using test::owner;

// A journal with what its user folded and read back.
class Owner {
 public:
  Owner(EventLog& log, char letter)
      : journal(log, 0, [letter, count = 0]() mutable {
          std::string bytes = owner(letter);
          bytes.back() = static_cast<char>(++count);  // a new owner for each claim
          return bytes;
        }) {}

  Result<void> claim(const Progress* from = nullptr) {
    folded.clear();
    const auto fold = [this](const ReadOutcome& read) -> Result<void> {
      folded.push_back(read.outcome.command_id());
      return {};
    };
    return journal.claim(from, fold, [this]() -> Result<void> {
      ++rests;
      return {};
    });
  }

  Result<void> append(const std::vector<std::string>& commands) {
    std::vector<Outcome> outcomes;
    for (const std::string& command : commands) outcomes.push_back(test::outcome(command));
    std::vector<commands::Journal::Entry> entries;
    for (const Outcome& outcome : outcomes) entries.push_back({&outcome, {}});
    return journal.append(entries);
  }

  Result<std::vector<Position>> read_back() { return journal.read_back(milliseconds(0)); }

  PartitionJournal journal;
  std::vector<std::string> folded;
  int rests = 0;
};

// Gives nothing to read while it is silent, as a cluster that is away for a while.
class SilentLog final : public EventLog {
 public:
  explicit SilentLog(EventLog& inner) : inner_(inner) {}
  [[nodiscard]] std::uint32_t partition_count() const override { return inner_.partition_count(); }
  [[nodiscard]] Result<std::uint64_t> end_offset(std::uint32_t partition) override {
    return inner_.end_offset(partition);
  }
  [[nodiscard]] Result<std::unique_ptr<LogCursor>> open_cursor(std::uint32_t partition,
                                                               std::uint64_t offset) override {
    if (!silent) return inner_.open_cursor(partition, offset);
    return std::make_unique<Cursor>(offset);
  }
  [[nodiscard]] Result<std::unique_ptr<LogAppender>> open_appender(
      std::uint32_t partition) override {
    return inner_.open_appender(partition);
  }

  bool silent = false;

 private:
  class Cursor final : public LogCursor {
   public:
    explicit Cursor(std::uint64_t offset) : offset_(offset) {}
    [[nodiscard]] Result<std::vector<RawRecord>> read(std::size_t, milliseconds) override {
      return std::vector<RawRecord>();
    }
    [[nodiscard]] std::uint64_t next_offset() const override { return offset_; }

   private:
    std::uint64_t offset_;
  };

  EventLog& inner_;
};

class PartitionJournalTest : public testing::Test {
 protected:
  PartitionJournalTest() {
    log_.never_wait();
    log_.inject(0, test::genesis());
  }
  std::string verdicts() { return test::read_all(test::bytes_of(log_.records())).verdicts; }

  MemoryEventLog log_{1, 2};
  Owner a_{log_, 'a'};
  Owner b_{log_, 'b'};
};

TEST_F(PartitionJournalTest, ClaimsALogThatEndsWithAGap) {
  ASSERT_TRUE(a_.claim());
  ASSERT_TRUE(a_.append({"c1"}));
  log_.add_gap(0, 5);
  const auto claimed = b_.claim();
  ASSERT_TRUE(claimed) << claimed.error().detail;
  EXPECT_EQ(b_.folded, std::vector<std::string>{"c1"});
  EXPECT_EQ(b_.journal.progress().next_offset(), *log_.end_offset(0));
}

TEST_F(PartitionJournalTest, ClaimsAppendsAndReadsBackInOrder) {
  ASSERT_TRUE(a_.claim());
  ASSERT_TRUE(a_.append({"c1", "c2"}));
  ASSERT_TRUE(a_.append({"c3"}));
  const auto positions = a_.read_back();
  ASSERT_TRUE(positions);
  ASSERT_EQ(positions->size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*positions)[i].offset, 4 + 2 * i);
    EXPECT_EQ((*positions)[i].sequence, i + 1);
  }
  EXPECT_EQ(verdicts(), "GFOOO");
  EXPECT_TRUE(a_.read_back()->empty());
}

TEST_F(PartitionJournalTest, FoldsWhatIsThereBeforeItOwns) {
  ASSERT_TRUE(a_.claim());
  ASSERT_TRUE(a_.append({"c1", "c2"}));
  ASSERT_TRUE(b_.claim());
  EXPECT_EQ(b_.folded, (std::vector<std::string>{"c1", "c2"}));
  EXPECT_GE(b_.rests, 1);
  ASSERT_TRUE(b_.append({"c3"}));
  EXPECT_EQ(b_.read_back()->size(), 1U);
  EXPECT_EQ(verdicts(), "GFOOFO");
}

TEST_F(PartitionJournalTest, FoldsOnlyWhatComesAfterTheProgress) {
  ASSERT_TRUE(a_.claim());
  ASSERT_TRUE(a_.append({"c1", "c2"}));
  ASSERT_EQ(a_.read_back()->size(), 2U);
  const Progress stored = a_.journal.progress();
  ASSERT_TRUE(a_.append({"c3"}));
  ASSERT_TRUE(b_.claim(&stored));
  EXPECT_EQ(b_.folded, std::vector<std::string>{"c3"});
}

TEST_F(PartitionJournalTest, TellsWhatBecameValidBeforeAnotherTookOverAndNothingAfter) {
  ASSERT_TRUE(a_.claim());
  ASSERT_TRUE(a_.append({"c1", "c2"}));
  ASSERT_TRUE(b_.claim());
  ASSERT_TRUE(b_.append({"c4"}));
  ASSERT_TRUE(a_.append({"c3"}));  // a zombie does not know yet
  EXPECT_EQ(a_.read_back()->size(), 2U);
  // Its progress does not pass the fence, because what is behind has not been folded.
  EXPECT_EQ(a_.journal.progress().next_offset(), 9U);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(a_.read_back().error().code, "log.fenced_out");
  EXPECT_EQ(a_.append({"c5"}).error().code, "log.fenced_out");
  EXPECT_EQ(b_.read_back()->size(), 1U);
  EXPECT_EQ(verdicts(), "GFOOFO-");
}

TEST_F(PartitionJournalTest, LosesTheClaimToAFasterOne) {
  log_.before_append([this] {
    log_.before_append({});
    ASSERT_TRUE(b_.claim());
  });
  const auto claimed = a_.claim();
  ASSERT_FALSE(claimed);
  EXPECT_EQ(claimed.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(claimed.error().code, "log.fenced_out");
  ASSERT_TRUE(b_.append({"c1"}));
  EXPECT_EQ(b_.read_back()->size(), 1U);
  ASSERT_TRUE(a_.claim());
  EXPECT_EQ(a_.folded, std::vector<std::string>{"c1"});
}

TEST_F(PartitionJournalTest, FoldsWhatCameBetweenItsReadingAndItsFence) {
  ASSERT_TRUE(b_.claim());
  log_.before_append([this] {
    log_.before_append({});
    ASSERT_TRUE(b_.append({"c1"}));
  });
  ASSERT_TRUE(a_.claim());
  EXPECT_EQ(a_.folded, std::vector<std::string>{"c1"});
  ASSERT_TRUE(a_.append({"c2"}));
  EXPECT_EQ(a_.read_back()->size(), 1U);
}

TEST_F(PartitionJournalTest, ClaimsAboveEpochsOfVoidFencesToo) {
  log_.inject(0, test::fence(7, owner('x')));
  log_.inject(0, test::fence(3, owner('y')));
  ASSERT_TRUE(a_.claim());
  EXPECT_EQ(a_.journal.progress().epoch(), 8U);
}

TEST_F(PartitionJournalTest, FindsAnOwnRecordVoidWhenOneBeforeItWasLost) {
  ASSERT_TRUE(a_.claim());
  int count = 0;
  log_.on_record(
      [&count](const std::string&) { return ++count == 2 ? Fate::kLost : Fate::kLands; });
  ASSERT_TRUE(a_.append({"c1", "c2", "c3"}));
  EXPECT_EQ(a_.read_back()->size(), 1U);
  EXPECT_EQ(a_.read_back().error().code, "log.append_void");
  ASSERT_TRUE(a_.claim());
  EXPECT_EQ(a_.folded, std::vector<std::string>{"c1"});
  ASSERT_TRUE(a_.append({"c2", "c3"}));
  EXPECT_EQ(a_.read_back()->size(), 2U);
  EXPECT_EQ(verdicts(), "GFO-FOO");
}

TEST_F(PartitionJournalTest, TakesNoNoticeOfOthersVoidRecords) {
  ASSERT_TRUE(a_.claim());
  log_.inject(0, test::fence(1, owner('z')));
  log_.inject(0, "foreign");
  log_.inject(0, test::outcome_record(9, owner('z'), 1, {}, "z"));
  ASSERT_TRUE(a_.append({"c1"}));
  EXPECT_EQ(a_.read_back()->size(), 1U);
}

TEST_F(PartitionJournalTest, DecidesAgainAfterAnAppendOfUnknownFate) {
  for (const Fate fate : {Fate::kUnknownLanded, Fate::kUnknownLost, Fate::kUnknownLate}) {
    ASSERT_TRUE(a_.claim());
    log_.on_record([fate](const std::string&) { return fate; });
    const auto appended = a_.append({"c"});
    ASSERT_FALSE(appended);
    EXPECT_EQ(appended.error().kind, ErrorKind::kUnknownOutcome);
    log_.on_record({});
  }
  ASSERT_TRUE(a_.claim());
  EXPECT_EQ(a_.folded, std::vector<std::string>{"c"});
  log_.land_late(0);
  ASSERT_TRUE(a_.append({"d"}));
  EXPECT_EQ(a_.read_back()->size(), 1U);
  EXPECT_EQ(test::read_all(test::bytes_of(log_.records())).commands,
            (std::vector<std::string>{"c", "d"}));
}

TEST_F(PartitionJournalTest, FindsAnAppenderThatFailedLaterWhenItReadsBack) {
  ASSERT_TRUE(a_.claim());
  log_.fail_appends(true);
  EXPECT_FALSE(a_.append({"c1"}));
  EXPECT_FALSE(a_.read_back());
  EXPECT_FALSE(a_.claim());
  log_.fail_appends(false);
  EXPECT_TRUE(a_.claim());
}

TEST_F(PartitionJournalTest, DoesNotOwnWithoutItsFenceReadBack) {
  for (const Fate fate : {Fate::kLost, Fate::kLate, Fate::kUnknownLanded}) {
    log_.on_record([fate](const std::string&) { return fate; });
    EXPECT_FALSE(a_.claim());
  }
  log_.on_record({});
  EXPECT_TRUE(a_.claim());
  log_.land_late(0);  // the fence of an earlier claim: only one of ours counts
  ASSERT_TRUE(a_.append({"c1"}));
  EXPECT_EQ(a_.read_back()->size(), 1U);
}

TEST_F(PartitionJournalTest, RefusesALogThatWasCutOrChangedBehindItsProgress) {
  ASSERT_TRUE(a_.claim());
  ASSERT_TRUE(a_.append({"c1", "c2"}));
  ASSERT_TRUE(a_.read_back());
  const Progress stored = a_.journal.progress();
  log_.cut(0, 3);
  EXPECT_EQ(b_.claim(&stored).error().code, "log.shorter_than_witness");
  log_.inject(0, test::fence(5, owner('x')));
  EXPECT_EQ(b_.claim(&stored).error().code, "log.other_than_witness");
  EXPECT_EQ(b_.claim(&stored).error().kind, ErrorKind::kCorrupt);
  EXPECT_TRUE(b_.folded.empty());
}

TEST_F(PartitionJournalTest, StopsTheClaimWhenFoldingFails) {
  ASSERT_TRUE(a_.claim());
  ASSERT_TRUE(a_.append({"c1"}));
  const auto refuse = [](const ReadOutcome&) -> Result<void> {
    return fail(ErrorKind::kCorrupt, "log.version_gap", "no");
  };
  const auto rest = []() -> Result<void> { return {}; };
  EXPECT_EQ(b_.journal.claim(nullptr, refuse, rest).error().code, "log.version_gap");
  EXPECT_EQ(verdicts(), "GFO");  // not fenced
}

TEST_F(PartitionJournalTest, FindsOutcomesByTheirOffsets) {
  ASSERT_TRUE(a_.claim());
  ASSERT_TRUE(a_.append({"c1", "c2"}));
  EXPECT_EQ(a_.journal.recorded_at(6)->outcome.command_id(), "c2");
  EXPECT_EQ(a_.journal.recorded_at(5).error().code, "log.shorter_than_witness");
  EXPECT_EQ(a_.journal.recorded_at(100).error().code, "log.shorter_than_witness");
  std::string damaged = log_.records()[2].bytes;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  log_.replace(0, 2, damaged);
  EXPECT_EQ(a_.journal.recorded_at(4).error().code, "log.damaged");
}

TEST_F(PartitionJournalTest, TakesALogThatGivesNothingInTimeForNoneThatIsCut) {
  SilentLog log(log_);
  Owner patient(log, 'P');
  ASSERT_TRUE(patient.claim());
  ASSERT_TRUE(patient.append({"c1"}));
  log.silent = true;
  EXPECT_EQ(patient.journal.recorded_at(4).error().code, "log.read_timeout");
  EXPECT_EQ(patient.journal.recorded_at(100).error().code, "log.shorter_than_witness");
  log.silent = false;
  EXPECT_EQ(patient.journal.recorded_at(4)->outcome.command_id(), "c1");
}

}  // namespace
}  // namespace daybook::log
