// Sorts what was written into the search indexes, on a thread and a session of its own, so that no
// write has to.
//
// PostgreSQL puts new entries of a GIN index into an unsorted list; the write that fills it sorts
// it in, and stood still for up to a quarter of a second (`./dev bench projection`). Sorted in one
// index after the other, the lists stay short, and so do the searches that read them. Nothing
// depends on it: what fails is left until a later write, and a list that grows nevertheless is
// sorted in by whoever fills it.
//
// It has time, but a list takes tens of milliseconds of a core without a pause, for which the
// projector waited where there are two. So on a private PostgreSQL the session lets everybody else
// go first, until that takes too long.
//
// The session is the owner's, because only the owner of an index may do this; its statements are
// fixed, and indexes of somebody else's are left alone. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "infra/postgres/connection.h"

namespace daybook::read_tables {

// How the session's process runs. kAfterOthers only where PostgreSQL is on this machine, and ours.
enum class Tidying { kAsAnybody, kAfterOthers };

class SearchIndexTidier {
 public:
  // Asks for the owner's URL with each session. Where an index took longer than `patience`, the
  // others probably leave too little over: for a few seconds the session runs as anybody's.
  explicit SearchIndexTidier(std::function<std::string()> url,
                             Tidying tidying = Tidying::kAsAnybody,
                             std::chrono::milliseconds patience = std::chrono::milliseconds(1'500));
  ~SearchIndexTidier();
  SearchIndexTidier(const SearchIndexTidier&) = delete;
  SearchIndexTidier& operator=(const SearchIndexTidier&) = delete;

  // Something was written. Returns at once.
  void nudge();
  // Returns when the statement that is under way has ended, after a few seconds at most; nothing
  // is done any more. By one thread.
  void stop();

 private:
  void run();
  // False if it is not worth trying again soon.
  [[nodiscard]] bool tidy_one();
  [[nodiscard]] Result<void> connect();
  [[nodiscard]] bool may_give_way() const;
  [[nodiscard]] Result<void> begin_round();

  using Clock = std::chrono::steady_clock;

  std::function<std::string()> url_;
  const Tidying tidying_;
  const std::chrono::milliseconds patience_;
  std::optional<postgres::Connection> connection_;
  std::vector<postgres::Value> due_;  // indexes, in this round; of the thread
  bool gives_way_ = false;            // the session; of the thread
  Clock::time_point hurries_until_;   // of the thread
  std::mutex mutex_;
  std::condition_variable changed_;
  bool nudged_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace daybook::read_tables
