#include "infra/http/session_table.h"

#include <utility>

namespace daybook::http {

void SessionTable::add(std::shared_ptr<Session> session) {
  const std::lock_guard lock(mutex_);
  const Session* key = session.get();
  entries_.emplace(key, Entry{std::move(session), idle_.end()});
}

void SessionTable::remove(const Session* session) {
  std::shared_ptr<Session> last;  // ends outside of the lock
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(session);
  if (found == entries_.end()) return;
  if (found->second.idle != idle_.end()) idle_.erase(found->second.idle);
  last = std::move(found->second.session);
  entries_.erase(found);
  if (entries_.empty()) emptied_.notify_all();
}

void SessionTable::mark_idle(Session* session) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(session);
  if (found == entries_.end() || found->second.idle != idle_.end()) return;
  found->second.idle = idle_.insert(idle_.end(), session);
}

void SessionTable::mark_busy(Session* session) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(session);
  if (found == entries_.end() || found->second.idle == idle_.end()) return;
  idle_.erase(found->second.idle);
  found->second.idle = idle_.end();
}

std::shared_ptr<Session> SessionTable::take_longest_idle() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return nullptr;
  Entry& entry = entries_.at(idle_.front());
  idle_.pop_front();
  entry.idle = idle_.end();
  return entry.session;
}

std::size_t SessionTable::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::vector<std::shared_ptr<Session>> SessionTable::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Session>> sessions;
  sessions.reserve(entries_.size());
  for (const auto& [key, entry] : entries_) sessions.push_back(entry.session);
  return sessions;
}

bool SessionTable::wait_until_empty(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_until(lock, deadline, [&] { return entries_.empty(); });
}

}  // namespace daybook::http
