#include "bench/projection/readable_times.h"

#include <utility>

#include "bench/must.h"

namespace daybook::bench {

ReadableTimes::ReadableTimes(const std::string& database_url)
    : reader_(must(postgres::Connection::open(database_url))) {
  must(reader_.prepare("wait", "SELECT daybook.wait_for($1, '10 seconds')"));
  thread_ = std::thread([this] { run(); });
}

ReadableTimes::~ReadableTimes() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ReadableTimes::add(Due due, std::string token) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({due, std::move(token)});
  }
  changed_.notify_all();
}

void ReadableTimes::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const Sample sample = waiting_.front();
    lock.unlock();
    (void)must(reader_.exec_prepared("wait", std::vector<postgres::Value>{sample.token}));
    const std::chrono::duration<double, std::milli> time =
        std::chrono::steady_clock::now() - sample.due;
    lock.lock();
    waiting_.pop_front();
    times_.push_back(time.count());
    if (waiting_.empty()) changed_.notify_all();
  }
}

std::vector<double> ReadableTimes::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty(); });
  if (times_.empty())
    give_up({ErrorKind::kUnavailable, "bench.no_times", "no command became readable in time", ""});
  return std::exchange(times_, {});
}

}  // namespace daybook::bench
