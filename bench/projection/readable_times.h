// How long commands of a load take until their rows can be read: each that is given, from when it
// was due, however long the one before it took.
//
// A thread of its own waits for one after the other. Rows become readable in the order of the log,
// so waiting for one makes none later that comes after it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "infra/postgres/connection.h"

namespace daybook::bench {

class ReadableTimes {
 public:
  using Due = std::chrono::steady_clock::time_point;

  explicit ReadableTimes(const std::string& database_url);
  ~ReadableTimes();
  ReadableTimes(const ReadableTimes&) = delete;
  ReadableTimes& operator=(const ReadableTimes&) = delete;

  // From any thread, in the order of the log.
  void add(Due due, std::string token);
  // Those that were added since the last time, in milliseconds, when all of them can be read. Ends
  // the program if there are none.
  [[nodiscard]] std::vector<double> take();

 private:
  struct Sample {
    Due due;
    std::string token;
  };
  void run();

  postgres::Connection reader_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Sample> waiting_;  // the first one is waited for
  std::vector<double> times_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace daybook::bench
