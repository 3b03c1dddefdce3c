// The projector on tables in memory: what it does when tables or log do not behave.
#include "projections/projector.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <set>
#include <thread>

#include "tests/support/domain_specification.h"
#include "tests/support/wait_until.h"

namespace daybook::test {  // the domain's language
namespace {

using namespace projections;

constexpr std::chrono::seconds kLimit{10};
constexpr int kNever = 1'000'000;

// One place for both ports, so that a test can wait for whatever the projector does.
class World final : public OutcomeSource, public ReadTables {
 public:
  void happens(const Act& act) {
    specification_.after(act);
    const std::lock_guard lock(mutex_);
    const std::uint64_t number = outcomes_.size() + 1;
    Position position{"log", 0, number, number, {}};
    position.hash[0] = static_cast<std::uint8_t>(number);
    outcomes_.push_back({position, specification_.outcome()});
    changed_.notify_all();
  }
  // Each of the next calls of `write` takes one of these errors instead.
  void fail_writes(std::vector<Error> errors) {
    const std::lock_guard lock(mutex_);
    errors_ = std::move(errors);
  }
  void begin_nowhere() {
    const std::lock_guard lock(mutex_);
    log_known_ = false;
  }
  void fail_next_read(Error error) {
    const std::lock_guard lock(mutex_);
    read_error_ = std::move(error);
    changed_.notify_all();
  }
  // The write of this number and all after it wait, until a later number is given.
  void let_writes_hang_from(int number) {
    const std::lock_guard lock(mutex_);
    hanging_from_ = number;
    changed_.notify_all();
  }
  void let_writes_go_on() { let_writes_hang_from(kNever); }
  // As `migrate down` and `up` leave them.
  void make_tables_anew() {
    const std::lock_guard lock(mutex_);
    rows.clear();
    checkpoint_ = {};
    made_anew_ = true;
  }
  [[nodiscard]] bool await(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLimit, condition);
  }
  // Until the projector has read everything, written or not.
  [[nodiscard]] bool await_read() {
    return await([&] { return progress_.sequence() == outcomes_.size(); });
  }
  [[nodiscard]] bool await_end() {
    return await([&] { return checkpoint_.position.sequence == outcomes_.size(); });
  }

  std::map<std::string, RowChange> rows;
  std::vector<std::uint64_t> checkpoints;      // written one after the other
  std::vector<std::set<std::string>> written;  // ids, by each of these writes
  std::vector<ParkedRow> parked_rows;
  int claims = 0;
  int reads = 0;
  int checks = 0;
  int writes = 0;

  Result<void> start(const log::Progress* from) override {
    const std::lock_guard lock(mutex_);
    progress_ = from != nullptr ? *from : log::Progress();
    return {};
  }
  Result<std::vector<ReadOutcome>> read(std::size_t outcomes_max,
                                        std::chrono::milliseconds wait) override {
    std::unique_lock lock(mutex_);
    ++reads;
    changed_.notify_all();
    if (!log_known_) return std::vector<ReadOutcome>();
    if (read_error_) return fail(*std::exchange(read_error_, std::nullopt));
    changed_.wait_for(lock, wait, [&] { return progress_.sequence() < outcomes_.size(); });
    progress_.set_log_id("log");
    std::vector<ReadOutcome> read;
    while (read.size() < outcomes_max && progress_.sequence() < outcomes_.size()) {
      read.push_back(outcomes_[progress_.sequence()]);
      const RunningHash& hash = read.back().position.hash;
      progress_.set_outcome_hash(std::string(hash.begin(), hash.end()));
      progress_.set_sequence(progress_.sequence() + 1);
      progress_.set_next_offset(progress_.sequence() + 1);
    }
    changed_.notify_all();
    return read;
  }
  const log::Progress& progress() const override { return progress_; }
  Result<std::uint64_t> end_offset() override {
    const std::lock_guard lock(mutex_);
    return outcomes_.size() + 1;
  }

  Result<Checkpoint> claim(std::uint32_t, const std::string&) override {
    const std::lock_guard lock(mutex_);
    ++claims;
    return checkpoint_;
  }
  Result<std::vector<ParkedRow>> parked() override { return parked_rows; }
  // What is parked stays so.
  Result<std::size_t> write(const std::vector<RowChange>& changed, const Checkpoint& checkpoint,
                            Refused refused) override {
    std::unique_lock lock(mutex_);
    const int number = ++writes;
    changed_.notify_all();
    changed_.wait(lock, [&] { return number < hanging_from_; });
    if (!errors_.empty()) {
      const Error error = errors_.front();
      errors_.erase(errors_.begin());
      // An unknown outcome did happen, here.
      if (error.kind != ErrorKind::kUnknownOutcome) return fail(error);
      apply(changed, checkpoint);
      return fail(error);
    }
    apply(changed, checkpoint);
    return refused == Refused::kPark ? parked_rows.size() : 0U;
  }
  Result<void> check() override {
    const std::lock_guard lock(mutex_);
    ++checks;
    changed_.notify_all();
    if (!made_anew_) return {};
    made_anew_ = false;
    return fail(ErrorKind::kConflict, "checkpoint.taken", "made anew");
  }
  Result<void> make_durable() override { return {}; }

 private:
  void apply(const std::vector<RowChange>& changed, const Checkpoint& checkpoint) {
    std::set<std::string>& ids = written.emplace_back();
    for (const RowChange& row : changed) {
      rows[row.id] = row;
      ids.insert(row.id);
    }
    checkpoints.push_back(checkpoint.position.sequence);
    checkpoint_ = checkpoint;
    changed_.notify_all();
  }

  Specification specification_{{}};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ReadOutcome> outcomes_;
  std::vector<Error> errors_;
  std::optional<Error> read_error_;
  bool log_known_ = true;
  bool made_anew_ = false;
  int hanging_from_ = kNever;
  log::Progress progress_;
  Checkpoint checkpoint_;
};

class ProjectorAlone : public ::testing::Test {
 protected:
  static ProjectorOptions quick() {
    ProjectorOptions options;
    options.idle_wait = std::chrono::milliseconds(5);
    options.retry_max = std::chrono::milliseconds(5);
    options.check_wait = std::chrono::milliseconds(5);
    return options;
  }

  // The organization is written, and then the company is being so: by the write of this number.
  void start_with_a_hanging_write(Projector& projector, std::string_view name, int number) {
    world_.happens(organization());
    projector.start();
    ASSERT_TRUE(world_.await_end());
    world_.let_writes_hang_from(number);
    world_.happens(company(name));
    ASSERT_TRUE(world_.await([&] { return world_.writes == number; }));
  }
  // C1 is being written, and C2 is folded.
  void start_in_the_middle(Projector& projector) {
    ASSERT_NO_FATAL_FAILURE(start_with_a_hanging_write(projector, "C1", 2));
    world_.happens(company("C2"));
    ASSERT_TRUE(world_.await_read());
  }
  [[nodiscard]] static ParkedRow parked_company(std::string_view name) {
    return {ENTITY_COMPANY, std::string(kOrganization), id(name)};
  }

  // While the projector does not write it.
  [[nodiscard]] std::uint64_t stored_sequence() {
    return State(store_).resume()->value_or(log::Progress()).sequence();
  }

  World world_;
  MemoryStateStore store_;
  Projector projector_{0, world_, world_, store_, quick()};
};

TEST_F(ProjectorAlone, TriesAgainUntilTheTablesAnswer) {
  world_.happens(organization());
  world_.happens(company("C1"));
  world_.fail_writes({{ErrorKind::kUnavailable, "a", "", ""},
                      {ErrorKind::kUnknownOutcome, "b", "", ""},
                      {ErrorKind::kConflict, "c", "", ""}});
  projector_.start();
  ASSERT_TRUE(world_.await_end());
  world_.happens(patch("C1", "city: 'Oslo'"));
  ASSERT_TRUE(world_.await_end());
  projector_.stop();
  EXPECT_EQ(world_.rows.size(), 2U);
  EXPECT_GE(world_.claims, 3);
  EXPECT_EQ(projector_.status().lag_records, 0U);
}

// To have begun a write is not to have got something done.
TEST_F(ProjectorAlone, TriesLessAndLessOftenAndSaysSo) {
  ProjectorOptions options = quick();
  options.retry_max = std::chrono::hours(1);
  Projector projector(0, world_, world_, store_, options);
  world_.happens(organization());
  world_.fail_writes(std::vector<Error>(3, {ErrorKind::kUnavailable, "away", "", ""}));
  world_.let_writes_hang_from(4);
  projector.start();
  ASSERT_TRUE(world_.await([&] { return world_.writes == 4; }));
  const ProjectorStatus status = projector.status();
  EXPECT_GE(status.stuck, std::chrono::milliseconds(10 + 20 + 40));
  EXPECT_EQ(status.trouble, "away: ");
  world_.let_writes_go_on();
  ASSERT_TRUE(world_.await_end());
  projector.stop();
  EXPECT_EQ(projector.status().trouble, "");
}

TEST_F(ProjectorAlone, WritesItsStateWhenItStops) {
  world_.happens(organization());
  projector_.start();
  ASSERT_TRUE(world_.await_end());
  projector_.stop();
  EXPECT_FALSE(store_.content().empty());
}

TEST_F(ProjectorAlone, GoesOnWhenItsStateCannotBeWritten) {
  store_.fail_writes(true);
  world_.happens(organization());
  projector_.start();
  ASSERT_TRUE(world_.await_end());
  world_.happens(company("C1"));
  ASSERT_TRUE(world_.await_end());
  projector_.stop();
  EXPECT_EQ(world_.rows.size(), 2U);
}

TEST_F(ProjectorAlone, FoldsAgainWhenTheTablesWereMadeAnewBesideIt) {
  world_.happens(organization());
  world_.happens(company("C1"));
  projector_.start();
  ASSERT_TRUE(world_.await_end());
  world_.make_tables_anew();
  ASSERT_TRUE(world_.await_end());  // without another outcome
  projector_.stop();
  EXPECT_EQ(world_.rows.size(), 2U);
}

TEST_F(ProjectorAlone, ShowsItsLagAlsoWhileItHangs) {
  world_.happens(organization());
  world_.let_writes_hang_from(1);
  projector_.start();
  ASSERT_TRUE(world_.await([&] { return world_.writes > 0; }));
  world_.happens(company("C1"));
  EXPECT_GE(projector_.status().lag_records, 2U);
  const auto stuck = projector_.status().stuck;
  const auto limit = std::chrono::steady_clock::now() + kLimit;
  while (projector_.status().stuck <= stuck && std::chrono::steady_clock::now() < limit)
    std::this_thread::yield();
  EXPECT_GT(projector_.status().stuck, stuck);
  world_.let_writes_go_on();
  ASSERT_TRUE(world_.await_end());
  projector_.stop();
  EXPECT_EQ(projector_.status().lag_records, 0U);
  EXPECT_EQ(projector_.status().stuck.count(), 0);
}

TEST_F(ProjectorAlone, FoldsTheNextBatchWhileOneIsWritten) {
  world_.happens(organization());
  world_.let_writes_hang_from(1);
  projector_.start();
  ASSERT_TRUE(world_.await([&] { return world_.writes == 1; }));
  world_.happens(company("C1"));
  world_.happens(patch("C1", "city: 'Oslo'"));
  ASSERT_TRUE(world_.await_read());
  EXPECT_EQ(world_.writes, 1);
  world_.let_writes_go_on();
  ASSERT_TRUE(world_.await_end());
  projector_.stop();
  EXPECT_EQ(world_.checkpoints, (std::vector<std::uint64_t>{1, 3}));
  EXPECT_EQ(world_.rows.size(), 2U);
}

TEST_F(ProjectorAlone, WritesOneByOneWhatIsRefusedAndWhatWasFoldedMeanwhile) {
  world_.happens(organization());
  world_.happens(company("C1"));
  world_.fail_writes({{ErrorKind::kRejected, "refused", "", ""}});
  world_.let_writes_hang_from(1);
  projector_.start();
  ASSERT_TRUE(world_.await([&] { return world_.writes == 1; }));
  world_.happens(patch("C1", "city: 'Oslo'"));
  ASSERT_TRUE(world_.await_read());
  world_.let_writes_go_on();
  ASSERT_TRUE(world_.await_end());
  world_.happens(company("C2"));
  ASSERT_TRUE(world_.await_end());
  projector_.stop();
  EXPECT_EQ(world_.checkpoints, (std::vector<std::uint64_t>{1, 2, 3, 4}));
  EXPECT_EQ(world_.rows.size(), 3U);
  EXPECT_EQ(world_.claims, 1);
}

TEST_F(ProjectorAlone, WritesOneByOneNoRowAheadOfItsCheckpoint) {
  world_.parked_rows = {parked_company("C1"), parked_company("C2")};  // a claim tries them first
  ASSERT_NO_FATAL_FAILURE(start_with_a_hanging_write(projector_, "C7", 3));
  world_.happens(company("C1"));
  world_.happens(company("C2"));
  ASSERT_TRUE(world_.await_read());
  world_.fail_writes({{ErrorKind::kRejected, "refused", "", ""}});
  world_.let_writes_go_on();
  const std::set<std::string> both{id("C1"), id("C2")};
  ASSERT_TRUE(world_.await([&] { return world_.written.size() == 6; }));
  projector_.stop();
  EXPECT_EQ(world_.checkpoints, (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 4}));
  EXPECT_EQ(world_.written[0], both) << "a claim tries what is parked";
  EXPECT_EQ(world_.written[3], std::set<std::string>{id("C1")});
  EXPECT_EQ(world_.written[4], std::set<std::string>{id("C2")});
  EXPECT_EQ(world_.written[5], both);
}

TEST_F(ProjectorAlone, LetsGoInTheMiddleOfWritingOneByOne) {
  world_.happens(organization());
  world_.happens(company("C1"));
  world_.fail_writes({{ErrorKind::kRejected, "refused", "", ""}});
  world_.let_writes_hang_from(2);
  projector_.start();
  ASSERT_TRUE(world_.await([&] { return world_.writes == 2; }));
  projector_.assign(false);
  world_.let_writes_go_on();
  ASSERT_TRUE(wait_until([&] { return !projector_.status().running; }));
  EXPECT_EQ(world_.checkpoints, std::vector<std::uint64_t>{1});
  projector_.assign(true);
  ASSERT_TRUE(world_.await_end());
  projector_.stop();
  EXPECT_EQ(world_.rows.size(), 2U);
}

// What comes of a write that touches one of them it hears when it has just lost the log.
TEST_F(ProjectorAlone, CountsNoRowAsParkedThatWasSoBefore) {
  ProjectorOptions options = quick();
  options.parked_per_minute_max = 2;
  Projector projector(0, world_, world_, store_, options);
  world_.parked_rows = {parked_company("C7"), parked_company("C8"), parked_company("C9")};
  ASSERT_NO_FATAL_FAILURE(start_with_a_hanging_write(projector, "C7", 3));
  world_.fail_next_read({ErrorKind::kUnavailable, "log.away", "", ""});
  ASSERT_TRUE(wait_until([&] { return !projector.status().running; }));
  world_.let_writes_go_on();
  world_.happens(company("C2"));
  ASSERT_TRUE(world_.await_end());
  projector.stop();
  EXPECT_EQ(projector.status().parked_total, 0U);
  EXPECT_EQ(projector.status().parked, 3U);
}

TEST_F(ProjectorAlone, ReadsNoMoreThanABatchOfBytesAhead) {
  ProjectorOptions options = quick();
  options.bytes_max = 1;
  Projector projector(0, world_, world_, store_, options);
  ASSERT_NO_FATAL_FAILURE(start_in_the_middle(projector));
  world_.happens(company("C3"));
  world_.let_writes_go_on();
  ASSERT_TRUE(world_.await_end());
  projector.stop();
  EXPECT_EQ(world_.checkpoints, (std::vector<std::uint64_t>{1, 2, 3, 4}));
}

// What has been folded and not been written is in no state: the tables would be behind it.
TEST_F(ProjectorAlone, WritesItsStateUpToWhatTheTablesHave) {
  ProjectorOptions options = quick();
  options.flush_changes_max = 1;
  Projector projector(0, world_, world_, store_, options);
  ASSERT_NO_FATAL_FAILURE(start_in_the_middle(projector));
  world_.let_writes_hang_from(3);
  int reads = 0;
  ASSERT_TRUE(world_.await([&] {
    reads = world_.reads;
    return world_.writes == 3;
  }));
  ASSERT_TRUE(world_.await([&] { return world_.reads > reads; }));  // so the state is written
  EXPECT_EQ(stored_sequence(), 2U);
  world_.let_writes_go_on();
  ASSERT_TRUE(world_.await_end());
  projector.stop();
  EXPECT_EQ(stored_sequence(), 3U);
  EXPECT_EQ(world_.rows.size(), 3U);
}

class WatchedStore final : public state::MemoryStateStore {
 public:
  explicit WatchedStore(std::function<void()> before_write)
      : before_write_(std::move(before_write)) {}
  Result<void> write_all(const Batches& batches) override {
    before_write_();
    return state::MemoryStateStore::write_all(batches);
  }

 private:
  std::function<void()> before_write_;
};

TEST_F(ProjectorAlone, TheTablesDoNotWaitForItsState) {
  ProjectorOptions options = quick();
  options.flush_changes_max = 1;
  std::atomic<bool> waited = false;
  // Of the state with C1: the rows of C2 are under way by then.
  WatchedStore store([&] {
    if (!world_.await([&] { return world_.rows.size() != 2 || world_.writes == 3; })) waited = true;
  });
  Projector projector(0, world_, world_, store, options);
  ASSERT_NO_FATAL_FAILURE(start_in_the_middle(projector));
  world_.let_writes_go_on();
  ASSERT_TRUE(world_.await_end());
  projector.stop();
  EXPECT_FALSE(waited);
}

TEST_F(ProjectorAlone, StopsAlsoWhileTheLogHasNotEvenBegun) {
  world_.begin_nowhere();
  projector_.start();
  ASSERT_TRUE(world_.await([&] { return world_.reads > 2; }));
  projector_.stop();  // returns
  EXPECT_EQ(world_.claims, 0);
}

}  // namespace
}  // namespace daybook::test
