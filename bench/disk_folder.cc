#include "bench/disk_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "bench/figures.h"
#include "bench/must.h"

namespace daybook::bench {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_at(const fs::path& path, const std::string& why) {
  give_up({ErrorKind::kUnavailable, "bench.folder", path.string() + ": " + why, ""});
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
  struct statfs system {};
  if (error || ::statfs(path_.c_str(), &system) != 0) fail_at(path_, "cannot be used");
  if (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC) {
    fs::remove_all(path_, error);
    fail_at(path_, "that is memory; set TMPDIR to a folder on a disk");
  }
}

DiskFolder::~DiskFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
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
