// Writes one batch of rows at a time on a thread of its own, so that the next batch is folded
// meanwhile: PostgreSQL's share of the work is the larger one.
//
// Used by one thread. Between `begin` and `settle` nobody else may use the tables.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "projections/ports/read_tables.h"

namespace daybook::projections {

class TableWriter {
 public:
  struct Batch {
    std::vector<RowChange> rows;
    Checkpoint checkpoint;
    Refused refused = Refused::kFail;
    bool durable = false;  // is to survive a crash of the database when it is done
  };

  // The tables must outlive it.
  explicit TableWriter(ReadTables& tables);
  ~TableWriter();  // after the batch that is under way
  TableWriter(const TableWriter&) = delete;
  TableWriter& operator=(const TableWriter&) = delete;

  // Only after the last one was settled.
  void begin(Batch batch);
  // Whether `settle` would return at once.
  [[nodiscard]] bool done() const;
  // Waits for that, so long at most.
  void await(std::chrono::milliseconds wait) const;
  // Waits for the batch that was begun and gives what became of it, as ReadTables::write.
  [[nodiscard]] Result<std::size_t> settle();

 private:
  void run();
  [[nodiscard]] Result<std::size_t> write(const Batch& batch);

  ReadTables& tables_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::optional<Batch> batch_;  // until it is done
  Result<std::size_t> result_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace daybook::projections
