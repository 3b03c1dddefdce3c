// Records of the topics as Kafka's messages, and back.
#pragma once

#include <vector>

#include "commands/ports/command_topic.h"
#include "infra/kafka/message.h"

namespace daybook::topics {

// Headers without a value become empty ones.
[[nodiscard]] inline commands::Headers headers_of(std::vector<kafka::Header> headers) {
  commands::Headers plain;
  plain.reserve(headers.size());
  for (kafka::Header& header : headers)
    plain.emplace_back(std::move(header.name), std::move(header.value).value_or(""));
  return plain;
}

[[nodiscard]] inline std::vector<kafka::Header> kafka_headers(const commands::Headers& headers) {
  std::vector<kafka::Header> list;
  list.reserve(headers.size());
  for (const auto& [name, value] : headers) list.push_back({name, value});
  return list;
}

}  // namespace daybook::topics
