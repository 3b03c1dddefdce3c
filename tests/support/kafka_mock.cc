#include "tests/support/kafka_mock.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <stdexcept>

namespace daybook::test {

struct KafkaMock::Cluster {
  Cluster() = default;
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;
  ~Cluster() {
    if (mock != nullptr) rd_kafka_mock_cluster_destroy(mock);
    if (owner != nullptr) rd_kafka_destroy(owner);
  }
  rd_kafka_t* owner = nullptr;  // the mock runs in one of its threads
  rd_kafka_mock_cluster_t* mock = nullptr;
};

namespace {

void check(rd_kafka_resp_err_t code) {
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(code));
}

}  // namespace

KafkaMock::KafkaMock(int brokers) : brokers_(brokers), cluster_(std::make_unique<Cluster>()) {
  std::array<char, 512> text{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "log_level", "0", nullptr, 0);
  cluster_->owner = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text.data(), text.size());
  if (cluster_->owner == nullptr) throw std::runtime_error(text.data());
  cluster_->mock = rd_kafka_mock_cluster_new(cluster_->owner, brokers);
  if (cluster_->mock == nullptr) throw std::runtime_error("no mock cluster");
}

KafkaMock::~KafkaMock() = default;

std::string KafkaMock::bootstrap() const {
  return rd_kafka_mock_cluster_bootstraps(cluster_->mock);
}

void KafkaMock::create_topic(const std::string& topic, std::uint32_t partitions) {
  const auto code = rd_kafka_mock_topic_create(cluster_->mock, topic.c_str(),
                                               static_cast<int>(partitions), brokers_);
  if (code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) check(code);
}

void KafkaMock::fail_requests(Request request, const std::vector<Fault>& faults) {
  std::vector<rd_kafka_resp_err_t> codes;
  codes.reserve(faults.size());
  for (const Fault fault : faults) codes.push_back(static_cast<rd_kafka_resp_err_t>(fault));
  rd_kafka_mock_push_request_errors_array(cluster_->mock, static_cast<std::int16_t>(request),
                                          codes.size(), codes.data());
}

void KafkaMock::stop_failing(Request request) {
  rd_kafka_mock_clear_request_errors(cluster_->mock, static_cast<std::int16_t>(request));
}

void KafkaMock::fail_topic(const std::string& topic, Fault fault) {
  rd_kafka_mock_topic_set_error(cluster_->mock, topic.c_str(),
                                static_cast<rd_kafka_resp_err_t>(fault));
}

void KafkaMock::move_leader(const std::string& topic, std::uint32_t partition, int broker) {
  check(rd_kafka_mock_partition_set_leader(cluster_->mock, topic.c_str(),
                                           static_cast<std::int32_t>(partition), broker));
}

void KafkaMock::set_latency(std::chrono::milliseconds latency) {
  for (int broker = 1; broker <= brokers_; ++broker) {
    check(rd_kafka_mock_broker_set_rtt(cluster_->mock, broker, static_cast<int>(latency.count())));
  }
}

void KafkaMock::set_down(int broker) {
  check(rd_kafka_mock_broker_set_down(cluster_->mock, broker));
}

void KafkaMock::set_up(int broker) { check(rd_kafka_mock_broker_set_up(cluster_->mock, broker)); }

}  // namespace daybook::test
