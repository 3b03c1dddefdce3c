#include "commands/topic_reader.h"

#include <utility>

namespace daybook::commands {
namespace {

constexpr std::size_t kRecordsPerRead = 512;
constexpr std::chrono::milliseconds kReadWait{100};

}  // namespace

void TopicReader::start(IntakePlace place) {
  stop();
  stopping_ = false;
  fault_.reset();
  thread_ = std::thread([this, place = std::move(place)] { run(place); });
}

void TopicReader::stop() {
  stopping_ = true;
  inbox_.wake();
  if (thread_.joinable()) thread_.join();
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
    if (passed) continue;
    const std::lock_guard lock(mutex_);
    fault_ = std::move(passed).error();
    return inbox_.wake();
  }
}

// The copies stand before anybody says so. What cannot be forwarded is refused here.
Result<void> TopicReader::pass_on(std::vector<CommandRecord> records, const IntakePlace& place) {
  std::vector<CommandTopic::Copy> copies;
  for (const CommandRecord& record : records) {
    if (const auto right = other_partition(record, place))
      copies.push_back({*right, copy_of(record, place)});
  }
  CommandTopic::Refusals refusals;
  if (!copies.empty()) {
    DAYBOOK_ASSIGN(told, topic_.forward(std::move(copies), stopping_));
    refusals = std::move(told);
  }
  std::vector<Submission> taken;
  taken.reserve(records.size());
  std::size_t forwarded = 0;
  for (CommandRecord& record : records) {
    const bool elsewhere = other_partition(record, place).has_value();
    taken.push_back(take_in(std::move(record), place,
                            elsewhere ? Routed{true, refusals[forwarded++]} : Routed{}));
  }
  inbox_.put_when_room(std::move(taken), stopping_);
  return {};
}

}  // namespace daybook::commands
