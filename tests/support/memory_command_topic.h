// The topics of commands and answers in memory, with switches for what can happen to them.
//
// Thread-safe. One MemoryTopics stands for the broker, one MemoryCommandTopic for a handler's view
// of a partition.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "commands/ports/command_topic.h"

namespace daybook::test {

class MemoryTopics {
 public:
  explicit MemoryTopics(std::uint32_t partitions = 1) : partitions_(partitions) {}

  // Returns the offset.
  std::int64_t send(std::uint32_t partition, commands::TopicRecord record);
  // As retention does: forgets the first `count` records of the partition.
  void expire(std::uint32_t partition, std::size_t count);
  // As an operator does who makes the commands topic anew.
  void make_anew();
  // While acknowledgements are held, answers are published but not known to be.
  void hold_acknowledgements(bool hold);
  void fail_forwards(bool fail);
  // Neither reading nor telling works, as for somebody who is no longer allowed to.
  void fail_reads(bool fail);
  void fail_answers(bool fail);
  [[nodiscard]] int failed_reads() const;
  // One look-up of a record fails, after so many that do not.
  void fail_look_ups_after(int good);

  [[nodiscard]] std::vector<commands::CommandRecord> commands(std::uint32_t partition) const;
  [[nodiscard]] std::vector<commands::Answer> answers() const;
  // The results' JSON for the record sent to partition:offset.
  [[nodiscard]] std::vector<std::string> results_of(const std::string& origin) const;

 private:
  friend class MemoryCommandTopic;
  struct Partition {
    std::int64_t first = 0;
    std::vector<commands::CommandRecord> records;
  };

  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Partition> partitions_;
  std::vector<commands::Answer> answers_;
  std::map<std::uint64_t, int> unacknowledged_;
  bool holding_ = false;
  bool forwards_fail_ = false;
  bool reads_fail_ = false;
  bool answers_fail_ = false;
  int failed_reads_ = 0;
  int good_look_ups_ = -1;
};

class MemoryCommandTopic final : public commands::CommandTopic {
 public:
  MemoryCommandTopic(MemoryTopics& topics, std::uint32_t partition)
      : topics_(topics), partition_(partition) {}

  [[nodiscard]] std::uint32_t partition_count() const override;
  [[nodiscard]] Result<std::optional<Range>> start(const log::Source* last) override;
  [[nodiscard]] Result<std::vector<commands::CommandRecord>> read(
      std::size_t records_max, std::chrono::milliseconds wait) override;
  [[nodiscard]] Result<std::optional<commands::CommandRecord>> record_at(
      std::int64_t offset) override;
  [[nodiscard]] Result<Refusals> forward(std::vector<Copy> copies,
                                         const std::atomic<bool>& stopping) override;
  [[nodiscard]] Result<void> publish(commands::Answer answer) override;
  [[nodiscard]] std::optional<Error> fault() const override;
  [[nodiscard]] std::vector<std::uint64_t> unacknowledged() const override;
  [[nodiscard]] std::size_t unacknowledged_count() const override;
  [[nodiscard]] std::optional<std::uint64_t> first_unacknowledged() const override;
  void await_acknowledged(std::chrono::milliseconds) override {}

 private:
  MemoryTopics& topics_;
  std::uint32_t partition_;
  std::int64_t next_ = 0;
  bool faulty_ = false;  // guarded by the topics' mutex
};

}  // namespace daybook::test
