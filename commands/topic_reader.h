// Reads a partition of the commands topic ahead of its handler: forwards what belongs elsewhere,
// decodes the rest and puts it into the handler's inbox, in order.
//
// A thread of its own between `start` and `stop`, which the handler's thread calls.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "commands/inbox.h"
#include "commands/intake.h"
#include "commands/ports/command_topic.h"

namespace daybook::commands {

class TopicReader {
 public:
  // Both must outlive it.
  TopicReader(CommandTopic& topic, Inbox& inbox) : topic_(topic), inbox_(inbox) {}
  ~TopicReader() { stop(); }
  TopicReader(const TopicReader&) = delete;
  TopicReader& operator=(const TopicReader&) = delete;

  // Goes on where the topic stands.
  void start(IntakePlace place);
  // Returns when nothing more comes; what came stays in the inbox.
  void halt();
  // The same, and what was not taken is dropped from the inbox.
  void stop();
  // Reading has worked, whether or not something was there.
  [[nodiscard]] bool has_read() const { return has_read_; }
  // Why it has stopped by itself.
  [[nodiscard]] std::optional<Error> fault() const;

 private:
  void run(const IntakePlace& place);
  [[nodiscard]] Result<void> pass_on(std::vector<CommandRecord> records, const IntakePlace& place);

  CommandTopic& topic_;
  Inbox& inbox_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> has_read_ = false;
  mutable std::mutex mutex_;
  std::optional<Error> fault_;
  std::thread thread_;
};

}  // namespace daybook::commands
