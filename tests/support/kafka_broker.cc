#include "tests/support/kafka_broker.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <future>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

namespace daybook::testing {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kStartLimit{90};
constexpr std::chrono::seconds kStopLimit{60};
constexpr const char* kServes = "Kafka Server started";
constexpr const char* kFolderPrefix = "daybook-test-kafka-";

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string end_of(const std::string& log) {
  constexpr std::size_t kShown = 4000;
  return log.size() > kShown ? "..." + log.substr(log.size() - kShown) : log;
}

// The options that ./dev kafka gives its brokers too.
fs::path common(const std::string& file) {
  return fs::path(DAYBOOK_SOURCE_DIR) / "dev.d/kafka" / file;
}

std::vector<std::string> java(const std::string& heap, const std::vector<std::string>& arguments) {
  const fs::path folder = kafka_jars();
  // An archive that is not there, or not of these jars, is passed over.
  std::vector<std::string> all{
      "/usr/bin/env",
      "java",
      "@" + common("java.options").string(),
      "-XX:SharedArchiveFile=" + (folder.parent_path() / "classes.jsa").string(),
      "-Xmx" + heap,
      "-cp",
      (folder / "*").string()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

// ---- folders and ports --------------------------------------------------------------------------

// A test program that was killed could not remove its folders.
bool remove_leftovers() {
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path())) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kFolderPrefix)) continue;
    const int process = std::atoi(name.c_str() + std::strlen(kFolderPrefix));
    if (process <= 0 || ::kill(process, 0) == 0) continue;
    std::error_code ignored;
    fs::remove_all(entry.path(), ignored);
  }
  return true;
}

fs::path fresh_folder() {
  static const bool clean = remove_leftovers();
  (void)clean;
  static std::atomic<int> number{0};
  const fs::path folder = fs::temp_directory_path() / (kFolderPrefix + std::to_string(::getpid()) +
                                                       "-" + std::to_string(++number));
  fs::create_directories(folder);
  return folder;
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool is_free(int port) {
  const sockaddr_in address = loopback(port);
  const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool bound =
      ::bind(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(handle);
  return bound;
}

bool answers(int port) {
  const sockaddr_in address = loopback(port);
  const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected =
      ::connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(handle);
  return connected;
}

// Below the ports that the system gives to outgoing connections: there a client that tries to reach
// a killed broker could be given the broker's port, and the broker could not come back. Programs
// that run side by side begin to look in different places.
int free_port() {
  constexpr int kFirst = 15'000;
  constexpr int kCount = 17'000;
  constexpr int kPerProgram = 32;
  static std::atomic<int> next{0};
  for (int tried = 0; tried < kCount; ++tried) {
    const int place = static_cast<int>(::getpid() % (kCount / kPerProgram)) * kPerProgram + next++;
    const int port = kFirst + place % kCount;
    if (is_free(port)) return port;
  }
  throw std::runtime_error("no port of loopback is free");
}

// ---- seats --------------------------------------------------------------------------------------

std::vector<KafkaSeat> seats(int brokers) {
  std::vector<KafkaSeat> all;
  std::string voters;
  for (int id = 1; id <= brokers; ++id) {
    all.push_back({id, brokers, fresh_folder(), free_port(), free_port(), ""});
    voters += (id == 1 ? "" : ",") + std::to_string(id) +
              "@127.0.0.1:" + std::to_string(all.back().controller_port);
  }
  for (KafkaSeat& seat : all) seat.voters = voters;
  return all;
}

// ---- processes ----------------------------------------------------------------------------------

// In the child: only calls that a copy of a threaded program may make.
[[noreturn]] void become(char* const* arguments, const char* log, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int input = ::open("/dev/null", O_RDONLY);
  const int output = ::open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(input, 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  ::close_range(3, ~0U, 0);
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

}  // namespace

fs::path kafka_jars() {
  const char* named = std::getenv("KAFKA_JARS");
  const fs::path folder =
      named != nullptr ? fs::path(named) : fs::path(DAYBOOK_SOURCE_DIR) / ".kafka/lib";
  if (!fs::exists(folder)) {
    throw std::runtime_error("there are no Kafka jars in " + folder.string() +
                             ": ./dev kafka install fetches them");
  }
  return folder;
}

// A child that is killed when this program ends. The system ties that to the thread that made the
// child, so the child has a thread of its own, which makes it and waits for its end.
class KafkaBroker::Process {
 public:
  Process(std::vector<std::string> arguments, const fs::path& log) {
    std::promise<void> made;
    thread_ = std::thread([this, &made, &arguments, path = log.string()] {
      std::vector<char*> pointers;
      for (std::string& argument : arguments) pointers.push_back(argument.data());
      pointers.push_back(nullptr);
      const pid_t parent = ::getpid();
      const pid_t child = ::fork();
      if (child == 0) become(pointers.data(), path.c_str(), parent);
      process_ = child;
      made.set_value();
      await_end(child);
    });
    made.get_future().wait();
  }
  ~Process() {
    signal(SIGKILL);
    thread_.join();
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  bool runs() {
    const std::lock_guard lock(mutex_);
    return !exit_code_;
  }
  void signal(int number) {
    const std::lock_guard lock(mutex_);
    if (!exit_code_) ::kill(process_, number);
  }
  // Until every thread of it stands still: after the signal one may still end an answer.
  void pause() {
    signal(SIGSTOP);
    siginfo_t state{};
    while (::waitid(P_PID, static_cast<id_t>(process_), &state, WSTOPPED | WEXITED | WNOWAIT) !=
               0 &&
           errno == EINTR) {
    }
  }
  // The exit code, 128 + signal when a signal ended it; nothing if it still runs after `limit`.
  std::optional<int> await(Clock::duration limit) {
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, limit, [this] { return exit_code_.has_value(); });
    return exit_code_;
  }

 private:
  void await_end(pid_t child) {
    siginfo_t end{};
    if (child > 0) {
      // Not reaped before others know that it has ended: its number stays its own until then.
      while (::waitid(P_PID, static_cast<id_t>(child), &end, WEXITED | WNOWAIT) != 0 &&
             errno == EINTR) {
      }
    }
    const std::lock_guard lock(mutex_);
    int status = 127 << 8;
    if (child > 0) ::waitpid(child, &status, 0);
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ended_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable ended_;
  pid_t process_ = -1;  // written before the constructor returns
  std::optional<int> exit_code_;
  std::thread thread_;
};

KafkaBroker::KafkaBroker(const KafkaOptions& options) : KafkaBroker(seats(1).front(), options) {
  start();
}

KafkaBroker::KafkaBroker(KafkaSeat seat, const KafkaOptions& options)
    : owner_(::getpid()),
      seat_(std::move(seat)),
      heap_(options.heap),
      bootstrap_("127.0.0.1:" + std::to_string(seat_.port)) {
  write_properties(options);
}

KafkaBroker::~KafkaBroker() {
  if (owner_ != ::getpid()) {  // a forked child: thread and folder are its parent's
    (void)process_.release();
    return;
  }
  process_.reset();
  std::error_code ignored;
  fs::remove_all(seat_.folder, ignored);
}

void KafkaBroker::write_properties(const KafkaOptions& options) const {
  const std::string copies = std::to_string(seat_.brokers);
  const std::string enough = std::to_string(seat_.brokers / 2 + 1);
  std::ofstream file(seat_.folder / "server.properties");
  file << text_of(common("server.properties")) << "node.id=" << seat_.id
       << "\nlog.dirs=" << (seat_.folder / "data").string() << "\nlisteners=PLAINTEXT://"
       << bootstrap_ << ",CONTROLLER://127.0.0.1:" << seat_.controller_port
       << "\nadvertised.listeners=PLAINTEXT://" << bootstrap_
       << "\ncontroller.quorum.voters=" << seat_.voters << "\ndefault.replication.factor=" << copies
       << "\nmin.insync.replicas=" << enough << "\noffsets.topic.replication.factor=" << copies
       << "\ntransaction.state.log.replication.factor=" << copies
       << "\ntransaction.state.log.min.isr=" << enough
       << "\nshare.coordinator.state.topic.replication.factor=" << copies
       << "\nshare.coordinator.state.topic.min.isr=" << enough << "\n";
  if (options.flush_each_message) file << "log.flush.interval.messages=1\n";
  for (const std::string& line : options.properties) file << line << "\n";
}

void KafkaBroker::format() const {
  Process tool(
      java("64m", {"kafka.tools.StorageTool", "format", "--cluster-id", "daybook-test-cluster-A",
                   "--config", (seat_.folder / "server.properties").string()}),
      seat_.folder / "log");
  if (tool.await(kStartLimit) != 0) {
    throw std::runtime_error("Kafka's storage tool failed: " + end_of(log()));
  }
}

void KafkaBroker::start() {
  begin_start();
  await_ready();
}

void KafkaBroker::begin_start() {
  if (is_up()) throw std::logic_error("the broker at " + bootstrap_ + " is up already");
  if (!fs::exists(seat_.folder / "data" / "meta.properties")) format();
  log_start_ = log().size();
  process_ = std::make_unique<Process>(
      java(heap_, {"kafka.Kafka", (seat_.folder / "server.properties").string()}),
      seat_.folder / "log");
}

void KafkaBroker::await_ready() {
  const auto deadline = Clock::now() + kStartLimit;
  while (log().find(kServes, log_start_) == std::string::npos || !answers(seat_.port)) {
    if (!running().runs() || Clock::now() > deadline) {
      process_.reset();
      throw std::runtime_error("the broker at " + bootstrap_ + " does not serve: " + end_of(log()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

bool KafkaBroker::is_up() const { return process_ != nullptr && process_->runs(); }

KafkaBroker::Process& KafkaBroker::running() const {
  if (process_ == nullptr) throw std::logic_error("the broker at " + bootstrap_ + " is not up");
  return *process_;
}

void KafkaBroker::stop() {
  resume();
  running().signal(SIGTERM);
  const bool ended = running().await(kStopLimit).has_value();
  process_.reset();
  if (!ended) {
    throw std::runtime_error("the broker at " + bootstrap_ + " did not stop: " + end_of(log()));
  }
}

void KafkaBroker::kill() {
  (void)running();
  process_.reset();
}

void KafkaBroker::pause() { running().pause(); }

void KafkaBroker::resume() { running().signal(SIGCONT); }

std::string KafkaBroker::log() const { return text_of(seat_.folder / "log"); }

KafkaCluster::KafkaCluster(int brokers, const KafkaOptions& options) {
  for (KafkaSeat& seat : seats(brokers)) {
    brokers_.push_back(std::make_unique<KafkaBroker>(std::move(seat), options));
  }
  for (const auto& broker : brokers_) broker->begin_start();
  for (const auto& broker : brokers_) broker->await_ready();
}

std::string KafkaCluster::bootstrap() const {
  std::string all;
  for (const auto& broker : brokers_) all += (all.empty() ? "" : ",") + broker->bootstrap();
  return all;
}

KafkaBroker& shared_broker() {
  static KafkaBroker broker;
  return broker;
}

}  // namespace daybook::testing
