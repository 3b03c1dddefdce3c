// What waits for a handler: submissions and queries from any thread, in the order in which they
// came, within bounds.
//
// Any thread puts in, closes and asks; the handler's thread alone takes out.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "commands/ports/journal.h"
#include "commands/submission.h"
#include "domain/core/result.h"
#include "domain/state/state.h"

namespace daybook::commands {

// Asks the confirmed and decided-ahead state, on the handler's thread, between groups of commands.
using Query = std::function<void(const State&, Journal&)>;

class Inbox {
 public:
  Inbox(std::size_t submissions_max, std::size_t queries_max);

  // Takes the submission, or says why not and leaves it.
  [[nodiscard]] std::optional<Error> put(Submission& submission);
  // Waits until there is room for more from the topic, by number and by bytes; false if it is
  // closed or the caller is to stop.
  [[nodiscard]] bool await_room(const std::atomic<bool>& stopping);
  // Takes what came from the topic.
  void put(std::vector<Submission> submissions);
  // Forgets what came from the topic and was not taken out.
  void drop_sourced();
  // Ends waits, so that everybody looks for what has changed.
  void wake();
  // False if it was not taken.
  [[nodiscard]] bool put(Query query);
  // Nothing more is taken; what is there stays.
  void close();
  [[nodiscard]] bool closed() const;
  [[nodiscard]] std::size_t submissions() const;
  // When the broker took the oldest of those from the topic; nothing if there is none.
  [[nodiscard]] std::optional<std::int64_t> oldest_timestamp_ms() const;

  // While the partition is being folded queries are refused: nobody should wait for minutes.
  void take_queries_if(bool answers_soon);
  // Waits until there is something, or it is closed; false if neither came.
  [[nodiscard]] bool await(std::chrono::milliseconds wait);
  // Waits, but not longer than until it is closed.
  void pause(std::chrono::duration<double, std::milli> time);
  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::deque<Submission> take(std::size_t count_max);
  [[nodiscard]] std::deque<Query> take_queries();

 private:
  const std::size_t submissions_max_;
  const std::size_t queries_max_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable room_;
  std::deque<Submission> submissions_;
  std::size_t bytes_ = 0;  // of those that came from the topic
  std::deque<Query> queries_;
  bool closed_ = false;
  bool takes_queries_ = false;
  bool woken_ = false;
};

}  // namespace daybook::commands
