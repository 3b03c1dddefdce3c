// Waiting for what another thread or process does.
#pragma once

#include <chrono>
#include <thread>

namespace daybook::test {

// Spins until the condition holds; false after half a minute.
template <class Condition>
[[nodiscard]] bool wait_until(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace daybook::test
