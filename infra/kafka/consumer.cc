#include "infra/kafka/consumer.h"

#include <optional>

#include "infra/kafka/handle.h"

namespace daybook::kafka {
namespace {

// Of one read: what is there beyond this stays for the next.
constexpr std::size_t kReadBytesMax = 8U << 20U;
constexpr std::chrono::seconds kEndsWait{5};
constexpr int kDrainMax = 1'000'000;

Settings defaults_of(const ConsumerOptions& options) {
  return {{"fetch.wait.max.ms", std::to_string(options.fetch_wait.count())},
          {"fetch.error.backoff.ms", "20"},
          {"queued.max.messages.kbytes", std::to_string(options.buffer_bytes_max / 1024 + 1)}};
}

Settings fixed_of(const ConsumerOptions& options) {
  // The group is a name only: librdkafka wants one for `consumer_poll`, and nobody ever joins it.
  return {{"group.id", "daybook-readers"},
          {"auto.offset.reset", "error"},
          {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          {"enable.partition.eof", "true"},
          {"check.crcs", "true"},
          {"isolation.level", options.committed_only ? "read_committed" : "read_uncommitted"}};
}

}  // namespace

struct Consumer::Impl {
  // What an event that is not a message means for the read.
  enum class Step { kGoOn, kMovedOn };

  Result<void> apply(const rd_kafka_topic_partition_list_t* partitions) const;
  void drain() const;
  // Messages are taken by the caller; this is about everything else.
  Result<Step> handle_event(const rd_kafka_message_t& event);
  Result<Step> out_of_range() const;
  [[nodiscard]] bool is_ours(const rd_kafka_message_t& message) const {
    return message.partition == static_cast<std::int32_t>(partition) &&
           static_cast<std::uint64_t>(message.offset) >= next;
  }

  Handle handle;
  std::string topic;
  std::uint32_t partition = 0;
  std::uint64_t next = 0;
  std::optional<Error> failed;
};

Result<void> Consumer::Impl::apply(const rd_kafka_topic_partition_list_t* partitions) const {
  const auto code = rd_kafka_assign(handle.get(), partitions);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return fail(to_error(code, "reading from topic " + topic));
}

// What an earlier assignment has left behind. librdkafka sorts it out by itself; a message that it
// let through could have a higher offset, and everything below would be passed over.
void Consumer::Impl::drain() const {
  for (int i = 0; i < kDrainMax; ++i) {
    if (!KafkaMessage(rd_kafka_consumer_poll(handle.get(), 0))) return;
  }
}

Result<Consumer::Impl::Step> Consumer::Impl::handle_event(const rd_kafka_message_t& event) {
  if (event.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    if (!is_ours(event) || static_cast<std::uint64_t>(event.offset) == next) return Step::kGoOn;
    next = static_cast<std::uint64_t>(event.offset);
    return Step::kMovedOn;
  }
  if (event.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
      event.err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
    return out_of_range();
  if (is_passing(event.err)) return Step::kGoOn;
  // Who may not know the group may well read the topic: the group is only a name here.
  if (event.err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) return Step::kGoOn;
  Error error =
      to_error(event.err, "reading topic " + topic + ", partition " + std::to_string(partition) +
                              ", offset " + std::to_string(next));
  if (event.payload != nullptr)
    error.detail.append(": ").append(static_cast<const char*>(event.payload), event.len);
  return fail(std::move(error));
}

// librdkafka has stopped fetching. A leader that is new may not know its end yet: then it is
// started again.
Result<Consumer::Impl::Step> Consumer::Impl::out_of_range() const {
  const auto number = static_cast<std::int32_t>(partition);
  const int wait_ms = to_int_ms(kEndsWait);
  const auto low = query_offset(handle.get(), topic, number, RD_KAFKA_OFFSET_BEGINNING, wait_ms);
  const auto high = query_offset(handle.get(), topic, number, RD_KAFKA_OFFSET_END, wait_ms);
  const std::string there = "topic " + topic + ", partition " + std::to_string(partition) +
                            ": offset " + std::to_string(next);
  if (low && next < *low) {
    return fail(ErrorKind::kCorrupt, "kafka.expired",
                there + " is gone, the topic begins at " + std::to_string(*low) +
                    "; its retention must be without limit");
  }
  if (high && next > *high) {
    return fail(ErrorKind::kCorrupt, "kafka.beyond_end",
                there + " is beyond the end at " + std::to_string(*high) +
                    "; the topic was cut or made anew");
  }
  DAYBOOK_TRY(apply(one_partition(topic, number, static_cast<std::int64_t>(next)).get()));
  return Step::kGoOn;
}

Consumer::Consumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Consumer::~Consumer() = default;

Result<std::unique_ptr<Consumer>> Consumer::open(const ConsumerOptions& options) {
  DAYBOOK_ASSIGN(conf, make_conf(options.connection, defaults_of(options), fixed_of(options)));
  auto impl = std::make_unique<Impl>();
  DAYBOOK_ASSIGN(handle, make_handle(RD_KAFKA_CONSUMER, std::move(conf)));
  impl->handle = std::move(handle);
  rd_kafka_poll_set_consumer(impl->handle.get());
  return std::unique_ptr<Consumer>(new Consumer(std::move(impl)));
}

Result<void> Consumer::assign(const std::string& topic, std::uint32_t partition,
                              std::uint64_t offset) {
  if (!impl_->topic.empty()) DAYBOOK_TRY(unassign());
  impl_->drain();
  impl_->topic = topic;
  impl_->partition = partition;
  impl_->next = offset;
  impl_->failed.reset();
  return impl_->apply(
      one_partition(topic, static_cast<std::int32_t>(partition), static_cast<std::int64_t>(offset))
          .get());
}

Result<void> Consumer::unassign() {
  DAYBOOK_TRY(impl_->apply(nullptr));
  impl_->drain();
  impl_->topic.clear();
  return {};
}

Result<std::size_t> Consumer::read(std::size_t messages_max, std::chrono::milliseconds wait,
                                   const Take& take) {
  if (impl_->failed) return fail(*impl_->failed);
  const Deadline deadline(wait);
  std::size_t count = 0;
  std::size_t bytes = 0;
  while (count < messages_max && bytes < kReadBytesMax) {
    const int patience = count > 0 ? 0 : to_int_ms(deadline.left());
    const KafkaMessage message(rd_kafka_consumer_poll(impl_->handle.get(), patience));
    if (!message) {
      if (count > 0 || deadline.passed()) break;
      continue;
    }
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (!impl_->is_ours(*message)) continue;
      take(MessageView(*message));
      impl_->next = static_cast<std::uint64_t>(message->offset) + 1;
      bytes += message->len + message->key_len;
      ++count;
      continue;
    }
    auto step = impl_->handle_event(*message);
    if (!step) {
      impl_->failed = std::move(step).error();
      if (count > 0) break;  // the next call meets it
      return fail(*impl_->failed);
    }
    if (*step == Impl::Step::kMovedOn) break;
  }
  return count;
}

Result<std::vector<Message>> Consumer::read(std::size_t messages_max,
                                            std::chrono::milliseconds wait) {
  std::vector<Message> messages;
  DAYBOOK_ASSIGN(count, read(messages_max, wait, [&messages](const MessageView& message) {
                   messages.push_back(message.copy());
                 }));
  static_cast<void>(count);
  return messages;
}

std::uint64_t Consumer::next_offset() const { return impl_->next; }

}  // namespace daybook::kafka
