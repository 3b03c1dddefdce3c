#include "infra/state/background_state_store.h"

#include <map>
#include <utility>

namespace daybook::state {

BackgroundStateStore::Pending::Pending(std::shared_ptr<const Batch> written)
    : batch(std::move(written)) {
  values.reserve(batch->size());
  for (const auto& [key, value] : *batch) values.insert_or_assign(key, &value);
}

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
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || pending_ != nullptr; });
    if (pending_ == nullptr) return;
    std::shared_ptr<const Pending> pending = pending_;
    lock.unlock();
    auto written = inner_->write_shared(pending->batch);
    lock.lock();
    if (!written) failure_ = std::move(written).error();
    pending_.reset();
    changed_.notify_all();
    // So many texts take a while to be given back.
    lock.unlock();
    pending.reset();
    lock.lock();
  }
}

Result<std::shared_ptr<const BackgroundStateStore::Pending>> BackgroundStateStore::pending() const {
  const std::lock_guard lock(mutex_);
  if (failure_) return fail(*std::exchange(failure_, std::nullopt));
  return pending_;
}

Result<void> BackgroundStateStore::settle() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return pending_ == nullptr; });
  if (failure_) return fail(*std::exchange(failure_, std::nullopt));
  return {};
}

Result<std::optional<std::string>> BackgroundStateStore::get(std::string_view key) const {
  DAYBOOK_ASSIGN(written, pending());
  if (written != nullptr) {
    const auto found = written->values.find(key);
    if (found != written->values.end()) return bytes_of(*found->second);
  }
  return inner_->get(key);
}

// Both in order: each key comes from the batch, if that has a word on it.
Result<void> BackgroundStateStore::scan(
    std::string_view prefix,
    const std::function<bool(std::string_view, std::string_view)>& visit) const {
  DAYBOOK_ASSIGN(written, pending());
  if (written == nullptr) return inner_->scan(prefix, visit);
  std::map<std::string_view, std::optional<std::string>> batch;
  for (const auto& [key, value] : written->values) {
    if (key.starts_with(prefix)) batch.emplace(key, bytes_of(*value));
  }
  auto next = batch.begin();
  bool more = true;
  const auto visit_batch = [&](const auto& is_due) {
    for (; more && next != batch.end() && is_due(next->first); ++next)
      more = !next->second || visit(next->first, *next->second);
  };
  DAYBOOK_TRY(inner_->scan(prefix, [&](std::string_view key, std::string_view value) {
    visit_batch([&](std::string_view due) { return due < key; });
    const bool replaced = next != batch.end() && next->first == key;
    if (!replaced) more = more && visit(key, value);
    return more;
  }));
  visit_batch([](std::string_view) { return true; });
  return {};
}

Result<void> BackgroundStateStore::write_shared(std::shared_ptr<const Batch> batch) {
  DAYBOOK_TRY(settle());
  if (batch->empty()) return {};
  auto written = std::make_shared<const Pending>(std::move(batch));
  {
    const std::lock_guard lock(mutex_);
    pending_ = std::move(written);
  }
  changed_.notify_all();
  return {};
}

Result<void> BackgroundStateStore::clear() {
  (void)settle();  // which does not matter any more
  return inner_->clear();
}

}  // namespace daybook::state
