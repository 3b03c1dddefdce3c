#include "commands/inbox.h"

#include <algorithm>
#include <utility>

namespace daybook::commands {
namespace {

// Of commands as they came; decoded they take a few times as much.
constexpr std::size_t kBytesMax = 16U << 20U;
// Enough for a few groups. What a process that dies has read and forwarded is forwarded again.
constexpr std::size_t kReadAheadMax = 1'000;

std::size_t bytes_of(const Submission& submission) {
  return submission.origin ? submission.origin->record.bytes : 0;
}

}  // namespace

Inbox::Inbox(std::size_t submissions_max, std::size_t queries_max)
    : submissions_max_(submissions_max), queries_max_(queries_max) {}

std::optional<Error> Inbox::put(Submission& submission) {
  const std::lock_guard lock(mutex_);
  if (closed_) {
    return Error{ErrorKind::kUnavailable, "handler.stopping",
                 "not taken: the engine is stopping; send it again", ""};
  }
  if (submissions_.size() >= submissions_max_) {
    return Error{ErrorKind::kUnavailable, "handler.overloaded",
                 "not taken: too many commands are waiting; send it again later", ""};
  }
  submissions_.push_back(std::move(submission));
  if (submissions_.size() == 1) wake_.notify_one();
  return std::nullopt;
}

bool Inbox::await_room(const std::atomic<bool>& stopping) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] {
    const bool room = submissions_.size() < std::min(submissions_max_, kReadAheadMax);
    return closed_ || stopping || (room && bytes_ < kBytesMax);
  });
  return !closed_ && !stopping;
}

void Inbox::put(std::vector<Submission> submissions) {
  const std::lock_guard lock(mutex_);
  for (Submission& submission : submissions) {
    bytes_ += bytes_of(submission);
    submissions_.push_back(std::move(submission));
  }
  wake_.notify_one();
}

void Inbox::drop_sourced() {
  const std::lock_guard lock(mutex_);
  std::erase_if(submissions_, [](const Submission& each) { return each.origin.has_value(); });
  bytes_ = 0;
}

void Inbox::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  wake_.notify_all();
  room_.notify_all();
}

bool Inbox::put(Query query) {
  const std::lock_guard lock(mutex_);
  if (closed_ || !takes_queries_ || queries_.size() >= queries_max_) return false;
  queries_.push_back(std::move(query));
  wake_.notify_one();
  return true;
}

void Inbox::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_all();
  room_.notify_all();
}

bool Inbox::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::size_t Inbox::submissions() const {
  const std::lock_guard lock(mutex_);
  return submissions_.size();
}

std::optional<std::int64_t> Inbox::oldest_timestamp_ms() const {
  const std::lock_guard lock(mutex_);
  if (submissions_.empty() || !submissions_.front().origin) return std::nullopt;
  return submissions_.front().origin->record.timestamp_ms;
}

void Inbox::take_queries_if(bool answers_soon) {
  const std::lock_guard lock(mutex_);
  takes_queries_ = answers_soon;
}

bool Inbox::await(std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  return wake_.wait_for(lock, wait, [&] {
    return closed_ || std::exchange(woken_, false) || !submissions_.empty() || !queries_.empty();
  });
}

void Inbox::pause(std::chrono::duration<double, std::milli> time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [&] { return closed_; });
}

bool Inbox::empty() const {
  const std::lock_guard lock(mutex_);
  return submissions_.empty() && queries_.empty();
}

std::deque<Submission> Inbox::take(std::size_t count_max) {
  const std::lock_guard lock(mutex_);
  std::deque<Submission> taken;
  if (submissions_.size() <= count_max) {
    taken.swap(submissions_);
    bytes_ = 0;
    room_.notify_all();
    return taken;
  }
  for (; count_max > 0; --count_max) {
    bytes_ -= bytes_of(submissions_.front());
    taken.push_back(std::move(submissions_.front()));
    submissions_.pop_front();
  }
  room_.notify_all();
  return taken;
}

std::deque<Query> Inbox::take_queries() {
  const std::lock_guard lock(mutex_);
  return std::exchange(queries_, {});
}

}  // namespace daybook::commands
