// Chance from a seed: the same numbers on every machine, and a throw of its own for each purpose,
// so that one more throw somewhere changes nothing elsewhere. Used by one thread.
#pragma once

#include <cstdint>

namespace daybook::torture {

class Dice {
 public:
  // The throws of this seed for one purpose: a command's number, a fault's.
  Dice(std::uint64_t seed, std::uint64_t purpose)
      : state_(mixed(seed) ^ mixed(purpose + kOneStep)) {}

  [[nodiscard]] std::uint64_t next() { return mixed(state_ += kOneStep); }
  // 0 to limit - 1.
  [[nodiscard]] std::size_t below(std::size_t limit) { return next() % limit; }
  // Both ends included.
  template <typename Number>
  [[nodiscard]] Number between(Number least, Number most) {
    return least + static_cast<Number>(below(static_cast<std::size_t>(most - least) + 1));
  }
  [[nodiscard]] bool one_in(std::size_t times) { return below(times) == 0; }

 private:
  static constexpr std::uint64_t kOneStep = 0x9e3779b97f4a7c15U;

  // SplitMix64.
  static std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
  }

  std::uint64_t state_;
};

}  // namespace daybook::torture
