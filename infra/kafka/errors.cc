// librdkafka's and the broker's error codes in the project's terms: what the caller can do.
#include <algorithm>
#include <array>

#include "infra/kafka/handle.h"

namespace daybook::kafka {
namespace {

bool is_too_large(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
         code == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE;
}

bool is_not_allowed(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
         code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
         code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
         code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED ||
         code == RD_KAFKA_RESP_ERR__AUTHENTICATION;
}

bool is_missing(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

bool is_damage(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__BAD_MSG || code == RD_KAFKA_RESP_ERR__BAD_COMPRESSION ||
         code == RD_KAFKA_RESP_ERR_INVALID_MSG;
}

bool is_malformed(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_INVALID_RECORD || code == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION ||
         code == RD_KAFKA_RESP_ERR_INVALID_CONFIG || code == RD_KAFKA_RESP_ERR_INVALID_REQUEST ||
         code == RD_KAFKA_RESP_ERR_INVALID_PARTITIONS ||
         code == RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR ||
         code == RD_KAFKA_RESP_ERR_POLICY_VIOLATION ||
         code == RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT ||
         code == RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION ||
         code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE ||
         code == RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED || code == RD_KAFKA_RESP_ERR__INVALID_ARG;
}

}  // namespace

Error to_error(rd_kafka_resp_err_t code, const std::string& what) {
  const std::string text =
      what + ": " + rd_kafka_err2str(code) + " (" + rd_kafka_err2name(code) + ")";
  if (is_too_large(code)) return {ErrorKind::kInvalid, "kafka.too_large", text, ""};
  if (is_not_allowed(code)) {
    return {ErrorKind::kNotAllowed, "kafka.not_allowed",
            text + "; the cluster has to allow it to this client", ""};
  }
  if (is_missing(code)) return {ErrorKind::kNotFound, "kafka.no_topic", text, ""};
  if (is_damage(code)) return {ErrorKind::kCorrupt, "kafka.damaged", text, ""};
  if (is_malformed(code)) return {ErrorKind::kInvalid, "kafka.refused", text, ""};
  return {ErrorKind::kUnavailable, "kafka.unavailable", text, ""};
}

bool is_passing(rd_kafka_resp_err_t code) {
  // Named one by one, and all else is an error: librdkafka skips what it cannot decode.
  constexpr std::array kPassing{RD_KAFKA_RESP_ERR__TRANSPORT,
                                RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
                                RD_KAFKA_RESP_ERR__RESOLVE,
                                RD_KAFKA_RESP_ERR__TIMED_OUT,
                                RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
                                RD_KAFKA_RESP_ERR__WAIT_COORD,
                                RD_KAFKA_RESP_ERR__WAIT_CACHE,
                                RD_KAFKA_RESP_ERR__PARTIAL,
                                RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
                                RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                                RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
                                RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE,
                                RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
                                RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
                                RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
                                RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
                                RD_KAFKA_RESP_ERR_NOT_CONTROLLER,
                                RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
                                RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH,
                                RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH,
                                RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE,
                                RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED};
  return std::find(kPassing.begin(), kPassing.end(), code) != kPassing.end();
}

}  // namespace daybook::kafka
