// What a running engine takes: memory, handles, disk.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <vector>

namespace daybook::bench {

struct Footprint {
  std::size_t commands = 0;  // answered until then
  double memory_mb = 0;      // resident, of the process alone
  std::size_t handles = 0;   // open files and sockets
  double log_mb = 0;
  double state_mb = 0;  // the snapshots of both sides
  double tables_mb = 0;
};

// Of the engine with this process and data folder, now.
[[nodiscard]] Footprint footprint(pid_t process, const std::filesystem::path& data_folder,
                                  std::size_t commands);

// A line for each, with a bar for the memory.
void plot(const std::vector<Footprint>& footprints);

}  // namespace daybook::bench
