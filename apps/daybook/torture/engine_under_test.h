// An engine in a process of its own, as `daybook up` runs it, that can be told to hurt itself.
//
// It is this very program, as `daybook torture-engine`: what it is told comes through its standard
// input, a line each ("kill POINT COUNT", "clock MILLISECONDS"). It listens at the same address
// after each start, writes to a file, and dies with the object. Used by one thread; bounded waits.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

#include "domain/core/result.h"

namespace daybook::torture {

// What a page of /metrics says, by name and labels as they stand there.
[[nodiscard]] std::map<std::string, double> figures_in(const std::string& page);

class EngineUnderTest {
 public:
  struct Place {
    std::filesystem::path program;
    std::filesystem::path data_folder;
    std::filesystem::path output;  // appended to
    std::string address;
    std::string command = "torture-engine";
  };

  explicit EngineUnderTest(Place place) : place_(std::move(place)) {}
  ~EngineUnderTest();  // kills it
  EngineUnderTest(const EngineUnderTest&) = delete;
  EngineUnderTest& operator=(const EngineUnderTest&) = delete;

  // Unless it runs. Returns at once; await_ready tells when it works.
  [[nodiscard]] Result<void> start();
  // Until commands are decided and the tables follow closely: /readyz. kUnavailable with what it
  // says, or that it has ended.
  [[nodiscard]] Result<void> await_ready(std::chrono::seconds limit);
  // Until no table is behind.
  [[nodiscard]] Result<void> await_no_lag(std::chrono::seconds limit) const;
  // What /metrics says.
  [[nodiscard]] Result<std::map<std::string, double>> figures() const;

  [[nodiscard]] Result<void> tell(const std::string& line) const;
  void signal(int number) const;
  void kill();
  [[nodiscard]] bool runs();
  // Until it has ended; its exit code, 128 + signal when a signal ended it.
  [[nodiscard]] Result<int> await_end(std::chrono::seconds limit);

  [[nodiscard]] const Place& place() const { return place_; }
  [[nodiscard]] pid_t process() const { return process_; }  // -1: it has not been started

 private:
  void close_input();

  Place place_;
  pid_t process_ = -1;
  int input_ = -1;
  int exit_code_ = 0;
};

// Looks, bounded by `limit`, until the condition holds; false if it does not.
template <class Condition>
[[nodiscard]] bool await(const Condition& condition, std::chrono::milliseconds limit);

// Waits that long: where time itself is the fault.
void let_pass(std::chrono::milliseconds time);

template <class Condition>
bool await(const Condition& condition, std::chrono::milliseconds limit) {
  constexpr std::chrono::milliseconds kLook{10};
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    let_pass(kLook);
  }
  return true;
}

}  // namespace daybook::torture
