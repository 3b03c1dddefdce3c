// `daybook torture`: real load on a real engine that is hurt again and again, and the proof after
// each time that nothing was lost, invented or told wrongly.
//
// It works in a folder of its own with an embedded log and a private PostgreSQL, whatever the
// environment says, and touches nothing else. Everything is chosen by the seed, so that a seed
// gives the same commands and the same faults; when each hits is up to the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace daybook::torture {

struct Options {
  std::size_t faults = 34;
  std::size_t per_installation = 18;  // then another one begins anew
  std::vector<std::string> kinds;     // empty: all
  std::optional<std::uint64_t> seed;  // absent: one by chance
  std::filesystem::path folder;       // has to be empty or absent; empty: a temporary one
  std::filesystem::path program = "/proc/self/exe";
  std::size_t commands_in_flight = 100;  // never fewer while the load runs
  bool require_all = false;              // a kind that cannot be done here is a failure
  bool keep = false;                     // the folder, although all went well
  bool json = false;
};

// The names of all kinds, in the order in which they are listed.
[[nodiscard]] std::vector<std::string> kind_names();

// The exit code: 0 nothing wrong, 1 it could not be done, 2 something is wrong with the engine.
[[nodiscard]] int run_torture(const Options& options);

}  // namespace daybook::torture
