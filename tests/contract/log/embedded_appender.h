// What the appending process and the tests that run it agree on.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

namespace daybook::test {

inline constexpr std::uint32_t kAppenderPartitions = 2;
using Ends = std::array<std::uint64_t, kAppenderPartitions>;

struct Acknowledged {
  std::uint32_t partition = 0;
  std::uint64_t end = 0;  // everything below is acknowledged
};

// The record that is appended at this place.
[[nodiscard]] inline std::string appended_record(std::uint32_t partition, std::uint64_t offset) {
  return "record " + std::to_string(partition) + "/" + std::to_string(offset) +
         std::string(offset * 37 % 3000, '.');
}

// Runs the appender on `folder`. With `groups` it appends so many and dies; without, it is killed
// (-9) as soon as it has told `kill_after` acknowledgements. Raises `ends` to what it has told.
void run_appender(const std::filesystem::path& folder, std::uint32_t seed, std::size_t groups,
                  std::size_t kill_after, Ends& ends);

}  // namespace daybook::test
