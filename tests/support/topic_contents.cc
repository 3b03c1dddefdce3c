#include "tests/support/topic_contents.h"

#include <stdexcept>
#include <utility>

#include "infra/topics/kafka_command_topic.h"
#include "infra/topics/kafka_records.h"

namespace daybook::testing {
namespace {

constexpr std::chrono::seconds kAsk{2};
constexpr std::chrono::milliseconds kRead{2'000};
constexpr std::size_t kMessagesAtOnce = 4'096;

template <class T>
T needed(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().code + ": " + result.error().detail);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

commands::CommandRecord command_of(kafka::Message message) {
  commands::CommandRecord record;
  record.offset = static_cast<std::int64_t>(message.offset);
  record.timestamp_ms = message.timestamp_ms;
  record.hash = topics::hash_of(message.key, message.value);
  record.key = std::move(message.key);
  record.value = std::move(message.value);
  record.headers = topics::headers_of(std::move(message.headers));
  return record;
}

TopicMessage message_of(kafka::Message message) {
  return {message.offset,
          {std::move(message.key), std::move(message.value),
           topics::headers_of(std::move(message.headers))}};
}

}  // namespace

TopicContentsReader::TopicContentsReader(kafka::Options connection, topics::TopicNames names,
                                         std::uint32_t partitions, std::uint64_t generation)
    : connection_(std::move(connection)),
      admin_(needed(kafka::Admin::open(connection_))),
      contents_(partitions) {
  // In this order: what names something else is read before it.
  for (std::uint32_t i = 0; i < partitions; ++i) {
    PartitionContents& to = contents_[i];
    follow(names.results, i, false,
           [&to](kafka::Message m) { to.results.push_back(message_of(std::move(m))); });
    follow(names.dead_letters, i, false,
           [&to](kafka::Message m) { to.dead_letters.push_back(message_of(std::move(m))); });
  }
  for (std::uint32_t i = 0; i < partitions; ++i) {
    follow(names.events, i, false, [&to = contents_[i]](kafka::Message m) {
      to.events.push_back({m.offset, std::move(m.value).value_or("")});
    });
  }
  for (std::uint32_t i = 0; i < partitions; ++i) {
    follow(names.commands, i, true, [&to = contents_[i].commands[generation]](kafka::Message m) {
      to.push_back(command_of(std::move(m)));
    });
  }
}

void TopicContentsReader::follow(const std::string& topic, std::uint32_t partition,
                                 bool committed_only, std::function<void(kafka::Message)> add) {
  kafka::ConsumerOptions options;
  options.connection = connection_;
  options.committed_only = committed_only;
  auto consumer = needed(kafka::Consumer::open(options));
  const auto begin = needed(admin_->begin_offset(topic, partition, std::chrono::seconds(30)));
  needed(consumer->assign(topic, partition, begin));
  places_.push_back({topic, partition, std::move(consumer), std::move(add)});
}

bool TopicContentsReader::update() {
  for (Place& place : places_) {
    if (!read_to_end(place)) return false;
  }
  return true;
}

bool TopicContentsReader::read_to_end(Place& place) {
  const auto end = admin_->end_offset(place.topic, place.partition, kAsk);
  if (!end) return false;
  while (place.consumer->next_offset() < *end) {
    const std::uint64_t before = place.consumer->next_offset();
    auto messages = needed(place.consumer->read(kMessagesAtOnce, kRead));
    for (kafka::Message& message : messages) place.add(std::move(message));
    if (messages.empty() && place.consumer->next_offset() == before) return false;
  }
  return true;
}

}  // namespace daybook::testing
