// Reads the whole topics of an installation, to be checked. Used by one thread.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "infra/kafka/admin.h"
#include "infra/kafka/consumer.h"
#include "infra/topics/topic_names.h"
#include "tests/support/topic_checker.h"

namespace daybook::testing {

class TopicContentsReader {
 public:
  // `generation` is that of the commands topic as it is now.
  TopicContentsReader(kafka::Options connection, topics::TopicNames names, std::uint32_t partitions,
                      std::uint64_t generation = 0);

  // Adds what has come; false, and whatever was added, while the cluster does not answer.
  [[nodiscard]] bool update();
  [[nodiscard]] const TopicContents& contents() const { return contents_; }

 private:
  struct Place {
    std::string topic;
    std::uint32_t partition = 0;
    std::unique_ptr<kafka::Consumer> consumer;
    std::function<void(kafka::Message)> add;
  };
  void follow(const std::string& topic, std::uint32_t partition, bool committed_only,
              std::function<void(kafka::Message)> add);
  [[nodiscard]] bool read_to_end(Place& place);

  kafka::Options connection_;
  std::unique_ptr<kafka::Admin> admin_;
  TopicContents contents_;
  std::vector<Place> places_;
};

}  // namespace daybook::testing
