#include "bench/disk_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/figures.h"
#include "bench/must.h"

namespace daybook::bench {
namespace {

namespace fs = std::filesystem;

using Kind = decltype(std::declval<struct statfs>().f_type);

constexpr std::array kNamed{
    std::pair<Kind, std::string_view>{EXT4_SUPER_MAGIC, "ext4"},  // or one of those before it
    std::pair<Kind, std::string_view>{XFS_SUPER_MAGIC, "xfs"},
    std::pair<Kind, std::string_view>{BTRFS_SUPER_MAGIC, "btrfs"},
    std::pair<Kind, std::string_view>{F2FS_SUPER_MAGIC, "f2fs"},
    std::pair<Kind, std::string_view>{OVERLAYFS_SUPER_MAGIC, "overlay"},
};

[[noreturn]] void fail_at(const fs::path& path, const std::string& why) {
  give_up({ErrorKind::kUnavailable, "bench.folder", path.string() + ": " + why, ""});
}

Kind kind_of(const fs::path& path) {
  struct statfs system {};
  if (::statfs(path.c_str(), &system) != 0) fail_at(path, "cannot be used");
  return system.f_type;
}

fs::path parent_folder() {
  const char* given = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe)
  return given == nullptr ? "/var/tmp" : given;
}

}  // namespace

DiskFolder::DiskFolder(const std::string& name)
    : path_(parent_folder() / fmt::format("daybook-{}-{}", name, ::getpid())) {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) fail_at(path_, "cannot be used");
  const Kind kind = kind_of(path_);
  if (kind == TMPFS_MAGIC || kind == RAMFS_MAGIC) {
    fs::remove_all(path_, error);
    fail_at(path_, "that is memory; set TMPDIR to a folder on a disk");
  }
}

DiskFolder::~DiskFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string DiskFolder::file_system() const {
  const Kind kind = kind_of(path_);
  for (const auto& [named, name] : kNamed) {
    if (kind == named) return std::string(name);
  }
  return fmt::format("file system {:#x}", kind);
}

double DiskFolder::sync_microseconds() const {
  constexpr int kWrites = 200;
  const fs::path probe = path_ / "probe";
  const int file = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::vector<char> block(8'192, 'x');
  std::vector<double> times;
  for (int i = 0; i < kWrites; ++i) {
    const Stopwatch time;
    if (::write(file, block.data(), block.size()) < 0 || ::fdatasync(file) != 0)
      fail_at(probe, "cannot be written");
    times.push_back(time.seconds() * 1e6);
  }
  ::close(file);
  fs::remove(probe);
  return percentile(std::move(times), 0.5);
}

}  // namespace daybook::bench
