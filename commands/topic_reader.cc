#include "commands/topic_reader.h"

#include <utility>

#include "commands/preparation.h"

namespace daybook::commands {
namespace {

constexpr std::size_t kRecordsPerRead = 512;
constexpr std::chrono::milliseconds kReadWait{100};

}  // namespace

void TopicReader::start(IntakePlace place) {
  stop();
  stopping_ = false;
  has_read_ = false;
  fault_.reset();
  thread_ = std::thread([this, place = std::move(place)] { run(place); });
}

void TopicReader::halt() {
  stopping_ = true;
  inbox_.wake();
  if (thread_.joinable()) thread_.join();
}

void TopicReader::stop() {
  halt();
  inbox_.drop_sourced();
}

std::optional<Error> TopicReader::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

void TopicReader::run(const IntakePlace& place) {
  while (!stopping_) {
    auto records = topic_.read(kRecordsPerRead, kReadWait);
    auto passed = records ? pass_on(*std::move(records), place)
                          : Result<void>(fail(std::move(records).error()));
    if (passed) has_read_ = true;
    if (passed) continue;
    const std::lock_guard lock(mutex_);
    fault_ = std::move(passed).error();
    return inbox_.wake();
  }
}

// The copies stand before anybody says so. What cannot be forwarded is refused here. There is room
// before anything is forwarded: what has been is not to be forgotten.
Result<void> TopicReader::pass_on(std::vector<CommandRecord> records, const IntakePlace& place) {
  if (!inbox_.await_room(stopping_)) return {};
  std::vector<CommandTopic::Copy> copies;
  std::vector<Routed> routed(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto right = other_partition(records[i], place);
    if (right) copies.push_back({*right, copy_of(records[i], place)});
    routed[i].elsewhere = right.has_value();
  }
  CommandTopic::Refusals refusals;
  if (!copies.empty()) {
    DAYBOOK_ASSIGN(told, topic_.forward(std::move(copies), stopping_));
    refusals = std::move(told);
  }
  std::vector<Submission> taken;
  taken.reserve(records.size());
  std::size_t forwarded = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (routed[i].elsewhere) routed[i].refusal = std::move(refusals[forwarded++]);
    taken.push_back(take_in(std::move(records[i]), place, std::move(routed[i])));
    const Origin& origin = *taken.back().origin;
    if (!origin.forwarded && origin.refusals.empty()) prepare(taken.back());
  }
  inbox_.put(std::move(taken));
  return {};
}

}  // namespace daybook::commands
