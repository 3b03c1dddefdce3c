#include "bench/commands/in_flight.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>
#include <utility>

#include "bench/figures.h"
#include "bench/must.h"

namespace daybook::bench {
namespace {

// Lives until nothing answers any more, which may be after the last answer was counted. Answers
// come from any thread.
class Flow : public std::enable_shared_from_this<Flow> {
 public:
  Flow(commands::CommandDoor& door, std::size_t in_flight)
      : door_(door), in_flight_(in_flight), portion_(std::max<std::size_t>(1, in_flight / 8)) {}

  void submit(Command command) {
    await(submitted_ < in_flight_ ? 0 : submitted_ - in_flight_ + 1);
    ++submitted_;
    door_.submit({std::move(command), [flow = shared_from_this()](Result<Receipt> result) {
                    flow->take(must(std::move(result)));
                  }});
  }
  // Until so many have been answered.
  void await(std::size_t count) {
    if (tally_.answered() >= count) return;
    std::unique_lock lock(mutex_);
    awaited_ = std::min(std::max(count, tally_.answered() + portion_), submitted_);
    changed_.wait(lock, [&] { return tally_.answered() >= awaited_; });
  }
  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  void take(const Receipt& receipt) {
    const std::size_t answered = tally_.count(receipt);
    if (answered != awaited_) return;
    { const std::lock_guard lock(mutex_); }
    changed_.notify_one();
  }

  commands::CommandDoor& door_;
  const std::size_t in_flight_;
  const std::size_t portion_;  // of answers that the submitter is woken for
  std::size_t submitted_ = 0;
  Tally tally_;
  std::atomic<std::size_t> awaited_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace

std::size_t Tally::count(const Receipt& receipt) {
  const bool first = !receipt.repeated();
  ++(first ? receipt.outcome() == "accepted" ? accepted_ : rejected_ : repeated_);
  return ++answered_;
}

AnswerTimes answer_times_at(commands::CommandDoor& door, std::vector<Command> commands,
                            double per_second, std::size_t in_flight) {
  using Clock = std::chrono::steady_clock;
  const auto times = std::make_shared<AnswerTimes>();
  const auto tally = std::make_shared<Tally>();
  times->since_submitted.resize(commands.size());
  times->since_due.resize(commands.size());
  const auto room =
      std::make_shared<std::counting_semaphore<>>(static_cast<std::ptrdiff_t>(in_flight));
  const auto start = Clock::now();
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto due = start + std::chrono::duration<double>(static_cast<double>(i) / per_second);
    std::this_thread::sleep_until(due);
    room->acquire();
    door.submit({std::move(commands[i]), [=, submitted = Clock::now()](Result<Receipt> receipt) {
                   using Milliseconds = std::chrono::duration<double, std::milli>;
                   const auto now = Clock::now();
                   (void)tally->count(must(std::move(receipt)));
                   times->since_submitted[i] = Milliseconds(now - submitted).count();
                   times->since_due[i] = Milliseconds(now - due).count();
                   room->release();
                 }});
  }
  for (std::size_t i = 0; i < in_flight; ++i) room->acquire();
  times->answered = tally->total(std::chrono::duration<double>(Clock::now() - start).count());
  return *times;
}

Answered keep_in_flight(commands::CommandDoor& door, std::vector<Command> commands,
                        std::size_t in_flight) {
  const auto flow = std::make_shared<Flow>(door, in_flight);
  const Stopwatch time;
  for (Command& command : commands) flow->submit(std::move(command));
  flow->await(commands.size());
  return flow->tally().total(time.seconds());
}

}  // namespace daybook::bench
