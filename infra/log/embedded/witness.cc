#include "infra/log/embedded/witness.h"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace daybook::log {
namespace {

constexpr std::uint64_t kSlotMagic = 0x315353454e544957;  // "WITNESS1"
constexpr std::size_t kWords = 5;  // magic, counter, end offset, last checksum, checksum
using SlotWords = std::array<std::uint64_t, kWords>;
constexpr std::size_t kSlotSize = sizeof(SlotWords);

off_t slot_offset(std::uint32_t partition, std::uint64_t counter) {
  return static_cast<off_t>((partition * 2 + counter % 2) * kSlotSize);
}

std::uint64_t checksum(const SlotWords& words) {
  return XXH3_64bits(words.data(), kSlotSize - sizeof(std::uint64_t));
}

tl::unexpected<Error> io_failure(const std::filesystem::path& path) {
  return fail(ErrorKind::kUnavailable, "witness.io", path.string() + ": " + std::strerror(errno));
}

}  // namespace

Witness::~Witness() {
  if (file_ >= 0) ::close(file_);
}

Result<void> Witness::open(const std::filesystem::path& path, std::uint32_t partition_count) {
  path_ = path;
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) return io_failure(path_);
  newest_.assign(partition_count, {});
  for (std::uint32_t partition = 0; partition < partition_count; ++partition)
    DAYBOOK_TRY(load(partition));
  return {};
}

Result<void> Witness::load(std::uint32_t partition) {
  bool written = false;
  std::string damaged;
  for (std::uint64_t which = 0; which < 2; ++which) {
    SlotWords words{};
    const ssize_t size = ::pread(file_, words.data(), kSlotSize, slot_offset(partition, which));
    if (size < 0) return io_failure(path_);
    if (static_cast<std::size_t>(size) < kSlotSize) continue;
    if (words == SlotWords{}) continue;
    written = true;
    if (words[0] != kSlotMagic || words[kWords - 1] != checksum(words)) {
      damaged = path_.string() + ": the slot at byte " +
                std::to_string(slot_offset(partition, which)) +
                " is damaged; the log is compared with the other slot of partition " +
                std::to_string(partition);
      continue;
    }
    if (newest_[partition].entry && words[1] < newest_[partition].counter) continue;
    newest_[partition] = {words[1], WitnessEntry{words[2], words[3]}};
  }
  if (!damaged.empty() && newest_[partition].entry) notes_.push_back(std::move(damaged));
  if (!written || newest_[partition].entry) return {};
  return fail(ErrorKind::kCorrupt, "witness.damaged",
              path_.string() + ": the entries of partition " + std::to_string(partition) +
                  " are damaged; compare the log with a copy before you remove this file");
}

std::optional<WitnessEntry> Witness::entry(std::uint32_t partition) const {
  return newest_.at(partition).entry;
}

Result<void> Witness::write(std::uint32_t partition, const WitnessEntry& entry) {
  Slot& slot = newest_.at(partition);
  slot.counter += 1;
  slot.entry = entry;
  SlotWords words{kSlotMagic, slot.counter, entry.end_offset, entry.last_checksum, 0};
  words[kWords - 1] = checksum(words);
  if (::pwrite(file_, words.data(), kSlotSize, slot_offset(partition, slot.counter)) !=
      static_cast<ssize_t>(kSlotSize)) {
    return io_failure(path_);
  }
  return {};
}

}  // namespace daybook::log
