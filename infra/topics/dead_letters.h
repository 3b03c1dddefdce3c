// The dead letters: records that could not be taken as commands, kept with the reason, until an
// operator sends them again or drops them.
//
// A topic forgets nothing that is dropped; so a second record says that the first one is settled.
// Used by one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/ports/command_topic.h"
#include "domain/core/result.h"
#include "infra/kafka/admin.h"
#include "infra/kafka/producer.h"
#include "infra/topics/topic_names.h"

namespace daybook::topics {

struct DeadLetter {
  std::uint32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;
  commands::TopicRecord record;

  // "partition:offset": how it is named on the command line.
  [[nodiscard]] std::string name() const;
  [[nodiscard]] std::string header(std::string_view name) const;
};

class DeadLetters {
 public:
  // `admin` must outlive it.
  DeadLetters(kafka::Admin& admin, kafka::Options connection, TopicNames names)
      : admin_(admin), connection_(std::move(connection)), names_(std::move(names)) {}

  // Those that are not settled, oldest first in each partition.
  [[nodiscard]] Result<std::vector<DeadLetter>> list();
  // kNotFound "dead_letter.not_found", also if it is settled.
  [[nodiscard]] Result<DeadLetter> find(const std::string& name);
  // Sends it to the commands topic again, under an id of its own that is the same however often
  // this is done, and settles it. Returns that id.
  [[nodiscard]] Result<std::string> retry(const DeadLetter& letter);
  [[nodiscard]] Result<void> drop(const DeadLetter& letter);

 private:
  [[nodiscard]] Result<void> settle(const DeadLetter& letter, const std::string& how);
  [[nodiscard]] Result<void> produce(const std::string& topic, std::uint32_t partition,
                                     const commands::TopicRecord& record);

  kafka::Admin& admin_;
  kafka::Options connection_;
  TopicNames names_;
  std::unique_ptr<kafka::Producer> producer_;  // opened when it is first needed
};

}  // namespace daybook::topics
