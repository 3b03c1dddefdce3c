#include "infra/rocksdb/disk_room.h"

#include <rocksdb/env.h>
#include <sys/statvfs.h>

#include <cstdint>
#include <memory>

namespace daybook::rocks {
namespace {

// More than a group of appends, or a batch of states, takes with all that RocksDB does meanwhile.
constexpr std::uintmax_t kRoomBytes = 32U << 20U;

class Silent final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

}  // namespace

Result<void> require_room(const std::filesystem::path& folder, const std::string& code) {
  struct statvfs disk {};
  // Who cannot tell is not in the way.
  if (::statvfs(folder.c_str(), &disk) != 0) return {};
  const std::uintmax_t free = std::uintmax_t{disk.f_bavail} * disk.f_frsize;
  if (free >= kRoomBytes) return {};
  return fail(ErrorKind::kUnavailable, code,
              folder.string() + ": the disk is full, " + std::to_string(free >> 20U) +
                  " MiB are left of the " + std::to_string(kRoomBytes >> 20U) +
                  " that are needed; make room, and it goes on by itself");
}

bool is_damage(const rocksdb::Status& status) {
  return status.IsCorruption() || status.IsPathNotFound();
}

rocksdb::Options plain_options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.max_open_files = 256;
  options.info_log = std::make_shared<Silent>();
  return options;
}

}  // namespace daybook::rocks
