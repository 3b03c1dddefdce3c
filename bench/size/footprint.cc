#include "bench/size/footprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

namespace daybook::bench {
namespace {

namespace fs = std::filesystem;

constexpr double kMega = 1'000'000;

double resident_mb(const fs::path& process) {
  std::ifstream status(process / "status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) * 1024 / kMega;
  }
  return 0;
}

// Files may come and go meanwhile.
double disk_mb(const fs::path& folder) {
  std::error_code error;
  double bytes = 0;
  for (fs::recursive_directory_iterator each(folder, error), end; !error && each != end;
       each.increment(error)) {
    const auto size = each->is_regular_file(error) ? each->file_size(error) : 0;
    if (!error) bytes += static_cast<double>(size);
    error.clear();
  }
  return bytes / kMega;
}

}  // namespace

Footprint footprint(pid_t process, const fs::path& data_folder, std::size_t commands) {
  const fs::path proc = fs::path("/proc") / std::to_string(process);
  std::error_code ignored;
  const auto handles = std::distance(fs::directory_iterator(proc / "fd", ignored), {});
  return {commands,
          resident_mb(proc),
          static_cast<std::size_t>(handles),
          disk_mb(data_folder / "log"),
          disk_mb(data_folder / "state"),
          disk_mb(data_folder / "postgres")};
}

void plot(const std::vector<Footprint>& footprints) {
  constexpr double kBar = 40;
  double most = 1;
  for (const Footprint& each : footprints) most = std::max(most, each.memory_mb);
  fmt::print("\n{:>12} {:>9} {:>8} {:>9} {:>9} {:>10}\n", "commands", "memory MB", "handles",
             "log MB", "state MB", "tables MB");
  for (const Footprint& each : footprints)
    fmt::print("{:>12} {:>9.1f} {:>8} {:>9.1f} {:>9.1f} {:>10.1f}  {}\n", each.commands,
               each.memory_mb, each.handles, each.log_mb, each.state_mb, each.tables_mb,
               std::string(static_cast<std::size_t>(each.memory_mb / most * kBar), '#'));
}

}  // namespace daybook::bench
