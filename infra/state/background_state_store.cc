#include "infra/state/background_state_store.h"

#include <unistd.h>

#include <chrono>
#include <map>
#include <utility>

namespace daybook::state {
namespace {

constexpr std::size_t kEnough = 4'000;           // changes, to be written without waiting for more
constexpr std::chrono::milliseconds kWait{100};  // for more
constexpr int kNiceness = 10;

}  // namespace

BackgroundStateStore::BackgroundStateStore(std::unique_ptr<StateStore> inner)
    : inner_(std::move(inner)), thread_([this] { run(); }) {}

BackgroundStateStore::~BackgroundStateStore() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void BackgroundStateStore::run() {
  // Who decides and projects in this process goes first, and waits for this thread only when much
  // more is gathered. On Linux niceness is a thread's own.
  (void)::nice(kNiceness);
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !gathered_.batches.empty(); });
    if (gathered_.batches.empty()) return;
    changed_.wait_for(lock, kWait,
                      [this] { return stopping_ || hurry_ || gathered_.changes >= kEnough; });
    write_gathered(lock);
  }
}

void BackgroundStateStore::write_gathered(std::unique_lock<std::mutex>& lock) {
  std::swap(writing_, gathered_);
  lock.unlock();  // first: whoever is told is to find it free
  changed_.notify_all();
  auto written = inner_->write_all(writing_.batches);
  lock.lock();
  if (!written) {
    failure_ = std::move(written).error();
    gathered_ = {};  // its progress would hide what is lost
  }
  {
    const Gathered over = std::exchange(writing_, {});
    lock.unlock();  // so many texts take a while to be given back
    changed_.notify_all();
  }
  lock.lock();
}

Result<void> BackgroundStateStore::told() const {
  if (failure_) return fail(*std::exchange(failure_, std::nullopt));
  return {};
}

const StateStore::Value* BackgroundStateStore::find(std::string_view key) const {
  for (const Gathered* newest_first : {&gathered_, &writing_}) {
    const auto found = newest_first->values.find(key);
    if (found != newest_first->values.end()) return found->second;
  }
  return nullptr;
}

Result<std::optional<std::string>> BackgroundStateStore::get(std::string_view key) const {
  {
    const std::lock_guard lock(mutex_);
    DAYBOOK_TRY(told());
    if (const Value* value = find(key)) return bytes_of(*value);
  }
  return inner_->get(key);
}

Result<std::map<std::string, std::optional<std::string>>> BackgroundStateStore::not_written(
    std::string_view prefix) const {
  const std::lock_guard lock(mutex_);
  DAYBOOK_TRY(told());
  std::map<std::string, std::optional<std::string>> found;
  for (const Gathered* oldest_first : {&writing_, &gathered_}) {
    for (const auto& [key, value] : oldest_first->values) {
      if (key.starts_with(prefix)) found.insert_or_assign(std::string(key), bytes_of(*value));
    }
  }
  return found;
}

// Both in order: each key comes from memory, if that has a word on it.
Result<void> BackgroundStateStore::scan(
    std::string_view prefix,
    const std::function<bool(std::string_view, std::string_view)>& visit) const {
  DAYBOOK_ASSIGN(newer, not_written(prefix));
  auto next = newer.begin();
  bool more = true;
  const auto visit_newer = [&](const auto& is_due) {
    for (; more && next != newer.end() && is_due(next->first); ++next)
      more = !next->second || visit(next->first, *next->second);
  };
  DAYBOOK_TRY(inner_->scan(prefix, [&](std::string_view key, std::string_view value) {
    visit_newer([&](std::string_view due) { return due < key; });
    const bool replaced = next != newer.end() && next->first == key;
    if (!replaced) more = more && visit(key, value);
    return more;
  }));
  visit_newer([](std::string_view) { return true; });
  return {};
}

Result<void> BackgroundStateStore::write_all(const Batches& batches) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return gathered_.changes < kEnough; });
  DAYBOOK_TRY(told());
  const bool first = gathered_.batches.empty();
  for (const auto& batch : batches) {
    for (const auto& [key, value] : *batch) gathered_.values.insert_or_assign(key, &value);
    gathered_.batches.push_back(batch);
    gathered_.changes += batch->size();
  }
  if (first || gathered_.changes >= kEnough) changed_.notify_all();
  return {};
}

Result<void> BackgroundStateStore::settle() {
  std::unique_lock lock(mutex_);
  hurry_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return gathered_.batches.empty() && writing_.batches.empty(); });
  hurry_ = false;
  return told();
}

Result<void> BackgroundStateStore::clear() {
  (void)settle();  // which does not matter any more
  return inner_->clear();
}

Result<void> BackgroundStateStore::recover() {
  (void)settle();  // nothing is written meanwhile
  return inner_->recover();
}

}  // namespace daybook::state
