// The open sessions of a server: bounds their number, knows which are idle, and tells when all have
// ended. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

namespace daybook::http {

class Session;

// Answers come from foreign threads and may come after the server has gone: they pass only while
// the gate is open.
struct AnswerGate {
  std::shared_mutex mutex;
  bool open = true;
};

class SessionTable {
 public:
  void add(std::shared_ptr<Session> session);
  void remove(const Session* session);

  // Idle: waits for the first byte of a request.
  void mark_idle(Session* session);
  void mark_busy(Session* session);

  // The session that has been idle longest, no longer counted as idle; null if there is none.
  [[nodiscard]] std::shared_ptr<Session> take_longest_idle();

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::vector<std::shared_ptr<Session>> all() const;
  // False if some are left at the deadline.
  [[nodiscard]] bool wait_until_empty(std::chrono::steady_clock::time_point deadline);

 private:
  struct Entry {
    std::shared_ptr<Session> session;
    std::list<Session*>::iterator idle;  // idle_.end(): busy
  };

  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::unordered_map<const Session*, Entry> entries_;
  std::list<Session*> idle_;  // longest first
};

}  // namespace daybook::http
