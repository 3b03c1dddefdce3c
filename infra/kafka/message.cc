#include "infra/kafka/message.h"

#include <librdkafka/rdkafka.h>

namespace daybook::kafka {
namespace {

BytesView view(const void* bytes, std::size_t size) {
  if (bytes == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(bytes), size);
}

Bytes copy_of(const BytesView& bytes) { return bytes ? Bytes(std::string(*bytes)) : std::nullopt; }

}  // namespace

std::uint64_t MessageView::offset() const { return static_cast<std::uint64_t>(message_.offset); }
BytesView MessageView::key() const { return view(message_.key, message_.key_len); }
BytesView MessageView::value() const { return view(message_.payload, message_.len); }

std::optional<std::int64_t> MessageView::appended_at() const {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t at = rd_kafka_message_timestamp(&message_, &type);
  if (type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) return at;
  return std::nullopt;
}

std::int64_t MessageView::timestamp_ms() const {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  return rd_kafka_message_timestamp(&message_, &type);
}

std::vector<Header> MessageView::headers() const {
  std::vector<Header> all;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message_, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return all;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    all.push_back({name, copy_of(view(value, size))});
  }
  return all;
}

Message MessageView::copy() const {
  return {offset(), timestamp_ms(), copy_of(key()), copy_of(value()), headers()};
}

}  // namespace daybook::kafka
