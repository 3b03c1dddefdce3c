// Real Kafka for tests: broker processes of the test program's own, on free ports of loopback, in
// a temporary folder that is removed at the end. They die with the test program, however it ends;
// the folder of a killed one is removed by the next test program.
//
// The jars are those of $KAFKA_JARS, otherwise of .kafka/lib in the project's root, where
// `./dev kafka install` puts them. Every function throws when it cannot do what it says within its
// bound, with the end of the broker's log: tests that need a broker are never skipped. An object
// is used by one thread at a time.
//
// Right after a start a broker may still answer "coordinator load in progress": clients try again.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace daybook::testing {

struct KafkaOptions {
  // A record is on the disk before it is acknowledged; otherwise in the page cache, which outlives
  // kill -9 but not a power cut.
  bool flush_each_message = false;
  std::string heap = "320m";
  // Further lines of server.properties, which come after all others.
  std::vector<std::string> properties = {};
};

// What a broker is told about itself and the others of its cluster.
struct KafkaSeat {
  int id = 1;
  int brokers = 1;
  std::filesystem::path folder;
  int port = 0;
  int controller_port = 0;
  std::string voters;  // id@host:port,... of all controllers
};

class KafkaBroker {
 public:
  // One broker by itself; it serves when the constructor returns.
  explicit KafkaBroker(const KafkaOptions& options = {});
  // One of a cluster: not started yet.
  KafkaBroker(KafkaSeat seat, const KafkaOptions& options);
  ~KafkaBroker();  // kills it and removes its folder
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  // "127.0.0.1:21345", for the broker's whole life.
  [[nodiscard]] const std::string& bootstrap() const { return bootstrap_; }
  [[nodiscard]] bool is_up() const;

  // On the same port and data as before; returns when it serves.
  void start();
  // The same in two steps, so that several can start at once.
  void begin_start();
  void await_ready();

  void stop();    // SIGTERM; returns when it has ended
  void kill();    // SIGKILL; returns when it has ended
  void pause();   // SIGSTOP: connections stay, nothing answers
  void resume();  // SIGCONT

  // What all its runs have written.
  [[nodiscard]] std::string log() const;

 private:
  class Process;

  void write_properties(const KafkaOptions& options) const;
  void format() const;
  [[nodiscard]] Process& running() const;

  pid_t owner_;
  KafkaSeat seat_;
  std::string heap_;
  std::string bootstrap_;
  std::string::size_type log_start_ = 0;  // of the present run
  std::unique_ptr<Process> process_;
};

// Brokers that replicate every topic to each other and take a write when two have it.
class KafkaCluster {
 public:
  explicit KafkaCluster(int brokers = 3, const KafkaOptions& options = {});

  // All of them, separated by commas.
  [[nodiscard]] std::string bootstrap() const;
  [[nodiscard]] KafkaBroker& broker(std::size_t index) { return *brokers_.at(index); }
  [[nodiscard]] std::size_t size() const { return brokers_.size(); }

 private:
  std::vector<std::unique_ptr<KafkaBroker>> brokers_;
};

// The folder of the jars; Java clients run from them too.
[[nodiscard]] std::filesystem::path kafka_jars();

// The test program's common broker, started at its first use.
[[nodiscard]] KafkaBroker& shared_broker();

}  // namespace daybook::testing
