#include "infra/kafka/handle.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <string_view>

namespace daybook::kafka {
namespace {

// What the engine relies on, with librdkafka's other names for the same.
constexpr std::array kFixed{"acks",
                            "delivery.report.only.error",
                            "allow.auto.create.topics",
                            "auto.commit.enable",
                            "auto.commit.interval.ms",
                            "auto.offset.reset",
                            "bootstrap.servers",
                            "check.crcs",
                            "client.id",
                            "delivery.timeout.ms",
                            "enable.auto.commit",
                            "enable.auto.offset.store",
                            "enable.gapless.guarantee",
                            "enable.idempotence",
                            "enable.partition.eof",
                            "group.id",
                            "group.instance.id",
                            "isolation.level",
                            "message.timeout.ms",
                            "metadata.broker.list",
                            "partition.assignment.strategy",
                            "partitioner",
                            "request.required.acks",
                            "transactional.id"};

bool is_fixed(const std::string& name) {
  return std::find(kFixed.begin(), kFixed.end(), name) != kFixed.end();
}

// librdkafka's message repeats the value.
bool is_secret(const std::string& name) {
  constexpr std::array<std::string_view, 6> kSecret{"password",    "secret",   "key.pem",
                                                    "oauthbearer", "key.pass", "jaas"};
  return std::any_of(kSecret.begin(), kSecret.end(),
                     [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

spdlog::level::level_enum level_of(int syslog_level) {
  if (syslog_level <= 2) return spdlog::level::err;
  if (syslog_level <= 4) return spdlog::level::warn;
  if (syslog_level <= 6) return spdlog::level::info;
  return spdlog::level::debug;
}

void write_log(const rd_kafka_t*, int level, const char* facility, const char* text) noexcept {
  // One set of options serves producers and consumers: each is told which ones it ignores.
  const std::string_view said(text);
  if (said.find("will be ignored by this") != std::string_view::npos) return;
  spdlog::log(level_of(level), "kafka: {}: {}", facility, said);
}

Result<void> set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  ErrorText text{};
  const auto result =
      rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size());
  if (result == RD_KAFKA_CONF_OK) return {};
  const std::string why =
      is_secret(name) ? "librdkafka refuses the value of " + name : std::string(text.data());
  return fail(ErrorKind::kInvalid, "config.invalid", why, name);
}

Result<void> set_all(rd_kafka_conf_t* conf, const Settings& settings) {
  for (const auto& [name, value] : settings) DAYBOOK_TRY(set(conf, name, value));
  return {};
}

Result<void> set_extra(rd_kafka_conf_t* conf, const Options& options) {
  for (const auto& [name, value] : options.extra) {
    if (is_fixed(name)) {
      return fail(ErrorKind::kInvalid, "config.fixed",
                  name + " cannot be set: the engine relies on its own value; leave it away", name);
    }
    DAYBOOK_TRY(set(conf, name, value));
  }
  return {};
}

}  // namespace

Result<Conf> make_conf(const Options& options, const Settings& defaults, const Settings& fixed) {
  if (options.brokers.empty()) {
    return fail(ErrorKind::kInvalid, "config.invalid",
                "no broker is named; give at least one as host:port", "brokers");
  }
  Conf conf(rd_kafka_conf_new());
  rd_kafka_conf_set_log_cb(conf.get(), write_log);
  // Small records are sent at once; a broker that comes back, or stands still, is noticed soon.
  DAYBOOK_TRY(set_all(conf.get(), {{"socket.nagle.disable", "true"},
                                   {"reconnect.backoff.ms", "20"},
                                   {"reconnect.backoff.max.ms", "1000"},
                                   {"retry.backoff.ms", "20"},
                                   {"socket.timeout.ms", "10000"},
                                   {"log.connection.close", "false"}}));
  DAYBOOK_TRY(set_all(conf.get(), defaults));
  DAYBOOK_TRY(set_extra(conf.get(), options));
  DAYBOOK_TRY(set_all(conf.get(), {{"bootstrap.servers", options.brokers},
                                   {"client.id", options.client_id},
                                   {"allow.auto.create.topics", "false"}}));
  DAYBOOK_TRY(set_all(conf.get(), fixed));
  return conf;
}

Result<Handle> make_handle(rd_kafka_type_t type, Conf conf) {
  ErrorText text{};
  Handle handle(rd_kafka_new(type, conf.get(), text.data(), text.size()));
  if (!handle) return fail(ErrorKind::kInvalid, "config.invalid", text.data());
  static_cast<void>(conf.release());  // rd_kafka_new takes it only when it succeeds
  return handle;
}

PartitionList one_partition(const std::string& topic, std::int32_t partition, std::int64_t offset) {
  PartitionList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  return list;
}

// Not rd_kafka_query_watermark_offsets: below librdkafka 2.3 that waits for ever for a broker that
// stands still. A time below zero asks for an end.
Result<std::uint64_t> query_offset(rd_kafka_t* handle, const std::string& topic,
                                   std::int32_t partition, std::int64_t which, int timeout_ms) {
  const PartitionList list = one_partition(topic, partition, which);
  auto code = rd_kafka_offsets_for_times(handle, list.get(), timeout_ms);
  const rd_kafka_topic_partition_t& answer = list->elems[0];
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) code = answer.err;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR && answer.offset < 0) code = RD_KAFKA_RESP_ERR__PARTIAL;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return static_cast<std::uint64_t>(answer.offset);
  return fail(to_error(code, "asking where topic " + topic + ", partition " +
                                 std::to_string(partition) + " begins and ends"));
}

int to_int_ms(std::chrono::milliseconds duration) {
  constexpr std::chrono::milliseconds::rep kMost = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(duration.count(), 0, kMost));
}

}  // namespace daybook::kafka
