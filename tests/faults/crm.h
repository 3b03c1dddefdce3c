// An installation on a real broker for one test: topics of its own, processes that can be hurt, a
// client, and the check of everything at the end.
//
// Every wait is bounded and throws with what the processes have said. Used by one thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/faults/command_client.h"
#include "tests/support/child_process.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/topic_contents.h"

namespace daybook::testing {

class Crm {
 public:
  // With its topics made, unless there are to be none yet (0).
  explicit Crm(std::uint32_t partitions = 2);
  ~Crm();  // shows what the processes have said if the test has failed, or DAYBOOK_TEST_SHOW is set
  Crm(const Crm&) = delete;
  Crm& operator=(const Crm&) = delete;

  [[nodiscard]] CommandClient& client() { return *client_; }
  [[nodiscard]] const kafka::Options& connection() const { return connection_; }
  [[nodiscard]] const topics::TopicNames& names() const { return names_; }

  // The engine's command side in a process of its own, with a folder of its own (tests/faults/
  // engine_process.cc says which options there are).
  [[nodiscard]] std::unique_ptr<ChildProcess> handler(const std::vector<std::string>& options = {});
  // Its projectors; always with the same folder.
  [[nodiscard]] std::unique_ptr<ChildProcess> projector(
      const std::string& database_url, const std::vector<std::string>& options = {});
  // The binary as a user runs it; `name` tells its folder.
  [[nodiscard]] std::unique_ptr<ChildProcess> daybook(const std::string& name,
                                                      std::vector<std::string> arguments,
                                                      std::vector<std::string> environment = {});
  // To its end: what it said, after its exit code.
  [[nodiscard]] std::string run_daybook(std::vector<std::string> arguments);

  // Until the processes own all partitions together, and each has its share.
  void await_owned(const std::vector<ChildProcess*>& processes);
  // Until every command has an outcome and every outcome a result.
  void await_answered();
  // Until so many commands have been answered, whatever else is open.
  void await_results(std::size_t count);
  // Waits for the answers and checks everything; faults fail the test.
  TopicVerdict expect_sound();
  // The same, with the faults given back.
  [[nodiscard]] TopicVerdict check();

  [[nodiscard]] TopicContentsReader& topics() { return *topics_; }
  // After the commands topic was made anew: what it held before stays known.
  void begin_generation(std::uint64_t generation);

 private:
  [[nodiscard]] static bool owns(const ChildProcess& process, std::uint32_t partition);
  [[nodiscard]] std::vector<std::string> environment(const std::string& folder) const;
  [[nodiscard]] std::unique_ptr<ChildProcess> start(const std::string& name,
                                                    std::vector<std::string> arguments,
                                                    std::vector<std::string> environment);

  const std::uint32_t partitions_;
  const std::string prefix_;
  const kafka::Options connection_;
  const topics::TopicNames names_;
  test::TemporaryFolder folder_;
  int processes_ = 0;
  std::unique_ptr<CommandClient> client_;
  std::unique_ptr<TopicContentsReader> topics_;
  std::vector<std::map<std::uint64_t, std::vector<commands::CommandRecord>>> older_;
};

// DAYBOOK_TEST_SEED, or one that is printed.
[[nodiscard]] unsigned seed();

}  // namespace daybook::testing
