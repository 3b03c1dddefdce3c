// A small file that says how far the embedded log had got when somebody was told: the log may be
// longer, never shorter.
//
// One pair of checksummed slots per partition, written in turn, so that a torn write leaves the
// other slot. Written before answers go out, not synced: it has to survive the process, not the
// machine (what the machine loses after a synced log write is only this hint). But it is made with
// all of its slots, and synced, before the log has anything: so one that is shorter was cut.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "domain/core/result.h"

namespace daybook::log {

struct WitnessEntry {
  std::uint64_t end_offset = 0;     // the log had at least this many records
  std::uint64_t last_checksum = 0;  // of the record at end_offset - 1
  friend bool operator==(const WitnessEntry&, const WitnessEntry&) = default;
};

class Witness {
 public:
  Witness() = default;
  ~Witness();
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  // Opens or creates the file. kCorrupt "witness.damaged", with the byte, if the file was cut, or
  // if a partition has entries and none is intact.
  [[nodiscard]] Result<void> open(const std::filesystem::path& path, std::uint32_t partition_count);
  // What was found on opening that does no harm by itself: a slot that is damaged beside one that
  // is not.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
  [[nodiscard]] std::optional<WitnessEntry> entry(std::uint32_t partition) const;
  [[nodiscard]] Result<void> write(std::uint32_t partition, const WitnessEntry& entry);

 private:
  [[nodiscard]] Result<void> check_size(std::uint32_t partition_count) const;
  [[nodiscard]] Result<void> load(std::uint32_t partition);

  struct Slot {
    std::uint64_t counter = 0;
    std::optional<WitnessEntry> entry;
  };
  int file_ = -1;
  std::filesystem::path path_;
  std::vector<Slot> newest_;
  std::vector<std::string> notes_;
};

}  // namespace daybook::log
