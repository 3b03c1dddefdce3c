#include "infra/topics/kafka_command_topic.h"

#include <xxhash.h>

#include <condition_variable>
#include <utility>

#include "commands/intake.h"
#include "commands/topic_outcomes.h"
#include "infra/topics/kafka_records.h"
#include "infra/topics/waits.h"

namespace daybook::topics {
namespace {

constexpr std::chrono::milliseconds kReadOneWait{5'000};
constexpr std::chrono::milliseconds kFetchWait{50};
// The fetch of one record is followed by one that finds nothing, which the next record waits for.
constexpr std::chrono::milliseconds kRandomFetchWait{1};
constexpr std::chrono::milliseconds kPollStep{50};
constexpr int kStepsWhenStopping = 20;
constexpr std::size_t kReaderBufferBytes = 16U << 20U;
// The one that looks single records up stays where it is until it is needed again.
constexpr std::size_t kLookerBufferBytes = 1U << 20U;
constexpr std::uint64_t kReadOnMax = 5'000;
constexpr std::uint64_t kLooksAtOnce = 512;
constexpr std::chrono::milliseconds kQueueWait{1'000};

tl::unexpected<Error> other_topic(const log::Source& last, const std::string& found) {
  return fail(ErrorKind::kCorrupt, "commands.other_topic",
              "the log's newest outcome is of the record at partition " +
                  std::to_string(last.partition()) + ", offset " + std::to_string(last.offset()) +
                  " of the commands topic, but " + found +
                  ": the topic was cut or made anew. If that was meant, say so: daybook topics "
                  "accept-commands; then its commands are read from its beginning");
}

commands::CommandRecord command_record(kafka::Message message) {
  commands::CommandRecord record;
  record.offset = static_cast<std::int64_t>(message.offset);
  record.timestamp_ms = message.timestamp_ms;
  record.hash = hash_of(message.key, message.value);
  record.bytes =
      (message.key ? message.key->size() : 0) + (message.value ? message.value->size() : 0);
  record.key = std::move(message.key);
  record.value = std::move(message.value);
  record.headers = headers_of(std::move(message.headers));
  return record;
}

// Counts the copies that are on their way.
struct Forwarding {
  std::mutex mutex;
  std::condition_variable settled;
  std::size_t left = 0;
  commands::CommandTopic::Refusals refusals;
  std::optional<Error> fault;
};

Error too_large_to_forward(const Error& refused) {
  if (refused.code != "kafka.too_large") return refused;
  return {ErrorKind::kInvalid, "command.too_large",
          "the record is too large to be sent on to its partition; send at most " +
              std::to_string(commands::kValueBytesMax) +
              " bytes, or partition by murmur2 of the key",
          ""};
}

void note(Forwarding& forwarding, std::size_t which, const Result<std::uint64_t>& delivered) {
  const std::lock_guard lock(forwarding.mutex);
  if (!delivered && delivered.error().kind == ErrorKind::kInvalid) {
    forwarding.refusals[which] = too_large_to_forward(delivered.error());
  } else if (!delivered) {
    forwarding.fault = delivered.error();
  }
  --forwarding.left;
  forwarding.settled.notify_all();
}

bool has_fault(Forwarding& forwarding) {
  const std::lock_guard lock(forwarding.mutex);
  return forwarding.fault.has_value();
}

}  // namespace

std::string hash_of(const std::optional<std::string>& key,
                    const std::optional<std::string>& value) {
  std::string bytes = key ? std::to_string(key->size()) + ":" + *key : "-";
  bytes += value ? "=" + *value : "-";
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  return {reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest};
}

KafkaCommandTopic::KafkaCommandTopic(kafka::Admin& admin, Place place)
    : admin_(admin), place_(std::move(place)) {}

KafkaCommandTopic::~KafkaCommandTopic() { close_producer(); }

// ---- reading ------------------------------------------------------------------------------------

Result<std::unique_ptr<kafka::Consumer>> KafkaCommandTopic::open_consumer(
    std::chrono::milliseconds fetch_wait, std::size_t buffer_bytes) const {
  kafka::ConsumerOptions options;
  options.buffer_bytes_max = buffer_bytes;
  options.connection = place_.connection;
  options.fetch_wait = fetch_wait;
  options.committed_only = true;
  return kafka::Consumer::open(options);
}

Result<KafkaCommandTopic::Ends> KafkaCommandTopic::ends() const {
  DAYBOOK_ASSIGN(begin, admin_.begin_offset(place_.names.commands, place_.partition, kRequestWait));
  DAYBOOK_ASSIGN(end, admin_.end_offset(place_.names.commands, place_.partition, kRequestWait));
  return Ends{static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end)};
}

Result<std::optional<commands::CommandTopic::Range>> KafkaCommandTopic::start(
    const log::Source* last) {
  DAYBOOK_ASSIGN(there, ends());
  looker_.reset();
  looked_at_ = there;
  std::int64_t next = last == nullptr ? there.begin : last->offset() + 1;
  std::optional<Range> lost;
  if (last != nullptr) DAYBOOK_TRY(check_same_topic(*last, there));
  if (next < there.begin) lost = Range{std::exchange(next, there.begin), there.begin - 1};
  if (!reader_) {
    DAYBOOK_ASSIGN(reader, open_consumer(kFetchWait, kReaderBufferBytes));
    reader_ = std::move(reader);
  }
  DAYBOOK_TRY(
      reader_->assign(place_.names.commands, place_.partition, static_cast<std::uint64_t>(next)));
  DAYBOOK_TRY(open_producer());
  return lost;
}

Result<void> KafkaCommandTopic::check_same_topic(const log::Source& last, Ends ends) {
  if (last.offset() < ends.begin) return {};  // removed, or none yet
  if (last.offset() >= ends.end)
    return other_topic(last, "the topic ends at " + std::to_string(ends.end));
  DAYBOOK_ASSIGN(record, record_at(last.offset()));
  if (record && record->hash == last.record_hash()) return {};
  return other_topic(last, "there is another record at this place");
}

Result<std::vector<commands::CommandRecord>> KafkaCommandTopic::read(
    std::size_t records_max, std::chrono::milliseconds wait) {
  auto messages = reader_->read(records_max, wait);
  if (!messages) {
    Error error = std::move(messages).error();
    if (error.code == "kafka.expired") {
      error.kind = ErrorKind::kUnavailable;
      error.code = "commands.expired";
    }
    return fail(std::move(error));
  }
  std::vector<commands::CommandRecord> records;
  records.reserve(messages->size());
  for (kafka::Message& message : *messages) records.push_back(command_record(std::move(message)));
  return records;
}

// Those that are asked for one after the other are read on, which is much faster than going to
// each: whoever takes over asks for many.
Result<std::optional<commands::CommandRecord>> KafkaCommandTopic::record_at(std::int64_t offset) {
  const auto wanted = static_cast<std::uint64_t>(offset);
  if (offset >= looked_at_.end) {
    DAYBOOK_ASSIGN(there, ends());
    looked_at_ = there;
  }
  if (offset < looked_at_.begin || offset >= looked_at_.end) return std::nullopt;
  DAYBOOK_TRY(go_to(wanted));
  const auto until = std::chrono::steady_clock::now() + kReadOneWait;
  while (looker_->next_offset() <= wanted) {
    const auto most = std::min<std::uint64_t>(wanted - looker_->next_offset() + 1, kLooksAtOnce);
    auto messages = looker_->read(most, kPollStep);
    if (!messages) {
      looker_.reset();
      if (messages.error().code == "kafka.expired") return std::nullopt;
      return fail(std::move(messages).error());
    }
    if (!messages->empty() && messages->back().offset == wanted)
      return command_record(std::move(messages->back()));
    if (std::chrono::steady_clock::now() < until) continue;
    looker_.reset();
    return fail(ErrorKind::kUnavailable, "kafka.timed_out",
                "the record at offset " + std::to_string(offset) + " could not be read in time");
  }
  return std::nullopt;
}

Result<void> KafkaCommandTopic::go_to(std::uint64_t offset) {
  if (looker_ && looker_->next_offset() <= offset && offset - looker_->next_offset() < kReadOnMax)
    return {};
  if (!looker_) {
    DAYBOOK_ASSIGN(looker, open_consumer(kRandomFetchWait, kLookerBufferBytes));
    looker_ = std::move(looker);
  }
  return looker_->assign(place_.names.commands, place_.partition, offset);
}

// ---- answers ------------------------------------------------------------------------------------

void KafkaCommandTopic::close_producer() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  producer_.reset();
}

Result<void> KafkaCommandTopic::open_producer() {
  close_producer();  // what was on its way is told again by the handler
  {
    const std::lock_guard lock(mutex_);
    closing_ = false;
    unacknowledged_.clear();
    fault_.reset();
  }
  kafka::ProducerOptions options;
  options.connection = place_.connection;
  options.message_timeout = std::chrono::milliseconds(0);
  options.message_bytes_max = kAnswerBytesMax;
  DAYBOOK_ASSIGN(producer, kafka::Producer::open(options));
  producer_ = std::move(producer);
  return {};
}

// Apart from the answers, because the commands topic takes smaller records than theirs.
Result<void> KafkaCommandTopic::open_forwarder() {
  if (forwarder_ && forwarder_->check()) return {};
  kafka::ProducerOptions options;
  options.connection = place_.connection;
  options.message_timeout = std::chrono::milliseconds(0);
  options.message_bytes_max = kCommandBytesMax;
  options.queue_wait = kQueueWait;
  DAYBOOK_ASSIGN(forwarder, kafka::Producer::open(options));
  forwarder_ = std::move(forwarder);
  return {};
}

Result<commands::CommandTopic::Refusals> KafkaCommandTopic::forward(
    std::vector<Copy> copies, const std::atomic<bool>& stopping) {
  DAYBOOK_TRY(open_forwarder());
  auto forwarding = std::make_shared<Forwarding>();
  forwarding->refusals.resize(copies.size());
  for (std::size_t i = 0; i < copies.size() && !has_fault(*forwarding); ++i) {
    const commands::TopicRecord& record = copies[i].record;
    const auto headers = kafka_headers(record.headers);
    {
      const std::lock_guard lock(forwarding->mutex);
      ++forwarding->left;
    }
    auto handed_over = forwarder_->produce(place_.names.commands, copies[i].partition,
                                           {record.key, record.value, headers},
                                           [forwarding, i](const Result<std::uint64_t>& delivered) {
                                             note(*forwarding, i, delivered);
                                           });
    if (!handed_over) note(*forwarding, i, fail(handed_over.error()));
  }
  // What was handed over is mostly acknowledged in a moment, for which who stops waits too.
  std::unique_lock lock(forwarding->mutex);
  int steps = 0;
  while (forwarding->left > 0 && (!stopping || ++steps <= kStepsWhenStopping))
    forwarding->settled.wait_for(lock, kPollStep);
  if (forwarding->left > 0)
    return fail(ErrorKind::kUnavailable, "handler.stopping", "the reader is stopping");
  if (forwarding->fault) return fail(*forwarding->fault);
  return std::move(forwarding->refusals);
}

Result<void> KafkaCommandTopic::publish(commands::Answer answer) {
  if (auto why = fault()) return fail(*std::move(why));
  if (answer.dead_letter)
    DAYBOOK_TRY(produce({producer_.get(), &place_.names.dead_letters, answer.outcome_offset,
                         *std::move(answer.dead_letter), true}));
  return produce({producer_.get(), &place_.names.results, answer.outcome_offset,
                  std::move(answer.result), true});
}

Result<void> KafkaCommandTopic::produce(Sending sending) {
  {
    const std::lock_guard lock(mutex_);
    ++unacknowledged_[sending.outcome_offset];
  }
  const auto kept = std::make_shared<const Sending>(std::move(sending));
  const commands::TopicRecord& record = kept->record;
  const auto headers = kafka_headers(record.headers);
  auto handed_over = kept->producer->produce(
      *kept->topic, place_.partition, {record.key, record.value, headers},
      [this, kept](const Result<std::uint64_t>& delivered) { settle(*kept, delivered); });
  if (handed_over) return {};
  settle(*kept, fail(handed_over.error()));
  if (auto why = fault()) return fail(*std::move(why));
  return {};
}

// Called by the producer's thread, or by the handler's for what the producer did not take.
void KafkaCommandTopic::settle(const Sending& sending, const Result<std::uint64_t>& delivered) {
  const bool refused = !delivered && delivered.error().kind == ErrorKind::kInvalid;
  const bool replaced =
      refused && sending.replaceable && !is_closing() &&
      produce({sending.producer, sending.topic, sending.outcome_offset,
               commands::replacement_of(sending.record, delivered.error()), false});
  const std::lock_guard lock(mutex_);
  if (!delivered && !replaced) {
    if (!fault_) fault_ = delivered.error();
    return;  // not acknowledged: told again after the next start
  }
  const auto found = unacknowledged_.find(sending.outcome_offset);
  if (found != unacknowledged_.end() && --found->second == 0) unacknowledged_.erase(found);
}

bool KafkaCommandTopic::is_closing() const {
  const std::lock_guard lock(mutex_);
  return closing_;
}

std::optional<Error> KafkaCommandTopic::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

std::vector<std::uint64_t> KafkaCommandTopic::unacknowledged() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint64_t> offsets;
  offsets.reserve(unacknowledged_.size());
  for (const auto& [offset, count] : unacknowledged_) offsets.push_back(offset);
  return offsets;
}

std::size_t KafkaCommandTopic::unacknowledged_count() const {
  const std::lock_guard lock(mutex_);
  return unacknowledged_.size();
}

std::optional<std::uint64_t> KafkaCommandTopic::first_unacknowledged() const {
  const std::lock_guard lock(mutex_);
  if (unacknowledged_.empty()) return std::nullopt;
  return unacknowledged_.begin()->first;
}

void KafkaCommandTopic::await_acknowledged(std::chrono::milliseconds wait) {
  if (producer_) (void)producer_->flush(wait);
}

}  // namespace daybook::topics
