// librdkafka's objects as owning types, for the sources of this folder only: nothing else includes
// this header.
#pragma once

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "domain/core/result.h"
#include "infra/kafka/options.h"

namespace daybook::kafka {

template <auto Destroy>
struct Destroyer {
  void operator()(auto* object) const noexcept { Destroy(object); }
};

// A consumer is not closed (it would leave its group, and wait for that): who has a group to leave
// closes it before.
struct DestroyHandle {
  void operator()(rd_kafka_t* handle) const noexcept {
    rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
};

using Handle = std::unique_ptr<rd_kafka_t, DestroyHandle>;
using Conf = std::unique_ptr<rd_kafka_conf_t, Destroyer<rd_kafka_conf_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroyer<rd_kafka_event_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroyer<rd_kafka_queue_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Destroyer<rd_kafka_topic_destroy>>;
using KafkaMessage = std::unique_ptr<rd_kafka_message_t, Destroyer<rd_kafka_message_destroy>>;
using KafkaError = std::unique_ptr<rd_kafka_error_t, Destroyer<rd_kafka_error_destroy>>;
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                      Destroyer<rd_kafka_topic_partition_list_destroy>>;

// librdkafka writes why it refuses something into such a buffer.
using ErrorText = std::array<char, 512>;

// So long a thread of ours waits at librdkafka each time; it is woken to stop.
inline constexpr int kPollMs = 1000;

using Settings = std::vector<std::pair<std::string, std::string>>;

// `defaults` may be overridden by the user's extra options, `fixed` may not. The log goes to
// spdlog.
[[nodiscard]] Result<Conf> make_conf(const Options& options, const Settings& defaults,
                                     const Settings& fixed);
[[nodiscard]] Result<Handle> make_handle(rd_kafka_type_t type, Conf conf);

// What a code says in the project's terms. `what` begins the detail.
[[nodiscard]] Error to_error(rd_kafka_resp_err_t code, const std::string& what);
// It passes by itself: librdkafka goes on trying.
[[nodiscard]] bool is_passing(rd_kafka_resp_err_t code);

[[nodiscard]] PartitionList one_partition(const std::string& topic, std::int32_t partition,
                                          std::int64_t offset);
// Where a partition begins (RD_KAFKA_OFFSET_BEGINNING) or ends (RD_KAFKA_OFFSET_END).
[[nodiscard]] Result<std::uint64_t> query_offset(rd_kafka_t* handle, const std::string& topic,
                                                 std::int32_t partition, std::int64_t which,
                                                 int timeout_ms);
// For the functions of librdkafka that take milliseconds as int.
[[nodiscard]] int to_int_ms(std::chrono::milliseconds duration);

// How much of a bounded wait is left.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds wait)
      : end_(std::chrono::steady_clock::now() + wait) {}
  [[nodiscard]] bool passed() const { return std::chrono::steady_clock::now() >= end_; }
  // Never negative; rounded up, so that a wait does not turn into a spin at its end.
  [[nodiscard]] std::chrono::milliseconds left() const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds(0));
  }

 private:
  std::chrono::steady_clock::time_point end_;
};

}  // namespace daybook::kafka
