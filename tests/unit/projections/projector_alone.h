// A projector on tables in memory, beside a log that says what it is told.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <set>

#include "projections/projector.h"
#include "tests/support/domain_specification.h"

namespace daybook::test {  // the domain's language

using namespace projections;

inline constexpr std::chrono::seconds kLimit{10};
inline constexpr int kNever = 1'000'000;

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

}  // namespace daybook::test
