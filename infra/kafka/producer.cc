#include "infra/kafka/producer.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "infra/kafka/handle.h"

namespace daybook::kafka {
namespace {

constexpr int kGiveUpPollMs = 10;
constexpr std::chrono::milliseconds kFullPause{5};
constexpr std::size_t kBatchBytesMax = 1'000'000;

Settings defaults_of(const ProducerOptions& options) {
  return {{"linger.ms", std::to_string(options.linger.count())},
          {"queue.buffering.max.messages", std::to_string(options.messages_max)},
          {"queue.buffering.max.kbytes", std::to_string(options.bytes_max / 1024 + 1)},
          {"batch.num.messages", "10000"},
          {"batch.size", std::to_string(std::min(options.message_bytes_max, kBatchBytesMax))},
          {"message.max.bytes", std::to_string(options.message_bytes_max)}};
}

Settings fixed_of(const ProducerOptions& options) {
  return {{"enable.idempotence", "true"},
          {"acks", "all"},
          {"message.timeout.ms", std::to_string(options.message_timeout.count())}};
}

// What is known of a message that was not acknowledged.
Error delivery_error(const rd_kafka_message_t& message) {
  Error error = to_error(message.err, "the message was not acknowledged");
  if (rd_kafka_message_status(&message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED) {
    error.kind = ErrorKind::kUnknownOutcome;
    error.code = "kafka.delivery_unknown";
    return error;
  }
  if (message.err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT) error.code = "kafka.timed_out";
  // Damaged on its way to the broker, which has refused it: nothing stored is damaged.
  if (error.kind == ErrorKind::kCorrupt)
    error = {ErrorKind::kUnavailable, "kafka.unavailable", std::move(error.detail), ""};
  return error;
}

rd_kafka_vu_t bytes_argument(rd_kafka_vtype_t type, const BytesView& bytes) {
  rd_kafka_vu_t argument{};
  argument.vtype = type;
  // librdkafka takes bytes to copy as void*; an empty value is told from null by its pointer.
  static constexpr const char* kEmpty = "";
  const char* begin = bytes && bytes->data() == nullptr ? kEmpty : bytes.value_or("").data();
  argument.u.mem.ptr = bytes ? const_cast<char*>(begin) : nullptr;
  argument.u.mem.size = bytes ? bytes->size() : 0;
  return argument;
}

rd_kafka_vu_t header_argument(const Header& header) {
  rd_kafka_vu_t argument{};
  argument.vtype = RD_KAFKA_VTYPE_HEADER;
  argument.u.header.name = header.name.c_str();
  argument.u.header.val = header.value ? header.value->data() : nullptr;
  argument.u.header.size = header.value ? static_cast<ssize_t>(header.value->size()) : 0;
  return argument;
}

}  // namespace

struct Producer::Impl {
  // Travels through librdkafka with its message, and comes back with what became of it.
  struct Delivery {
    OnDelivery done;
  };

  explicit Impl(const ProducerOptions& options) : queue_wait(options.queue_wait) {}
  ~Impl();

  Result<void> open(const ProducerOptions& options);
  Result<rd_kafka_topic_t*> topic(const std::string& name);
  KafkaError hand_over(rd_kafka_topic_t* topic, std::uint32_t partition, const Outgoing& message,
                       Delivery* delivery) const;
  void poll_loop();
  void delivered(const rd_kafka_message_t& message) noexcept;
  void one_less() noexcept;
  static void on_delivery_report(rd_kafka_t*, const rd_kafka_message_t* message,
                                 void* self) noexcept {
    static_cast<Impl*>(self)->delivered(*message);
  }
  // Waits for room a little; false if it would be in vain.
  bool await_room(const Deadline& deadline);

  const std::chrono::milliseconds queue_wait;
  Handle handle;
  Queue queue;  // where delivery reports come
  std::mutex mutex;
  std::condition_variable landed;  // nothing is on its way, or some room was made
  std::map<std::string, Topic> topics;
  std::atomic<std::size_t> on_the_way{0};
  std::atomic<bool> stopping{false};
  std::thread poller;
};

Result<void> Producer::Impl::open(const ProducerOptions& options) {
  DAYBOOK_ASSIGN(conf, make_conf(options.connection, defaults_of(options), fixed_of(options)));
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery_report);
  DAYBOOK_ASSIGN(made, make_handle(RD_KAFKA_PRODUCER, std::move(conf)));
  handle = std::move(made);
  queue.reset(rd_kafka_queue_get_main(handle.get()));
  poller = std::thread([this] { poll_loop(); });
  return {};
}

Producer::Impl::~Impl() {
  if (!poller.joinable()) return;
  stopping = true;
  rd_kafka_queue_yield(queue.get());
  poller.join();
  topics.clear();
  queue.reset();
}

void Producer::Impl::poll_loop() {
  while (!stopping) rd_kafka_poll(handle.get(), kPollMs);
  // Everything that is on its way is given up, and what a callback hands over meanwhile; every
  // callback has been called when this ends.
  while (on_the_way > 0) {
    rd_kafka_purge(handle.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_poll(handle.get(), kGiveUpPollMs);
  }
}

void Producer::Impl::delivered(const rd_kafka_message_t& message) noexcept {
  // Nothing is on its way that was not counted before: what `produce` wrote is seen here, whatever
  // librdkafka did in between.
  static_cast<void>(on_the_way.load(std::memory_order_acquire));
  const std::unique_ptr<Delivery> delivery(static_cast<Delivery*>(message._private));
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    delivery->done(fail(delivery_error(message)));
  } else {
    delivery->done(message.offset < 0 ? kOffsetUnknown
                                      : static_cast<std::uint64_t>(message.offset));
  }
  one_less();
}

void Producer::Impl::one_less() noexcept {
  if (on_the_way.fetch_sub(1) > 1) return;
  const std::lock_guard lock(mutex);
  landed.notify_all();
}

Result<rd_kafka_topic_t*> Producer::Impl::topic(const std::string& name) {
  const std::lock_guard lock(mutex);
  Topic& topic = topics[name];
  if (!topic) topic.reset(rd_kafka_topic_new(handle.get(), name.c_str(), nullptr));
  if (topic) return topic.get();
  topics.erase(name);
  return fail(to_error(rd_kafka_last_error(), "topic " + name));
}

KafkaError Producer::Impl::hand_over(rd_kafka_topic_t* topic, std::uint32_t partition,
                                     const Outgoing& message, Delivery* delivery) const {
  std::array<rd_kafka_vu_t, 6> fixed{};
  fixed[0].vtype = RD_KAFKA_VTYPE_RKT;
  fixed[0].u.rkt = topic;
  fixed[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  fixed[1].u.i32 = static_cast<std::int32_t>(partition);
  fixed[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  fixed[2].u.i = RD_KAFKA_MSG_F_COPY;
  fixed[3] = bytes_argument(RD_KAFKA_VTYPE_KEY, message.key);
  fixed[4] = bytes_argument(RD_KAFKA_VTYPE_VALUE, message.value);
  fixed[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
  fixed[5].u.ptr = delivery;
  if (message.headers.empty())
    return KafkaError(rd_kafka_produceva(handle.get(), fixed.data(), fixed.size()));
  std::vector<rd_kafka_vu_t> all(fixed.begin(), fixed.end());
  for (const Header& header : message.headers) all.push_back(header_argument(header));
  return KafkaError(rd_kafka_produceva(handle.get(), all.data(), all.size()));
}

bool Producer::Impl::await_room(const Deadline& deadline) {
  if (deadline.passed() || std::this_thread::get_id() == poller.get_id()) return false;
  std::unique_lock lock(mutex);
  landed.wait_for(lock, kFullPause);
  return true;
}

Producer::Producer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Producer::~Producer() = default;

Result<std::unique_ptr<Producer>> Producer::open(const ProducerOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  DAYBOOK_TRY(impl->open(options));
  return std::unique_ptr<Producer>(new Producer(std::move(impl)));
}

Result<void> Producer::produce(const std::string& topic, std::uint32_t partition,
                               const Outgoing& message, OnDelivery on_delivery) {
  DAYBOOK_ASSIGN(kafka_topic, impl_->topic(topic));
  auto delivery = std::make_unique<Impl::Delivery>(Impl::Delivery{std::move(on_delivery)});
  const Deadline deadline(impl_->queue_wait);
  for (;;) {
    impl_->on_the_way.fetch_add(1);
    const KafkaError error = impl_->hand_over(kafka_topic, partition, message, delivery.get());
    if (!error) {
      static_cast<void>(delivery.release());  // comes back with the delivery report
      return {};
    }
    impl_->one_less();
    const auto code = rd_kafka_error_code(error.get());
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      DAYBOOK_TRY(check());
      return fail(to_error(code, "topic " + topic));
    }
    if (!impl_->await_room(deadline)) {
      return fail(ErrorKind::kUnavailable, "kafka.queue_full",
                  "too many messages are on their way to the cluster; try again later");
    }
  }
}

bool Producer::flush(std::chrono::milliseconds wait) {
  std::unique_lock lock(impl_->mutex);
  return impl_->landed.wait_for(lock, wait, [this] { return impl_->on_the_way == 0; });
}

std::size_t Producer::on_the_way() const { return impl_->on_the_way; }

Result<void> Producer::check() const {
  ErrorText text{};
  const auto code = rd_kafka_fatal_error(impl_->handle.get(), text.data(), text.size());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return fail(ErrorKind::kUnavailable, "kafka.fatal",
              std::string("the producer is spent: ") + text.data() + " (" +
                  rd_kafka_err2name(code) + "); open another one");
}

}  // namespace daybook::kafka
