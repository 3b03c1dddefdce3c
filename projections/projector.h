// The projector of one partition: reads valid outcomes, folds them with the domain's evolve, and
// writes the rows that changed together with the checkpoint, one transaction for each batch.
//
// Rows of one record are coalesced: however many events, one row. While one batch is written the
// next one is folded. PostgreSQL commits first, then the projector's own state is written, now and
// then; so on start the state may be behind the checkpoint (it catches up before anything is
// written) or, when PostgreSQL was restored from an older copy, ahead of it (it is thrown away and
// folded again). A checkpoint beyond the log, or of another log, stops the partition and names both
// positions.
//
// A batch that PostgreSQL refuses because of its data is written again outcome by outcome in log
// order, and rows that are refused alone are parked. A thread of its own beside the writer's;
// status and stop from any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "domain/state/state.h"
#include "projections/ports/outcome_source.h"
#include "projections/ports/read_tables.h"
#include "projections/table_writer.h"

namespace daybook::projections {

struct ProjectorOptions {
  std::size_t outcomes_max = 2'000;        // in one transaction
  std::size_t changes_max = 10'000;        // in one transaction; of one outcome, and one read, more
  std::size_t bytes_max = 16U << 20U;      // of outcomes in one transaction; of one read, more
  std::size_t flush_changes_max = 10'000;  // folded changes before the state is written
  std::size_t cached_entries_max = 400'000;
  std::size_t parked_per_minute_max =
      100;  // more stop the partition until an operator retries: something is wrong with the tables
  std::chrono::milliseconds idle_wait{200};
  std::chrono::milliseconds check_wait{2'000};  // idle for so long, the tables are looked at
  std::chrono::milliseconds retry_max{5'000};
};

struct ProjectorStatus {
  std::uint64_t outcomes = 0;
  std::uint64_t rows = 0;
  std::uint64_t batches = 0;
  std::uint64_t parked_total = 0;
  std::uint64_t parked = 0;
  std::uint64_t lag_records = 0;
  std::uint64_t next_offset = 0;                     // where reading goes on
  std::chrono::steady_clock::time_point stepped_at;  // when something was last got done
  std::chrono::milliseconds stuck{0};   // how long nothing has come of it though there is a lag
  std::int64_t applied_decided_at = 0;  // decision time of the newest outcome applied
  bool assigned = true;                 // is to follow the partition
  bool running = false;                 // has claimed the tables and follows the log
  std::string trouble;
  Checkpoint checkpoint;
};

class Projector {
 public:
  // Source, tables and store must outlive the projector.
  Projector(std::uint32_t partition, OutcomeSource& source, ReadTables& tables, StateStore& store,
            ProjectorOptions options = {});
  ~Projector();
  Projector(const Projector&) = delete;
  Projector& operator=(const Projector&) = delete;

  // One that is not assigned leaves the partition to another process.
  void start(bool assigned = true);
  void stop();
  // Thread-safe; returns at once. `status().running` tells when it has let go.
  void assign(bool assigned);
  // Lag and `stuck` are measured now, whatever the projector's own thread is waiting for.
  [[nodiscard]] ProjectorStatus status() const;
  // Tries all parked rows again soon.
  void retry_parked();

 private:
  struct Applied {
    Position position;
    std::int64_t decided_at = 0;
    State::ChangeSet changes;
  };
  struct Batch {
    std::vector<Applied> outcomes;
    log::Progress progress;   // after them
    std::size_t changes = 0;  // of the state
    std::size_t bytes = 0;
    std::size_t rows = 0;
    Refused refused = Refused::kFail;
    bool flush = false;  // the state is written when the rows have been
    [[nodiscard]] Checkpoint checkpoint() const;
  };

  // projector.cc: taking the tables over, following, letting go
  void run();
  [[nodiscard]] bool stopping() const;
  [[nodiscard]] bool is_to_leave() const;
  [[nodiscard]] static tl::unexpected<Error> stopped();
  void stand_by();
  [[nodiscard]] Result<void> claim();
  [[nodiscard]] Result<void> open_state(const Checkpoint& checkpoint);
  void lose(const Error& error);
  void works_again();
  void let_go();
  [[nodiscard]] Result<void> flush();
  void pause(std::chrono::milliseconds time);
  void publish();

  // projector_batches.cc: from outcomes to rows
  [[nodiscard]] Result<void> step();
  [[nodiscard]] Result<void> read_into(Batch& batch);
  [[nodiscard]] Result<Applied> fold(ReadOutcome read);
  [[nodiscard]] Result<void> check_checkpoint(const Position& position) const;
  [[nodiscard]] Result<void> write(Batch batch);
  [[nodiscard]] Result<Batch> settle(Batch& next);
  [[nodiscard]] Result<void> confirm(Batch written);
  [[nodiscard]] Result<void> finish_writing();
  [[nodiscard]] Result<void> write_one_by_one(const Batch& batch);
  [[nodiscard]] bool touches_parked(const std::vector<RowChange>& rows) const;
  [[nodiscard]] bool add_parked(std::vector<RowChange>& rows) const;
  [[nodiscard]] Result<void> wrote(std::size_t rows, const Checkpoint& checkpoint,
                                   bool parked_differ);
  [[nodiscard]] Result<void> learn_parked();
  [[nodiscard]] Result<void> retry_parked_now();
  [[nodiscard]] Result<void> count_parked(std::size_t parked);
  [[nodiscard]] tl::unexpected<Error> too_many_parked() const;
  [[nodiscard]] Result<void> await_retry();
  [[nodiscard]] Result<void> rest();
  [[nodiscard]] std::vector<RowChange> parked_rows() const;

  std::uint32_t partition_;
  OutcomeSource& source_;
  ReadTables& tables_;
  ProjectorOptions options_;
  State state_;
  TableWriter writer_;
  std::optional<Batch> writing_;      // by the writer, not settled yet
  std::size_t changes_to_flush_ = 0;  // written or confirmed since the state was
  bool claimed_ = false;
  Checkpoint checkpoint_;
  std::vector<ParkedRow> parked_;
  bool knows_parked_ = false;
  std::deque<std::chrono::steady_clock::time_point> parked_times_;
  bool too_many_parked_ = false;
  bool state_damaged_ = false;  // found out; emptied and folded again with the next claim
  std::chrono::steady_clock::time_point checked_at_;
  std::chrono::milliseconds retry_wait_{10};

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool assigned_ = true;
  bool retry_requested_ = false;
  ProjectorStatus published_;
  ProjectorStatus figures_;
  std::thread thread_;
};

}  // namespace daybook::projections
