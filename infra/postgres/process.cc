#include "infra/postgres/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace daybook::postgres {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) {
      ::close(value_);
    }
  }
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_;
};

// posix_spawn's settings: they are C objects that must be destroyed.
class SpawnSettings {
 public:
  explicit SpawnSettings(int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    posix_spawn_file_actions_addchdir_np(&actions_, "/");
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

// PG* variables of the caller would change what PostgreSQL's programs do; its messages are wanted
// in English.
std::vector<std::string> environment() {
  const char* path = std::getenv("PATH");
  return {std::string("PATH=") + (path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path) +
              ":/usr/sbin:/sbin",
          "LC_ALL=C.UTF-8", "TZ=UTC"};
}

int exit_code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// Waits for the end of the child, or kills it. Returns its wait status.
int wait_for_end(pid_t child, std::chrono::milliseconds timeout) {
  // By number: glibc 2.36 declares pidfd_open() without extern "C".
  const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  pollfd poll_entry{handle.get(), POLLIN, 0};
  int ready = 0;
  do {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    ready = ::poll(&poll_entry, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) {
    ::kill(child, SIGKILL);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string content_of(int file) {
  std::string text;
  std::array<char, 4096> buffer{};
  off_t offset = 0;
  for (ssize_t count = 0; (count = ::pread(file, buffer.data(), buffer.size(), offset)) > 0;
       offset += count) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace

Result<ProcessResult> run_process(const std::vector<std::string>& arguments,
                                  std::chrono::milliseconds timeout) {
  // A file in memory takes the output: a pipe would stay open as long as a daemon that inherits it.
  const Descriptor output(::memfd_create("daybook-process", MFD_CLOEXEC));
  if (output.get() < 0) {
    return fail(ErrorKind::kUnavailable, "process.no_memory", std::strerror(errno));
  }
  const SpawnSettings settings(output.get());
  std::vector<std::string> argument_texts = arguments;
  std::vector<std::string> environment_texts = environment();
  pid_t child = 0;
  const int error =
      posix_spawnp(&child, arguments.at(0).c_str(), settings.actions(), settings.attributes(),
                   pointers_to(argument_texts).data(), pointers_to(environment_texts).data());
  if (error != 0) {
    return fail(ErrorKind::kInvalid, "process.cannot_run",
                "cannot run " + arguments.at(0) + ": " + std::strerror(error));
  }
  const int status = wait_for_end(child, timeout);
  return ProcessResult{exit_code_of(status), content_of(output.get())};
}

}  // namespace daybook::postgres
