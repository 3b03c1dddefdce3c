// The binary as a user runs it: a data folder of its own, `daybook up` in the background,
// subcommands beside it, kill -9 and signals.
//
// Every function throws when it cannot do what it says within its bound, with what the program
// said. Everything listens on loopback at ports that the system gives. An installation is used by
// one thread, except `run`, which any thread may call.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "infra/log/embedded/embedded_log.h"

namespace daybook::testing {

struct ProgramResult {
  int exit_code = 0;  // 128 + signal when a signal ended it
  std::string out;
  std::string err;
};

// Runs a program to its end. `environment` are lines like "DAYBOOK_DATA=/tmp/x"; those of Daybook
// are not inherited.
[[nodiscard]] ProgramResult run_program(const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& environment = {},
                                        const std::string& input = "");

class Installation {
 public:
  // `environment` is given to every program that is run here. The data folder need not exist before
  // `up`.
  explicit Installation(std::vector<std::string> environment = {});
  ~Installation();  // kills what runs, ends the private PostgreSQL, removes the folder
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  // `daybook <arguments> --data <folder>`.
  [[nodiscard]] ProgramResult run(std::vector<std::string> arguments,
                                  const std::string& input = "") const;

  // Starts `daybook up` and waits until it says that it is ready.
  void up(const std::vector<std::string>& arguments = {}) { up_as("up", arguments); }
  // The same for `daybook <role>`: commands or projections. What is said of `up` holds for it too.
  void up_as(const std::string& role, const std::vector<std::string>& arguments = {});
  // The same for one that will never be ready: waits until it has said this in its log.
  void up_until_logged(const std::string& text);
  [[nodiscard]] bool is_up() const { return process_ > 0; }
  // "127.0.0.1:45123", of the last `up`.
  [[nodiscard]] const std::string& address() const { return address_; }
  // What `up` has written to stderr, all starts together.
  [[nodiscard]] std::string up_log() const;

  // kill -9 of `daybook up`, or of the whole private PostgreSQL.
  void kill_up();
  void kill_database();
  // Sends SIGTERM; `stop` also waits for the end and gives the exit code.
  void terminate() const;
  int await_end(std::chrono::seconds limit);
  int stop();

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  // The owner's URL; starts the private PostgreSQL if it does not run.
  [[nodiscard]] std::string owner_url() const;
  // The log, while nothing runs.
  [[nodiscard]] std::unique_ptr<log::EmbeddedLog> open_log() const;

 private:
  [[nodiscard]] int start(const std::string& role, const std::vector<std::string>& arguments);
  void await_ready(int output);

  std::vector<std::string> environment_;
  std::filesystem::path root_;
  std::filesystem::path folder_;
  std::string address_;
  pid_t process_ = -1;
};

}  // namespace daybook::testing
