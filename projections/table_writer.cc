#include "projections/table_writer.h"

#include <utility>

namespace daybook::projections {

TableWriter::TableWriter(ReadTables& tables) : tables_(tables), thread_([this] { run(); }) {}

TableWriter::~TableWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void TableWriter::begin(Batch batch) {
  {
    const std::lock_guard lock(mutex_);
    batch_ = std::move(batch);
  }
  changed_.notify_all();
}

bool TableWriter::done() const {
  const std::lock_guard lock(mutex_);
  return !batch_;
}

void TableWriter::await(std::chrono::milliseconds wait) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [this] { return !batch_; });
}

Result<std::size_t> TableWriter::settle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !batch_; });
  return std::exchange(result_, 0U);
}

void TableWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || batch_; });
    if (!batch_) return;
    lock.unlock();
    auto written = write(*batch_);  // nobody touches it meanwhile
    lock.lock();
    result_ = std::move(written);
    std::optional<Batch> over = std::exchange(batch_, std::nullopt);
    changed_.notify_all();
    // So many texts take a while to be given back.
    lock.unlock();
    over.reset();
    lock.lock();
  }
}

Result<std::size_t> TableWriter::write(const Batch& batch) {
  DAYBOOK_ASSIGN(parked, tables_.write(batch.rows, batch.checkpoint, batch.refused));
  if (batch.durable) DAYBOOK_TRY(tables_.make_durable());
  return parked;
}

}  // namespace daybook::projections
