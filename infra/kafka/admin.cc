#include "infra/kafka/admin.h"

#include <optional>
#include <thread>

#include "infra/kafka/handle.h"

namespace daybook::kafka {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPause{50};  // before something is tried again
constexpr milliseconds kOneTry{5000};

using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Destroyer<rd_kafka_metadata_destroy>>;
using AdminOptions =
    std::unique_ptr<rd_kafka_AdminOptions_t, Destroyer<rd_kafka_AdminOptions_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroyer<rd_kafka_NewTopic_destroy>>;
using ConfigResource =
    std::unique_ptr<rd_kafka_ConfigResource_t, Destroyer<rd_kafka_ConfigResource_destroy>>;

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

PartitionDescription description_of(const rd_kafka_metadata_partition_t& partition) {
  return {partition.leader, static_cast<std::size_t>(partition.replica_cnt),
          static_cast<std::size_t>(partition.isr_cnt)};
}

// The rest of a wait for one request, so that several fit into it.
int one_try_ms(const Deadline& deadline) {
  return std::max(1, to_int_ms(std::min(deadline.left(), kOneTry)));
}

// Tries again what passes by itself.
template <class Attempt>
auto keep_trying(const Deadline& deadline, const Attempt& attempt) -> decltype(attempt()) {
  for (;;) {
    auto result = attempt();
    if (result || result.error().kind != ErrorKind::kUnavailable || deadline.passed())
      return result;
    std::this_thread::sleep_for(std::min(kPause, deadline.left()));
  }
}

}  // namespace

struct Admin::Impl {
  Result<Metadata> metadata(const std::string& topic, int timeout_ms) const;
  Result<std::vector<PartitionDescription>> partitions(const std::string& topic,
                                                       int timeout_ms) const;
  Result<std::map<std::string, std::string>> config(const std::string& topic,
                                                    const Deadline& deadline) const;
  Result<std::uint64_t> offset(const std::string& topic, std::uint32_t partition,
                               std::int64_t which, milliseconds wait) const;
  Result<TopicMade> create(rd_kafka_NewTopic_t* topic, const std::string& name,
                           const Deadline& deadline) const;
  // Starts a request of librdkafka's admin interface and waits for its answer.
  template <class Start>
  Result<Event> ask(rd_kafka_admin_op_t operation, const Deadline& deadline,
                    const Start& start) const;

  Handle handle;
};

template <class Start>
Result<Event> Admin::Impl::ask(rd_kafka_admin_op_t operation, const Deadline& deadline,
                               const Start& start) const {
  const int wait_ms = one_try_ms(deadline);
  const AdminOptions options(rd_kafka_AdminOptions_new(handle.get(), operation));
  ErrorText text{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), wait_ms, text.data(), text.size());
  if (operation == RD_KAFKA_ADMIN_OP_CREATETOPICS) {
    rd_kafka_AdminOptions_set_operation_timeout(options.get(), wait_ms, text.data(), text.size());
  }
  const Queue queue(rd_kafka_queue_new(handle.get()));
  start(options.get(), queue.get());
  Event event(rd_kafka_queue_poll(queue.get(), wait_ms + to_int_ms(kPause)));
  if (!event) return fail(to_error(RD_KAFKA_RESP_ERR__TIMED_OUT, "asking the cluster"));
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return fail(to_error(code, text_or_empty(rd_kafka_event_error_string(event.get()))));
  }
  return event;
}

Result<Metadata> Admin::Impl::metadata(const std::string& topic, int timeout_ms) const {
  Topic only;
  if (!topic.empty()) only.reset(rd_kafka_topic_new(handle.get(), topic.c_str(), nullptr));
  if (!topic.empty() && !only) return fail(to_error(rd_kafka_last_error(), "topic " + topic));
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(handle.get(), 0, only.get(), &metadata, timeout_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return fail(to_error(code, "asking the cluster for its topics"));
  return Metadata(metadata);
}

Result<std::vector<PartitionDescription>> Admin::Impl::partitions(const std::string& topic,
                                                                  int timeout_ms) const {
  DAYBOOK_ASSIGN(known, metadata(topic, timeout_ms));
  if (known->topic_cnt != 1) {
    return fail(to_error(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "topic " + topic));
  }
  const rd_kafka_metadata_topic_t& found = known->topics[0];
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return fail(to_error(found.err, "topic " + topic));
  std::vector<PartitionDescription> partitions(static_cast<std::size_t>(found.partition_cnt));
  for (int i = 0; i < found.partition_cnt; ++i) {
    partitions.at(static_cast<std::size_t>(found.partitions[i].id)) =
        description_of(found.partitions[i]);
  }
  if (partitions.empty())
    return fail(to_error(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, "topic " + topic));
  return partitions;
}

Result<std::map<std::string, std::string>> Admin::Impl::config(const std::string& topic,
                                                               const Deadline& deadline) const {
  const ConfigResource resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  rd_kafka_ConfigResource_t* asked = resource.get();
  DAYBOOK_ASSIGN(event, ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, deadline,
                            [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                              rd_kafka_DescribeConfigs(handle.get(), &asked, 1, options, queue);
                            }));
  std::size_t count = 0;
  const auto* resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) return fail(to_error(RD_KAFKA_RESP_ERR__PARTIAL, "topic " + topic));
  if (const auto code = rd_kafka_ConfigResource_error(resources[0]);
      code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return fail(to_error(code, "topic " + topic));
  std::map<std::string, std::string> config;
  const auto* entries = rd_kafka_ConfigResource_configs(resources[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    config.emplace(rd_kafka_ConfigEntry_name(entries[i]),
                   text_or_empty(rd_kafka_ConfigEntry_value(entries[i])));
  }
  return config;
}

Result<std::uint64_t> Admin::Impl::offset(const std::string& topic, std::uint32_t partition,
                                          std::int64_t which, milliseconds wait) const {
  const Deadline deadline(wait);
  return keep_trying(deadline, [&] {
    return query_offset(handle.get(), topic, static_cast<std::int32_t>(partition), which,
                        one_try_ms(deadline));
  });
}

// The answer about the one topic.
Result<TopicMade> Admin::Impl::create(rd_kafka_NewTopic_t* topic, const std::string& name,
                                      const Deadline& deadline) const {
  DAYBOOK_ASSIGN(event, ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, deadline,
                            [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                              rd_kafka_CreateTopics(handle.get(), &topic, 1, options, queue);
                            }));
  std::size_t count = 0;
  const auto* results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  if (count != 1) return fail(to_error(RD_KAFKA_RESP_ERR__PARTIAL, "topic " + name));
  const auto code = rd_kafka_topic_result_error(results[0]);
  if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return TopicMade::kWasThere;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return TopicMade::kMade;
  return fail(to_error(code, "making topic " + name + ": " +
                                 text_or_empty(rd_kafka_topic_result_error_string(results[0]))));
}

Admin::Admin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Admin::~Admin() = default;

Result<std::unique_ptr<Admin>> Admin::open(const Options& options) {
  // A consumer without a group: it makes no topics, and asks for ends as readers see them.
  DAYBOOK_ASSIGN(conf, make_conf(options, {}, {{"isolation.level", "read_uncommitted"}}));
  auto impl = std::make_unique<Impl>();
  DAYBOOK_ASSIGN(handle, make_handle(RD_KAFKA_CONSUMER, std::move(conf)));
  impl->handle = std::move(handle);
  return std::unique_ptr<Admin>(new Admin(std::move(impl)));
}

Result<TopicMade> Admin::create_topic(const TopicSpec& spec, milliseconds wait) {
  const Deadline deadline(wait);
  ErrorText text{};
  const NewTopic topic(rd_kafka_NewTopic_new(spec.name.c_str(), static_cast<int>(spec.partitions),
                                             spec.replication, text.data(), text.size()));
  if (!topic) return fail(ErrorKind::kInvalid, "kafka.refused", text.data());
  for (const auto& [name, value] : spec.config)
    rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
  DAYBOOK_ASSIGN(
      made, keep_trying(deadline, [&] { return impl_->create(topic.get(), spec.name, deadline); }));
  // Other brokers learn of it a little later.
  for (;;) {
    auto seen = impl_->partitions(spec.name, one_try_ms(deadline));
    if (seen) return made;
    if (deadline.passed()) return fail(std::move(seen).error());
    std::this_thread::sleep_for(kPause);
  }
}

Result<std::vector<PartitionDescription>> Admin::partitions(const std::string& topic,
                                                            milliseconds wait) {
  const Deadline deadline(wait);
  return keep_trying(deadline, [&] { return impl_->partitions(topic, one_try_ms(deadline)); });
}

Result<TopicDescription> Admin::describe_topic(const std::string& topic, milliseconds wait) {
  const Deadline deadline(wait);
  TopicDescription description;
  DAYBOOK_ASSIGN(found, partitions(topic, wait));
  DAYBOOK_ASSIGN(config, keep_trying(deadline, [&] { return impl_->config(topic, deadline); }));
  description.partitions = std::move(found);
  description.config = std::move(config);
  return description;
}

Result<std::uint64_t> Admin::begin_offset(const std::string& topic, std::uint32_t partition,
                                          milliseconds wait) {
  return impl_->offset(topic, partition, RD_KAFKA_OFFSET_BEGINNING, wait);
}

Result<std::uint64_t> Admin::end_offset(const std::string& topic, std::uint32_t partition,
                                        milliseconds wait) {
  return impl_->offset(topic, partition, RD_KAFKA_OFFSET_END, wait);
}

Result<std::size_t> Admin::broker_count(milliseconds wait) {
  const Deadline deadline(wait);
  DAYBOOK_ASSIGN(known,
                 keep_trying(deadline, [&] { return impl_->metadata("", one_try_ms(deadline)); }));
  return static_cast<std::size_t>(known->broker_cnt);
}

}  // namespace daybook::kafka
