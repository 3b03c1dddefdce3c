#include "tests/support/kafka_topics.h"

#include <librdkafka/rdkafka.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <vector>

#include "infra/log/random_id.h"
#include "tests/support/kafka_broker.h"

namespace daybook::test {
namespace {

constexpr std::chrono::milliseconds kWait(30'000);
constexpr int kWaitMs = kWait.count();
using Handle = std::unique_ptr<rd_kafka_t, void (*)(rd_kafka_t*)>;
using Partitions =
    std::unique_ptr<rd_kafka_topic_partition_list_t, void (*)(rd_kafka_topic_partition_list_t*)>;

Handle open(rd_kafka_type_t type, const std::map<std::string, std::string>& settings) {
  std::array<char, 512> text{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", shared_connection().brokers.c_str(), nullptr, 0);
  for (const auto& [name, value] : settings)
    rd_kafka_conf_set(conf, name.c_str(), value.c_str(), nullptr, 0);
  Handle handle(rd_kafka_new(type, conf, text.data(), text.size()), rd_kafka_destroy);
  if (!handle) throw std::runtime_error(text.data());
  return handle;
}

Partitions partition_list(const std::string& topic, std::uint32_t partition, std::int64_t offset) {
  Partitions list(rd_kafka_topic_partition_list_new(1), rd_kafka_topic_partition_list_destroy);
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), static_cast<std::int32_t>(partition))
      ->offset = offset;
  return list;
}

void check(rd_kafka_error_t* error) {
  if (error == nullptr) return;
  const std::string text = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  throw std::runtime_error(text);
}

void check(rd_kafka_resp_err_t code) {
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(code));
}

std::unique_ptr<kafka::Admin> open_admin() {
  auto opened = kafka::Admin::open(shared_connection());
  if (!opened) throw std::runtime_error(opened.error().detail);
  return std::move(*opened);
}

void wait_while(const std::function<bool()>& condition, const std::string& trouble) {
  const auto until = std::chrono::steady_clock::now() + kWait;
  while (condition())
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error(trouble);
}

}  // namespace

kafka::Options shared_connection() {
  kafka::Options options;
  options.brokers = testing::shared_broker().bootstrap();
  return options;
}

std::string make_topic(std::uint32_t partitions, const std::map<std::string, std::string>& config) {
  const std::string name = "test-" + log::random_uuid_text();
  const auto made = open_admin()->create_topic({name, partitions, 1, config}, kWait);
  if (!made) throw std::runtime_error(made.error().detail);
  return name;
}

log::KafkaEventLogOptions log_options(const std::string& topic) {
  log::KafkaEventLogOptions options;
  options.connection = shared_connection();
  options.topic = topic;
  return options;
}

std::unique_ptr<log::KafkaEventLog> open_log(const std::string& topic) {
  auto opened = log::KafkaEventLog::open(log_options(topic));
  if (!opened) throw std::runtime_error(opened.error().detail);
  return std::move(*opened);
}

void remove_records_below(const std::string& topic, std::uint32_t partition, std::uint64_t offset) {
  const auto handle = open(RD_KAFKA_PRODUCER, {});
  const auto list = partition_list(topic, partition, static_cast<std::int64_t>(offset));
  rd_kafka_DeleteRecords_t* wanted = rd_kafka_DeleteRecords_new(list.get());
  rd_kafka_queue_t* queue = rd_kafka_queue_new(handle.get());
  rd_kafka_DeleteRecords(handle.get(), &wanted, 1, nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, kWaitMs);
  const auto code = event != nullptr ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_DeleteRecords_destroy(wanted);
  check(code);
}

void delete_topic(const std::string& topic) {
  const auto handle = open(RD_KAFKA_PRODUCER, {});
  rd_kafka_DeleteTopic_t* wanted = rd_kafka_DeleteTopic_new(topic.c_str());
  rd_kafka_queue_t* queue = rd_kafka_queue_new(handle.get());
  rd_kafka_DeleteTopics(handle.get(), &wanted, 1, nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, kWaitMs);
  const auto code = event != nullptr ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_DeleteTopic_destroy(wanted);
  check(code);
  const auto admin = open_admin();
  wait_while([&] { return admin->partitions(topic, kWait).has_value(); }, topic + " stays");
}

void run_transaction(const std::string& topic, std::uint32_t partition, bool commit) {
  const auto admin = open_admin();
  const auto end = [&] { return admin->end_offset(topic, partition, kWait).value(); };
  const std::uint64_t before = end();
  const auto handle = open(RD_KAFKA_PRODUCER, {{"transactional.id", log::random_uuid_text()}});
  check(rd_kafka_init_transactions(handle.get(), kWaitMs));
  check(rd_kafka_begin_transaction(handle.get()));
  const std::string value = "somebody else's";
  rd_kafka_topic_t* local = rd_kafka_topic_new(handle.get(), topic.c_str(), nullptr);
  const int refused =
      rd_kafka_produce(local, static_cast<std::int32_t>(partition), RD_KAFKA_MSG_F_COPY,
                       const_cast<char*>(value.data()), value.size(), nullptr, 0, nullptr);
  rd_kafka_topic_destroy(local);
  if (refused != 0) check(rd_kafka_last_error());
  check(rd_kafka_flush(handle.get(), kWaitMs));
  check(commit ? rd_kafka_commit_transaction(handle.get(), kWaitMs)
               : rd_kafka_abort_transaction(handle.get(), kWaitMs));
  // The broker answers before it has written the marker.
  wait_while([&] { return end() < before + 2; }, topic + " gets no marker");
}

}  // namespace daybook::test
