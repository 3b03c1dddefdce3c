// A client that sends commands as lines of one stream, some at a time, until the engine ends it,
// and remembers what it sent and was told.
//
// It has a thread of its own; used by one other. That the engine ends the stream in another way
// than with its last word, "server.stopping", is a failure of the test.
#pragma once

#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/load.h"
#include "tests/support/raw_client.h"

namespace daybook::testing {

class Stream {
 public:
  // Needs the first organization of the load.
  explicit Stream(const std::string& address);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Until the first lines have been answered; false if that takes too long.
  [[nodiscard]] bool await_answers();
  // When the engine has ended it: all that was sent.
  [[nodiscard]] std::vector<Exchange> finish();

 private:
  void run();
  void send_some();
  // False when the stream has ended: what it says then holds for all lines that are left.
  [[nodiscard]] bool receive_some();

  http::RawClient connection_;
  std::vector<Exchange> exchanges_;
  std::size_t answered_ = 0;
  std::promise<void> running_;
  std::thread thread_;  // last: uses the others
};

}  // namespace daybook::testing
