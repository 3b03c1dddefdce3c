// A program that a test starts, hurts and listens to. What it says goes to a file; it dies with the
// object. Every wait is bounded and throws with what the program has said. Used by one thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace daybook::testing {

class ChildProcess {
 public:
  // `environment` are lines like "DAYBOOK_DATA=/tmp/x"; those of Daybook are not inherited.
  ChildProcess(std::vector<std::string> arguments, std::vector<std::string> environment,
               const std::filesystem::path& output);
  ~ChildProcess();  // kills it
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void signal(int number) const;
  [[nodiscard]] bool runs();
  // The exit code, 128 + signal when a signal ended it.
  int await_end();
  // Until SIGSTOP has stopped it.
  void await_stopped();
  // stdout and stderr so far.
  [[nodiscard]] std::string said() const;
  // Until it has said this so many times.
  void await_said(const std::string& text, std::size_t times = 1);

 private:
  void look();
  void await(const std::function<bool()>& condition, const std::string& what);

  std::string name_;
  std::filesystem::path output_;
  pid_t process_ = -1;
  bool stopped_ = false;
  std::optional<int> exit_code_;
};

// Waits, bounded by `limit`, until the condition holds; false if it does not.
[[nodiscard]] bool await_condition(const std::function<bool()>& condition,
                                   std::chrono::milliseconds limit = std::chrono::seconds(60));

}  // namespace daybook::testing
