// Runs a program to its end, cut off from this process: its own session, nothing on stdin, no
// inherited file or socket, a small fixed environment, "/" as its folder. So what it leaves running
// (a postmaster) outlives us and cannot hold our handles or die of our terminal. May be called from
// any thread. Internal.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "domain/core/result.h"

namespace daybook::postgres {

struct ProcessResult {
  int exit_code = 0;   // 128 + signal when a signal ended it
  std::string output;  // stdout and stderr together
};

// `arguments[0]` is the program, looked up in PATH when it has no slash. Killed when it exceeds
// `timeout`.
[[nodiscard]] Result<ProcessResult> run_process(
    const std::vector<std::string>& arguments,
    std::chrono::milliseconds timeout = std::chrono::seconds(120));

}  // namespace daybook::postgres
