// Topics of a test's own on a real broker, and what only a test does to them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "infra/kafka/admin.h"
#include "infra/log/kafka/kafka_event_log.h"

namespace daybook::test {

// What the clients of the common broker are opened with.
[[nodiscard]] kafka::Options shared_connection();
// A new topic with a name that nobody else has.
[[nodiscard]] std::string make_topic(std::uint32_t partitions,
                                     const std::map<std::string, std::string>& config = {});
[[nodiscard]] log::KafkaEventLogOptions log_options(const std::string& topic);
[[nodiscard]] std::unique_ptr<log::KafkaEventLog> open_log(const std::string& topic);

// Removes the records of a partition below an offset, as retention does.
void remove_records_below(const std::string& topic, std::uint32_t partition, std::uint64_t offset);
// Removes a topic with all that is in it; returns when nobody sees it any more.
void delete_topic(const std::string& topic);
// Somebody else's transaction with one record, committed or aborted: either leaves a marker, an
// offset without a record. Returns when the marker is written.
void run_transaction(const std::string& topic, std::uint32_t partition, bool commit);

}  // namespace daybook::test
