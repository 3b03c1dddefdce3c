#include "tests/support/daybook_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "infra/postgres/cluster.h"

// This C library's <sys/pidfd.h> does not say that its functions are C.
extern "C" int pidfd_open(pid_t process, unsigned int flags) noexcept;

namespace daybook::testing {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kReadyLimit{60};
constexpr std::chrono::seconds kProgramLimit{60};
constexpr const char* kReadyLine = "daybook is ready: http://";

[[noreturn]] void fault(const std::string& what) {
  throw std::runtime_error(what + (errno != 0 ? std::string(": ") + std::strerror(errno) : ""));
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr const char* kFolderPrefix = "daybook-test-e2e-";

// A test program that was killed could not stop what it had started.
bool remove_leftovers() {
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path())) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kFolderPrefix)) continue;
    const int process = std::atoi(name.c_str() + std::strlen(kFolderPrefix));
    if (process <= 0 || ::kill(process, 0) == 0) continue;
    if (auto cluster = postgres::Cluster::open(entry.path() / "data"); cluster)
      (void)cluster->stop();
    std::error_code ignored;
    fs::remove_all(entry.path(), ignored);
  }
  return true;
}

// Folders that PostgreSQL's user can reach.
fs::path fresh_folder() {
  static const bool clean = remove_leftovers();
  (void)clean;
  static std::atomic<int> number{0};
  const fs::path folder = fs::temp_directory_path() / (kFolderPrefix + std::to_string(::getpid()) +
                                                       "-" + std::to_string(++number));
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                              fs::perms::others_read | fs::perms::others_exec);
  return folder;
}

std::vector<std::string> whole_environment(const std::vector<std::string>& own) {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string line = *each;
    if (!line.starts_with("DAYBOOK_") && !line.starts_with("DATABASE_URL=")) all.push_back(line);
  }
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

struct Streams {
  std::string input = "/dev/null";
  std::string output;  // a file; empty: `output_handle`
  int output_handle = -1;
  std::string errors;
};

pid_t spawn(std::vector<std::string> arguments, std::vector<std::string> environment,
            const Streams& streams) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  constexpr int kAppend = O_WRONLY | O_CREAT | O_APPEND;
  posix_spawn_file_actions_addopen(&actions, 0, streams.input.c_str(), O_RDONLY, 0);
  if (streams.output.empty()) {
    posix_spawn_file_actions_adddup2(&actions, streams.output_handle, 1);
  } else {
    posix_spawn_file_actions_addopen(&actions, 1, streams.output.c_str(), kAppend, 0600);
  }
  posix_spawn_file_actions_addopen(&actions, 2, streams.errors.c_str(), kAppend, 0600);
  pid_t process = -1;
  errno = ::posix_spawn(&process, arguments.front().c_str(), &actions, nullptr,
                        pointers(arguments).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (errno != 0) fault("cannot start " + arguments.front());
  return process;
}

// The exit code; throws when it takes longer than `limit`.
int await(pid_t process, Clock::duration limit, const std::string& what) {
  const int handle = ::pidfd_open(process, 0);
  if (handle < 0) fault("pidfd_open");
  pollfd end{handle, POLLIN, 0};
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
  const int ended = ::poll(&end, 1, static_cast<int>(wait));
  ::close(handle);
  if (ended != 1) {
    errno = 0;
    ::kill(process, SIGKILL);
    ::waitpid(process, nullptr, 0);
    fault(what + " did not end in time");
  }
  int status = 0;
  ::waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& arguments,
                          const std::vector<std::string>& environment, const std::string& input) {
  const fs::path folder = fresh_folder();
  Streams streams;
  streams.output = folder / "out";
  streams.errors = folder / "err";
  if (!input.empty()) {
    streams.input = folder / "in";
    std::ofstream(streams.input, std::ios::binary) << input;
  }
  std::string line;
  for (const std::string& argument : arguments) line += argument.substr(0, 100) + " ";
  const pid_t process = spawn(arguments, whole_environment(environment), streams);
  const int exit_code = await(process, kProgramLimit, line);
  ProgramResult result{exit_code, text_of(streams.output), text_of(streams.errors)};
  fs::remove_all(folder);
  return result;
}

Installation::Installation(std::vector<std::string> environment)
    : environment_(std::move(environment)), root_(fresh_folder()), folder_(root_ / "data") {
  // Made here, so that the server's user can reach it: `up` would make it for its own user alone.
  fs::create_directories(folder_);
}

Installation::~Installation() {
  try {
    if (is_up()) kill_up();
    if (auto cluster = postgres::Cluster::open(folder_); cluster) (void)cluster->stop();
  } catch (const std::exception&) {  // the folder is removed in any case
  }
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

ProgramResult Installation::run(std::vector<std::string> arguments,
                                const std::string& input) const {
  arguments.insert(arguments.begin(), DAYBOOK_PROGRAM);
  arguments.insert(arguments.end(), {"--data", folder_.string()});
  return run_program(arguments, environment_, input);
}

// What it writes to stdout can be read from the handle.
int Installation::start(const std::string& role, const std::vector<std::string>& arguments) {
  int pipe[2] = {-1, -1};
  if (::pipe2(pipe, O_CLOEXEC) != 0) fault("pipe");
  Streams streams;
  streams.output_handle = pipe[1];
  streams.errors = root_ / "up.log";
  std::vector<std::string> all{DAYBOOK_PROGRAM, role,     "--http",
                               "127.0.0.1:0",   "--data", folder_.string()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  process_ = spawn(all, whole_environment(environment_), streams);
  ::close(pipe[1]);
  return pipe[0];
}

void Installation::up_as(const std::string& role, const std::vector<std::string>& arguments) {
  const int output = start(role, arguments);
  await_ready(output);
  ::close(output);
}

void Installation::up_until_logged(const std::string& text) {
  ::close(start("up", {}));
  const auto deadline = Clock::now() + kReadyLimit;
  while (up_log().find(text) == std::string::npos) {
    errno = 0;
    if (Clock::now() > deadline) fault("`daybook up` did not say \"" + text + "\": " + up_log());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void Installation::await_ready(int output) {
  const auto deadline = Clock::now() + kReadyLimit;
  std::string said;
  while (said.find('\n') == std::string::npos) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd readable{output, POLLIN, 0};
    char buffer[256];
    const bool more = left > 0 && ::poll(&readable, 1, static_cast<int>(left)) == 1;
    const ssize_t count = more ? ::read(output, buffer, sizeof buffer) : 0;
    if (count <= 0) {
      errno = 0;
      kill_up();
      fault("`daybook up` did not become ready: " + up_log());
    }
    said.append(buffer, static_cast<std::size_t>(count));
  }
  if (!said.starts_with(kReadyLine)) fault("`daybook up` said: " + said);
  address_ = said.substr(std::strlen(kReadyLine), said.find('\n') - std::strlen(kReadyLine));
}

std::string Installation::up_log() const { return text_of(root_ / "up.log"); }

void Installation::kill_up() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

void Installation::kill_database() {
  auto cluster = postgres::Cluster::open(folder_);
  const auto postmaster = cluster ? cluster->postmaster() : std::nullopt;
  if (!postmaster) throw std::runtime_error("no private PostgreSQL runs here");
  const int handle = ::pidfd_open(*postmaster, 0);
  ::kill(*postmaster, SIGKILL);
  pollfd end{handle, POLLIN, 0};
  (void)::poll(&end, 1, 10'000);
  ::close(handle);
}

void Installation::terminate() const { ::kill(process_, SIGTERM); }

int Installation::await_end(std::chrono::seconds limit) {
  const int exit_code = await(std::exchange(process_, -1), limit, "`daybook up`");
  return exit_code;
}

int Installation::stop() {
  terminate();
  return await_end(std::chrono::seconds(20));
}

std::string Installation::owner_url() const {
  for (const std::string& line : environment_) {
    if (line.starts_with("DATABASE_URL=")) return line.substr(std::strlen("DATABASE_URL="));
  }
  auto cluster = postgres::Cluster::open(folder_);
  if (!cluster) throw std::runtime_error(cluster.error().detail);
  if (auto started = cluster->start(); !started) throw std::runtime_error(started.error().detail);
  return *cluster->owner_url();
}

std::unique_ptr<log::EmbeddedLog> Installation::open_log() const {
  auto opened = log::EmbeddedLog::open({folder_ / "log", 1, true});
  if (!opened) throw std::runtime_error("the log: " + opened.error().detail);
  return *std::move(opened);
}

}  // namespace daybook::testing
