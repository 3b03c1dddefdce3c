// The reader rule on logs as unlucky or hostile writers leave them.
#include "infra/log/reader_rule.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "infra/log/record.h"
#include "tests/support/log_records.h"

namespace daybook::log {
namespace {

using test::genesis;
using test::owner;
using test::read_all;
using test::Reading;
using test::Writer;
using Log = std::vector<std::string>;

// A log with Genesis, A's fence of epoch 1, and `outcomes` outcomes c1, c2, ...
struct Owned {
  explicit Owned(int outcomes) : log{genesis()}, writer('a', 1, log) {
    log.push_back(writer.fence());
    writer.follow(log.back());
    for (int i = 1; i <= outcomes; ++i) log.push_back(writer.next("c" + std::to_string(i)));
  }
  Log log;
  Writer writer;
};

TEST(ReaderRule, TakesWhatTheOwnerWrote) {
  const Reading reading = read_all(Owned(3).log);
  EXPECT_EQ(reading.verdicts, "GFOOO");
  EXPECT_EQ(reading.commands, (Log{"c1", "c2", "c3"}));
  EXPECT_EQ(reading.progress.sequence(), 3U);
  EXPECT_EQ(reading.progress.offset(), 4U);
  EXPECT_EQ(reading.progress.next_offset(), 5U);
  EXPECT_EQ(reading.progress.log_id(), test::kLogId);
}

TEST(ReaderRule, RefusesALogThatDoesNotBeginWithGenesis) {
  EXPECT_EQ(read_all({test::fence(1, owner('a'))}).error, "log.no_genesis");
  EXPECT_EQ(read_all({"foreign"}).error, "log.no_genesis");
  Log headless = Owned(2).log;
  headless.erase(headless.begin());
  EXPECT_EQ(read_all(headless).error, "log.no_genesis");
}

TEST(ReaderRule, RefusesAGenesisWithoutALogId) {
  EXPECT_EQ(read_all({genesis("")}).error, "log.no_genesis");
}

TEST(ReaderRule, RefusesTheGenesisOfAnotherPartition) {
  EXPECT_EQ(read_all({genesis(test::kLogId, 1, 3)}).error, "log.wrong_partition");
}

TEST(ReaderRule, RefusesAGenesisThatNeedsANewerReader) {
  const auto newer = test::altered(
      genesis(), [](LogRecord& record) { record.set_lowest_reader(kReaderVersion + 1); });
  EXPECT_EQ(read_all({newer}).error, "log.upgrade_first");
}

TEST(ReaderRule, RefusesAGenesisOfANewerFormat) {
  const auto newer = test::altered(genesis(), [](LogRecord& record) {
    Genesis body;
    body.ParseFromString(record.body());
    body.set_format(kFormat + 1);
    record.set_body(body.SerializeAsString());
  });
  EXPECT_EQ(read_all({newer}).error, "log.upgrade_first");
}

TEST(ReaderRule, FindsALaterGenesisVoid) {
  Owned owned(1);
  owned.log.push_back(genesis());
  owned.log.push_back(genesis(test::kOtherLogId));
  owned.log.push_back(owned.writer.next("c2"));
  const Reading reading = read_all(owned.log);
  EXPECT_EQ(reading.verdicts, "GFO--O");
  EXPECT_EQ(reading.progress.log_id(), test::kLogId);
  EXPECT_EQ(reading.progress.void_records(), 2U);
}

TEST(ReaderRule, FindsOutcomesBeforeAnyFenceVoid) {
  const Log log{genesis(), test::outcome_record(0, "", 1, hash_after({}, genesis()), "c1")};
  EXPECT_EQ(read_all(log).verdicts, "G-");
}

TEST(ReaderRule, FindsStaleFencesVoid) {
  const Log log{genesis(), test::fence(5, owner('a')), test::fence(5, owner('b')),
                test::fence(4, owner('b')), test::fence(0, owner('c'))};
  const Reading reading = read_all(log);
  EXPECT_EQ(reading.verdicts, "GF---");
  EXPECT_EQ(reading.progress.owner(), owner('a'));
  EXPECT_EQ(reading.progress.highest_epoch(), 5U);
}

TEST(ReaderRule, FindsEverythingAfterALostRecordVoid) {
  for (std::size_t lost = 2; lost < 6; ++lost) {
    Log log = Owned(4).log;
    log.erase(log.begin() + static_cast<std::ptrdiff_t>(lost));
    const Reading reading = read_all(log);
    EXPECT_EQ(reading.verdicts, "GF" + std::string(lost - 2, 'O') + std::string(5 - lost, '-'));
  }
}

TEST(ReaderRule, TakesALostRecordThatComesLateButNotWhatCameBefore) {
  Log log = Owned(3).log;
  std::rotate(log.begin() + 2, log.begin() + 3, log.end());
  EXPECT_EQ(read_all(log).verdicts, "GF--O");
}

TEST(ReaderRule, FindsDuplicatesVoid) {
  const Log whole = Owned(3).log;
  for (std::size_t twice = 0; twice < whole.size(); ++twice) {
    for (std::size_t at = twice + 1; at <= whole.size(); ++at) {
      Log log = whole;
      log.insert(log.begin() + static_cast<std::ptrdiff_t>(at), whole[twice]);
      EXPECT_EQ(read_all(log).commands, (Log{"c1", "c2", "c3"})) << twice << " again at " << at;
      EXPECT_EQ(read_all(log).progress.void_records(), 1U);
    }
  }
}

TEST(ReaderRule, FindsTheLateRecordsOfAZombieVoid) {
  Owned owned(1);
  const std::string late2 = owned.writer.next("late2");
  const std::string late3 = owned.writer.next("late3");
  Writer next('b', 2, owned.log);
  owned.log.push_back(next.fence());
  next.follow(owned.log.back());
  for (const std::string& bytes : {late2, next.next("c2"), late3, next.next("c3"), late2}) {
    owned.log.push_back(bytes);
  }
  const Reading reading = read_all(owned.log);
  EXPECT_EQ(reading.verdicts, "GFOF-O-O-");
  EXPECT_EQ(reading.commands, (Log{"c1", "c2", "c3"}));
}

TEST(ReaderRule, FindsRecordsOfAnotherLogVoid) {
  Log other{genesis(test::kOtherLogId)};
  Writer writer('a', 1, other);  // the same owner and epoch: only the hash differs
  writer.follow(writer.fence());
  Owned owned(0);
  owned.log.push_back(writer.next("other"));
  owned.log.push_back(owned.writer.next("c1"));
  const Reading reading = read_all(owned.log);
  EXPECT_EQ(reading.verdicts, "GF-O");
  EXPECT_EQ(reading.commands, Log{"c1"});
}

TEST(ReaderRule, TakesAnOutcomeOnlyIfEveryFrozenFieldFits) {
  Owned owned(1);
  const std::string good = owned.writer.next("c2");
  const std::vector<std::function<void(LogRecord&)>> changes{
      [](LogRecord& r) { r.set_epoch(r.epoch() + 1); },
      [](LogRecord& r) { r.set_epoch(r.epoch() - 1); },
      [](LogRecord& r) { r.set_owner(owner('b')); },
      [](LogRecord& r) { r.clear_owner(); },
      [](LogRecord& r) { r.set_sequence(r.sequence() + 1); },
      [](LogRecord& r) { r.set_sequence(r.sequence() - 1); },
      [](LogRecord& r) { r.mutable_previous_hash()->back() ^= 1; },
      [](LogRecord& r) { r.mutable_previous_hash()->push_back('\0'); },
      [](LogRecord& r) { r.clear_previous_hash(); },
      [](LogRecord& r) { r.set_kind(RECORD_KIND_UNSPECIFIED); },
      [](LogRecord& r) { r.set_kind(static_cast<RecordKind>(9)); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Log log = owned.log;
    log.push_back(test::altered(good, changes[i]));
    log.push_back(good);
    EXPECT_EQ(read_all(log).verdicts, "GFO-O") << "change " << i;
  }
}

TEST(ReaderRule, CountsForeignBytesAndGoesOn) {
  Owned owned(1);
  for (const char* bytes : {"", "hello", "\x0d\x59\x44\x41"}) owned.log.push_back(bytes);
  owned.log.push_back(owned.writer.next("c2"));
  const Reading reading = read_all(owned.log);
  EXPECT_EQ(reading.verdicts, "GFO???O");
  EXPECT_EQ(reading.progress.foreign_records(), 3U);
}

TEST(ReaderRule, StopsAtDamageAndStaysBeforeIt) {
  Owned owned(2);
  owned.log[3].back() ^= 1;
  const Reading reading = read_all(owned.log);
  EXPECT_EQ(reading.verdicts, "GFO");
  EXPECT_EQ(reading.error, "log.damaged");
  EXPECT_EQ(reading.progress.next_offset(), 3U);
}

TEST(ReaderRule, StopsAtDamageEvenWhereTheRecordWouldBeVoid) {
  Owned owned(1);
  std::string late = test::fence(1, owner('z'));
  late.back() ^= 1;
  owned.log.push_back(late);
  EXPECT_EQ(read_all(owned.log).error, "log.damaged");
}

TEST(ReaderRule, NeverTakesAChangedByteForOtherContent) {
  const Owned owned(2);
  for (std::size_t i = 0; i < owned.log[2].size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Log log = owned.log;
      log[2][i] = static_cast<char>(log[2][i] ^ (1 << bit));
      const Reading reading = read_all(log);
      EXPECT_TRUE(reading.commands.empty());
      // In the magic it is foreign, and what follows it void; anywhere else it is damage.
      EXPECT_EQ(reading.verdicts, i < 5 ? "GF?-" : "GF");
    }
  }
}

TEST(ReaderRule, StopsAtAValidRecordThatNeedsANewerReader) {
  Owned owned(1);
  const auto newer = [](LogRecord& record) { record.set_lowest_reader(kReaderVersion + 1); };
  Log log = owned.log;
  log.push_back(test::altered(owned.writer.next("c2"), newer));
  EXPECT_EQ(read_all(log).error, "log.upgrade_first");
  EXPECT_EQ(read_all(log).progress.next_offset(), 3U);
  log.back() = test::altered(test::fence(2, owner('b')), newer);
  EXPECT_EQ(read_all(log).error, "log.upgrade_first");
}

TEST(ReaderRule, PassesOverAVoidRecordThatNeedsANewerReader) {
  Owned owned(1);
  const auto newer = [](LogRecord& record) { record.set_lowest_reader(kReaderVersion + 1); };
  owned.log.push_back(test::altered(test::fence(1, owner('b')), newer));
  owned.log.push_back(test::altered(owned.log[2], newer));
  owned.log.push_back(owned.writer.next("c2"));
  EXPECT_EQ(read_all(owned.log).verdicts, "GFO--O");
}

TEST(ReaderRule, GoesOnFromStoredProgressAsIfFromTheStart) {
  Owned owned(2);
  owned.log.push_back("foreign");
  owned.log.push_back(owned.log[2]);
  Writer next('b', 7, owned.log);
  owned.log.push_back(next.fence());
  next.follow(owned.log.back());
  for (const char* command : {"c3", "c4"}) owned.log.push_back(next.next(command));
  owned.log.push_back(owned.writer.next("zombie"));
  const Reading whole = read_all(owned.log);
  ASSERT_EQ(whole.verdicts, "GFOO?-FOO-");
  for (std::size_t stored = 1; stored <= owned.log.size(); ++stored) {
    const Log seen(owned.log.begin(), owned.log.begin() + static_cast<std::ptrdiff_t>(stored));
    Progress progress;
    ASSERT_TRUE(progress.ParseFromString(read_all(seen).progress.SerializeAsString()));
    const Reading rest = test::read_on(ReaderRule(progress), owned.log, stored);
    EXPECT_EQ(rest.verdicts, whole.verdicts.substr(stored));
    EXPECT_EQ(rest.progress.SerializeAsString(), whole.progress.SerializeAsString());
  }
}

TEST(ReaderRule, TellsThePositionOfTheLastValidRecord) {
  Owned owned(2);
  owned.log.push_back("foreign");
  ReaderRule rule(0);
  for (std::size_t i = 0; i < owned.log.size(); ++i) ASSERT_TRUE(rule.judge(i * 10, owned.log[i]));
  EXPECT_EQ(rule.position().offset, 30U);
  EXPECT_EQ(rule.position().sequence, 2U);
  EXPECT_EQ(rule.progress().next_offset(), 41U);
  EXPECT_EQ(rule.progress().last_checksum(), checksum_of(owned.log[3]));
}

}  // namespace
}  // namespace daybook::log
