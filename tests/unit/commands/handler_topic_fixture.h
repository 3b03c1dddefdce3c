// A handler whose commands come from a topic in memory; log, store and clock as in HandlerFixture.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/memory_command_topic.h"
#include "tests/unit/commands/handler_fixture.h"

namespace daybook::test {

[[nodiscard]] commands::TopicRecord record_of(const Command& command);

class HandlerTopic : public HandlerFixture {
 protected:
  ~HandlerTopic() override { stop(); }  // before its topic goes

  void start(commands::HandlerOptions options = {});
  // Returns the offset.
  std::int64_t send(const Command& command) { return topics_.send(0, record_of(command)); }
  std::int64_t send(std::uint64_t number, const Act& act) { return send(command(number, act)); }
  // Until so many answers have been published.
  void await(std::size_t answers);
  // A letter for each valid outcome: accepted, rejected, P for repeated, forwarded, lost, C for a
  // commands topic that was accepted.
  [[nodiscard]] std::string kinds() const;
  // The offsets of the records that the valid outcomes are of.
  [[nodiscard]] std::vector<std::int64_t> sources() const;
  // The receipt in the how-manieth result for the record sent to partition:offset.
  [[nodiscard]] Receipt result(const std::string& origin, std::size_t which = 0) const;

  MemoryTopics topics_;
  std::unique_ptr<MemoryCommandTopic> topic_;
};

}  // namespace daybook::test
