// Clients that keep the engine busy: each has one command on its way at all times, over a
// connection of its own, and sends the very same one again until it is answered, whatever becomes
// of the engine.
//
// Threads of its own; all functions are for one other thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "apps/daybook/torture/answers.h"
#include "apps/daybook/torture/workload.h"
#include "infra/http/client.h"

namespace daybook::torture {

// Nothing if the answer is an error instead.
[[nodiscard]] std::optional<Receipt> receipt_in(const http::Response& response);

class Driver {
 public:
  // `workload` and `answers` must outlive it. It begins paused.
  Driver(const Workload& workload, Answers& answers, std::string address, std::size_t clients);
  ~Driver();  // the engine has to be dead or answering
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  void resume();
  // Lets no new command begin and waits until all are answered; false if some are not by then.
  [[nodiscard]] bool pause(std::chrono::seconds limit);
  // Waits until so many more are answered.
  [[nodiscard]] bool await_answers(std::size_t more, std::chrono::milliseconds limit);
  // Waits until an answer of this code ("clock.off") has come since `resume` or the last call;
  // "" for any that is no receipt.
  [[nodiscard]] bool await_refusal(const std::string& code, std::chrono::milliseconds limit);
  void forget_refusals();
  // Commands on their way: those of all clients while the load runs.
  [[nodiscard]] std::size_t in_flight() const;
  [[nodiscard]] std::size_t answered() const { return answered_; }
  // How often a command was not answered with a receipt and sent again, by the error's code.
  [[nodiscard]] std::map<std::string, std::size_t> refusals() const;

 private:
  struct Reply;
  class Client;
  [[nodiscard]] std::optional<std::size_t> begin();
  [[nodiscard]] std::optional<std::size_t> go_on();
  [[nodiscard]] bool pause_before_retry(const std::string& code, int tries);

  const Workload& workload_;
  Answers& answers_;
  const std::string address_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool running_ = false;
  bool stopping_ = false;
  std::size_t next_ = 0;
  std::map<std::string, std::size_t> refusals_;
  std::map<std::string, std::size_t> recent_refusals_;
  std::size_t in_flight_ = 0;
  std::atomic<std::size_t> answered_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace daybook::torture
