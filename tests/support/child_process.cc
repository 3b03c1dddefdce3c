#include "tests/support/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace daybook::testing {
namespace {

constexpr std::chrono::milliseconds kPoll{5};
constexpr std::size_t kShown = 6'000;

std::vector<std::string> whole_environment(std::vector<std::string> own) {
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string line = *each;
    if (!line.starts_with("DAYBOOK_") && !line.starts_with("DATABASE_URL=")) own.push_back(line);
  }
  return own;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

}  // namespace

bool await_condition(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

ChildProcess::ChildProcess(std::vector<std::string> arguments, std::vector<std::string> environment,
                           const std::filesystem::path& output)
    : name_(arguments.front()), output_(output) {
  environment = whole_environment(std::move(environment));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, output_.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                   0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  const int failed = ::posix_spawn(&process_, name_.c_str(), &actions, nullptr,
                                   pointers(arguments).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + name_ + ": " + std::strerror(failed));
}

ChildProcess::~ChildProcess() {
  if (exit_code_) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

void ChildProcess::signal(int number) const {
  if (!exit_code_) ::kill(process_, number);
}

void ChildProcess::look() {
  int status = 0;
  if (exit_code_ || ::waitpid(process_, &status, WNOHANG | WUNTRACED | WCONTINUED) <= 0) return;
  stopped_ = WIFSTOPPED(status);
  if (WIFEXITED(status)) exit_code_ = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) exit_code_ = 128 + WTERMSIG(status);
}

bool ChildProcess::runs() {
  look();
  return !exit_code_;
}

void ChildProcess::await(const std::function<bool()>& condition, const std::string& what) {
  if (await_condition(condition)) return;
  const std::string all = said();
  throw std::runtime_error(name_ + " did not " + what + " in time. It said: " +
                           (all.size() > kShown ? all.substr(all.size() - kShown) : all));
}

int ChildProcess::await_end() {
  await([this] { return !runs(); }, "end");
  return *exit_code_;
}

void ChildProcess::await_stopped() {
  await([this] { return look(), stopped_; }, "stop");
}

std::string ChildProcess::said() const {
  std::ifstream file(output_, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void ChildProcess::await_said(const std::string& text, std::size_t times) {
  await([&] { return count_of(said(), text) >= times; }, "say \"" + text + "\"");
}

}  // namespace daybook::testing
