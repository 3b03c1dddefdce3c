#include "infra/log/embedded/witness.h"

#include <fcntl.h>
#include <sys/stat.h>
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
  return static_cast<off_t>((std::size_t{partition} * 2 + counter % 2) * kSlotSize);
}

off_t file_size(std::uint32_t partition_count) { return slot_offset(partition_count, 0); }

std::uint64_t checksum(const SlotWords& words) {
  return XXH3_64bits(words.data(), kSlotSize - sizeof(std::uint64_t));
}

tl::unexpected<Error> io_failure(const std::filesystem::path& path) {
  return fail(ErrorKind::kUnavailable, "witness.io", path.string() + ": " + std::strerror(errno));
}

tl::unexpected<Error> damage(const std::filesystem::path& path, const std::string& what) {
  return fail(
      ErrorKind::kCorrupt, "witness.damaged",
      path.string() + ": " + what + "; compare the log with a copy before you remove this file");
}

Result<void> synced(const std::filesystem::path& path, int flags, off_t size) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (file < 0) return io_failure(path);
  const bool done = (size == 0 || ::ftruncate(file, size) == 0) && ::fsync(file) == 0;
  const int error = errno;
  ::close(file);
  errno = error;
  return done ? Result<void>() : io_failure(path);
}

// All of its slots or none of it, whenever the process or the machine stops.
Result<void> create(const std::filesystem::path& path, off_t size) {
  const std::filesystem::path fresh = path.string() + ".new";
  DAYBOOK_TRY(synced(fresh, O_WRONLY | O_CREAT | O_TRUNC, size));
  if (::rename(fresh.c_str(), path.c_str()) != 0) return io_failure(path);
  return synced(path.parent_path(), O_RDONLY | O_DIRECTORY, 0);
}

}  // namespace

Witness::~Witness() {
  if (file_ >= 0) ::close(file_);
}

Result<void> Witness::open(const std::filesystem::path& path, std::uint32_t partition_count) {
  path_ = path;
  if (!std::filesystem::exists(path)) DAYBOOK_TRY(create(path, file_size(partition_count)));
  file_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file_ < 0) return io_failure(path_);
  DAYBOOK_TRY(check_size(partition_count));
  newest_.assign(partition_count, {});
  for (std::uint32_t partition = 0; partition < partition_count; ++partition)
    DAYBOOK_TRY(load(partition));
  return {};
}

Result<void> Witness::check_size(std::uint32_t partition_count) const {
  struct stat status {};
  if (::fstat(file_, &status) != 0) return io_failure(path_);
  if (status.st_size >= file_size(partition_count)) return {};
  return damage(path_, "cut at byte " + std::to_string(status.st_size) + " of " +
                           std::to_string(file_size(partition_count)));
}

Result<void> Witness::load(std::uint32_t partition) {
  bool written = false;
  std::string damaged;
  for (std::uint64_t which = 0; which < 2; ++which) {
    SlotWords words{};
    if (::pread(file_, words.data(), kSlotSize, slot_offset(partition, which)) !=
        static_cast<ssize_t>(kSlotSize))
      return io_failure(path_);
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
  return damage(path_, "the entries of partition " + std::to_string(partition) + ", from byte " +
                           std::to_string(slot_offset(partition, 0)) + " on, are damaged");
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
