#include "infra/topics/topic_door.h"

#include <spdlog/spdlog.h>

#include <charconv>

#include "commands/codec/json.h"
#include "commands/intake.h"
#include "commands/receipts.h"
#include "commands/routing.h"
#include "infra/log/random_id.h"
#include "infra/topics/kafka_records.h"
#include "infra/topics/waits.h"

namespace daybook::topics {
namespace {

constexpr std::chrono::milliseconds kReadWait{100};
constexpr std::size_t kResultsPerRead = 500;

Error no_result(bool acknowledged) {
  if (!acknowledged) {
    return {ErrorKind::kUnknownOutcome, "door.not_acknowledged",
            "the command may be in the commands topic; look its receipt up later, or send the very "
            "same command again",
            ""};
  }
  return {ErrorKind::kUnknownOutcome, "door.no_result",
          "the command is in the commands topic, but its result has not come yet; look its receipt "
          "up later, or send the very same command again",
          ""};
}

Error not_here() {
  return {ErrorKind::kUnavailable, "partition.elsewhere",
          "this process decides no commands, so it knows no receipts and histories; ask one that "
          "does",
          ""};
}

Error stopping() {
  return {ErrorKind::kUnavailable, "handler.stopping",
          "not taken: the engine is stopping; send it again", ""};
}

Result<Receipt> receipt_in(const kafka::MessageView& message) {
  Receipt receipt;
  const bool reads = message.value() && codec::decode_json(*message.value(), receipt).empty();
  if (reads) return receipt;
  const auto why =
      commands::find_header(headers_of(message.headers()), commands::header::kErrorMessage);
  return fail(ErrorKind::kUnknownOutcome, "door.no_result",
              why.value_or("the result cannot be read; look the receipt up"));
}

}  // namespace

TopicDoor::TopicDoor(kafka::Admin& admin, TopicDoorOptions options, const commands::Clock& clock,
                     commands::CommandDoor* lookups)
    : admin_(admin),
      options_(std::move(options)),
      clock_(clock),
      lookups_(lookups),
      id_(log::random_uuid_text()) {}

Result<std::unique_ptr<TopicDoor>> TopicDoor::open(kafka::Admin& admin,
                                                   const TopicDoorOptions& options,
                                                   const commands::Clock& clock,
                                                   commands::CommandDoor* lookups) {
  std::unique_ptr<TopicDoor> door(new TopicDoor(admin, options, clock, lookups));
  kafka::ProducerOptions producing;
  producing.connection = options.connection;
  producing.message_bytes_max = kCommandBytesMax;
  producing.message_timeout = options.publish_wait;
  DAYBOOK_ASSIGN(producer, kafka::Producer::open(producing));
  door->producer_ = std::move(producer);
  DAYBOOK_TRY(door->follow_results());
  return door;
}

// From their end on: whoever waits here has not sent anything yet.
Result<void> TopicDoor::follow_results() {
  for (std::uint32_t partition = 0; partition < options_.partition_count; ++partition) {
    DAYBOOK_ASSIGN(end, admin_.end_offset(options_.names.results, partition, kRequestWait));
    kafka::ConsumerOptions reading;
    reading.connection = options_.connection;
    DAYBOOK_ASSIGN(consumer, kafka::Consumer::open(reading));
    DAYBOOK_TRY(consumer->assign(options_.names.results, partition, end));
    results_.push_back(std::move(consumer));
  }
  for (std::uint32_t partition = 0; partition < results_.size(); ++partition)
    threads_.emplace_back([this, partition] { follow(*results_[partition], partition); });
  return {};
}

TopicDoor::~TopicDoor() { stop(); }

void TopicDoor::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  producer_.reset();  // says what is known of those that are still on their way
  std::map<std::uint64_t, Waiting> left;
  {
    const std::lock_guard lock(mutex_);
    left.swap(waiting_);
  }
  for (auto& [number, waiting] : left) waiting.answer(fail(no_result(waiting.acknowledged)));
}

void TopicDoor::submit(commands::Submission submission) {
  if (stopping_) return submission.answer(fail(stopping()));
  Command& command = submission.command;
  if (auto refusal = commands::refuse_unaddressable(command, clock_.wall_ms()))
    return submission.answer(*std::move(refusal));
  const std::string value = command.SerializeAsString();
  // One that came as less text: free JSON takes more room in protobuf.
  if (value.size() > commands::kValueBytesMax) {
    return submission.answer(
        commands::refusal_of(command, {commands::value_too_large(value.size())}, clock_.wall_ms()));
  }
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = next_number_++;
    waiting_[number] = {std::move(submission.answer),
                        std::chrono::steady_clock::now() + options_.answer_wait, false};
  }
  const std::string& key = command.organization_id();
  const std::vector<kafka::Header> headers{
      {commands::header::kContentType, "application/x-protobuf"},
      {commands::header::kReplyTo, id_ + ":" + std::to_string(number)}};
  auto handed_over = producer_->produce(
      options_.names.commands, commands::partition_of(key, options_.partition_count),
      {key, value, headers}, [this, number](const Result<std::uint64_t>& delivered) {
        delivered ? note_acknowledged(number) : settle(number, fail(delivered.error()));
      });
  if (!handed_over) settle(number, fail(std::move(handed_over).error()));
}

void TopicDoor::settle(std::uint64_t number, Result<Receipt> result) {
  Reply answer;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(number);
    if (found == waiting_.end()) return;
    answer = std::move(found->second.answer);
    waiting_.erase(found);
  }
  answer(std::move(result));
}

void TopicDoor::note_acknowledged(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  if (const auto found = waiting_.find(number); found != waiting_.end())
    found->second.acknowledged = true;
}

void TopicDoor::follow(kafka::Consumer& results, std::uint32_t partition) {
  while (!stopping_) {
    const auto read =
        results.read(kResultsPerRead, kReadWait, [this](const auto& message) { take(message); });
    if (!read) go_on(results, partition, read.error());
    settle_overdue();
  }
}

// Those who wait for what could not be read are told so when their time is over.
void TopicDoor::go_on(kafka::Consumer& results, std::uint32_t partition, const Error& error) {
  spdlog::warn("results, partition {}: {}", partition, error.detail);
  std::this_thread::sleep_for(kReadWait);
  const auto begin = admin_.begin_offset(options_.names.results, partition, kReadWait);
  const bool gone = error.code == "kafka.expired" || error.code == "kafka.beyond_end";
  const std::uint64_t next = gone && begin ? *begin : results.next_offset();
  if (auto assigned = results.assign(options_.names.results, partition, next); !assigned)
    spdlog::warn("{}", assigned.error().detail);
}

void TopicDoor::take(const kafka::MessageView& message) {
  const auto reply_to =
      commands::find_header(headers_of(message.headers()), commands::header::kReplyTo);
  if (!reply_to || reply_to->compare(0, id_.size() + 1, id_ + ":") != 0) return;
  std::uint64_t number = 0;
  const char* end = reply_to->data() + reply_to->size();
  if (std::from_chars(reply_to->data() + id_.size() + 1, end, number).ptr != end) return;
  settle(number, receipt_in(message));
}

void TopicDoor::settle_overdue() {
  const auto now = std::chrono::steady_clock::now();
  for (;;) {
    std::uint64_t number = 0;
    bool acknowledged = false;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty() || waiting_.begin()->second.until > now) return;
      number = waiting_.begin()->first;
      acknowledged = waiting_.begin()->second.acknowledged;
    }
    settle(number, fail(no_result(acknowledged)));
  }
}

void TopicDoor::receipt(commands::ReceiptQuestion question,
                        std::function<void(Result<Receipt>)> answer) {
  if (lookups_ == nullptr) return answer(fail(not_here()));
  lookups_->receipt(std::move(question), std::move(answer));
}

void TopicDoor::history(commands::HistoryQuestion question,
                        std::function<void(Result<History>)> answer) {
  if (lookups_ == nullptr) return answer(fail(not_here()));
  lookups_->history(std::move(question), std::move(answer));
}

}  // namespace daybook::topics
