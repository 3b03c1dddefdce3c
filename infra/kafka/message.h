// What stands in a topic: messages as they are read and as they are produced.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct rd_kafka_message_s;

namespace daybook::kafka {

// A value that is null is not one that is empty.
using Bytes = std::optional<std::string>;
using BytesView = std::optional<std::string_view>;

struct Header {
  std::string name;
  Bytes value;
};

// A message to produce. Looks at bytes that must last until `produce` has returned.
struct Outgoing {
  BytesView key;
  BytesView value;
  std::span<const Header> headers;
};

// A message that was read.
struct Message {
  std::uint64_t offset = 0;
  std::int64_t timestamp_ms = -1;  // -1: it has none
  Bytes key;
  Bytes value;
  std::vector<Header> headers;
};

// A message in librdkafka's own memory: good within the call that gives it, and only what is asked
// for is decoded.
class MessageView {
 public:
  explicit MessageView(const rd_kafka_message_s& message) : message_(message) {}
  [[nodiscard]] std::uint64_t offset() const;
  [[nodiscard]] std::int64_t timestamp_ms() const;
  // The same, if it is by the broker's clock and not by the producer's.
  [[nodiscard]] std::optional<std::int64_t> appended_at() const;
  [[nodiscard]] BytesView key() const;
  [[nodiscard]] BytesView value() const;
  [[nodiscard]] std::vector<Header> headers() const;
  [[nodiscard]] Message copy() const;

 private:
  const rd_kafka_message_s& message_;
};

}  // namespace daybook::kafka
