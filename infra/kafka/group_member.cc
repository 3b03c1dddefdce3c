#include "infra/kafka/group_member.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <thread>

#include "infra/kafka/handle.h"

namespace daybook::kafka {
namespace {

constexpr int kClosePollMs = 20;
constexpr std::chrono::seconds kLeaveWait{5};

Settings fixed_of(const GroupMemberOptions& options) {
  return {{"group.id", options.group},
          {"partition.assignment.strategy", "range"},
          {"session.timeout.ms", std::to_string(options.session_timeout.count())},
          {"heartbeat.interval.ms", std::to_string(options.heartbeat.count())},
          {"max.poll.interval.ms",
           std::to_string(std::max(options.callback_max, options.session_timeout).count())},
          {"auto.offset.reset", "latest"},
          {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          {"enable.partition.eof", "false"},
          {"queued.max.messages.kbytes", "64"}};
}

GroupCallbacks::Partitions numbers_of(const rd_kafka_topic_partition_list_t& list) {
  GroupCallbacks::Partitions numbers;
  for (int i = 0; i < list.cnt; ++i)
    numbers.push_back(static_cast<std::uint32_t>(list.elems[i].partition));
  return numbers;
}

}  // namespace

struct GroupMember::Impl {
  Impl(const GroupMemberOptions& options, GroupCallbacks given)
      : topic(options.topic), callbacks(std::move(given)) {}

  Result<void> join(const GroupMemberOptions& options);
  void run() noexcept;
  void serve(int wait_ms);
  void close();
  void rebalance(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list) noexcept;
  void note_error(rd_kafka_resp_err_t code, const std::string& text);
  static void on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t code,
                           rd_kafka_topic_partition_list_t* list, void* self) noexcept {
    static_cast<Impl*>(self)->rebalance(code, list);
  }

  const std::string topic;
  const GroupCallbacks callbacks;
  Handle handle;
  Queue queue;  // where the thread waits
  std::atomic<bool> stopping{false};
  std::chrono::milliseconds leave_wait{kLeaveWait};  // written before `stopping`
  bool failed = false;
  bool left = false;  // read after the thread has ended
  std::thread thread;
};

Result<void> GroupMember::Impl::join(const GroupMemberOptions& options) {
  DAYBOOK_ASSIGN(conf, make_conf(options.connection, {}, fixed_of(options)));
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_rebalance_cb(conf.get(), on_rebalance);
  DAYBOOK_ASSIGN(made, make_handle(RD_KAFKA_CONSUMER, std::move(conf)));
  handle = std::move(made);
  rd_kafka_poll_set_consumer(handle.get());
  queue.reset(rd_kafka_queue_get_consumer(handle.get()));
  const auto list = one_partition(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_OFFSET_INVALID);
  if (const auto code = rd_kafka_subscribe(handle.get(), list.get());
      code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return fail(to_error(code, "joining group " + options.group));
  thread = std::thread([this] { run(); });
  return {};
}

void GroupMember::Impl::run() noexcept {
  while (!stopping) serve(kPollMs);
  close();
}

// Messages that come before the partitions are paused are of no interest.
void GroupMember::Impl::serve(int wait_ms) {
  const KafkaMessage event(rd_kafka_consumer_poll(handle.get(), wait_ms));
  if (!event || event->err == RD_KAFKA_RESP_ERR_NO_ERROR || is_passing(event->err)) return;
  const auto* text = static_cast<const char*>(event->payload);
  note_error(event->err, text != nullptr ? std::string(text, event->len) : "");
}

void GroupMember::Impl::note_error(rd_kafka_resp_err_t code, const std::string& text) {
  Error error = to_error(code, "group member of topic " + topic);
  if (!text.empty()) error.detail += ": " + text;
  const bool for_good = error.kind == ErrorKind::kNotAllowed ||
                        error.kind == ErrorKind::kNotFound || error.kind == ErrorKind::kInvalid ||
                        code == RD_KAFKA_RESP_ERR__FATAL;
  spdlog::log(for_good ? spdlog::level::err : spdlog::level::info, "kafka: {}", error.detail);
  if (!for_good || failed) return;
  failed = true;
  callbacks.failed(error);
}

// The queue that is closed over carries the last callbacks; the thread serves them as ever.
void GroupMember::Impl::close() {
  const Deadline deadline(leave_wait);
  const Queue last(rd_kafka_queue_new(handle.get()));
  const KafkaError error(rd_kafka_consumer_close_queue(handle.get(), last.get()));
  while (!error && rd_kafka_consumer_closed(handle.get()) == 0 && !deadline.passed())
    serve(kClosePollMs);
  left = !error && rd_kafka_consumer_closed(handle.get()) == 1;
}

void GroupMember::Impl::rebalance(rd_kafka_resp_err_t code,
                                  rd_kafka_topic_partition_list_t* list) noexcept {
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    rd_kafka_assign(handle.get(), list);
    rd_kafka_pause_partitions(handle.get(), list);
    callbacks.assigned(numbers_of(*list));
    return;
  }
  if (code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
    callbacks.revoked(numbers_of(*list), rd_kafka_assignment_lost(handle.get()) == 1);
  rd_kafka_assign(handle.get(), nullptr);
}

GroupMember::GroupMember(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GroupMember::~GroupMember() { stop(kLeaveWait); }

Result<std::unique_ptr<GroupMember>> GroupMember::join(const GroupMemberOptions& options,
                                                       GroupCallbacks callbacks) {
  auto impl = std::make_unique<Impl>(options, std::move(callbacks));
  DAYBOOK_TRY(impl->join(options));
  return std::unique_ptr<GroupMember>(new GroupMember(std::move(impl)));
}

Result<void> GroupMember::commit(std::uint32_t partition, std::uint64_t next_offset) {
  const auto list = one_partition(impl_->topic, static_cast<std::int32_t>(partition),
                                  static_cast<std::int64_t>(next_offset));
  const auto code = rd_kafka_commit(impl_->handle.get(), list.get(), 1);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return fail(to_error(code, "noting how far topic " + impl_->topic + " was worked off"));
}

bool GroupMember::stop(std::chrono::milliseconds wait) {
  if (impl_->thread.joinable()) {
    impl_->leave_wait = wait;
    impl_->stopping = true;
    rd_kafka_queue_yield(impl_->queue.get());
    impl_->thread.join();
  }
  return impl_->left;
}

}  // namespace daybook::kafka
