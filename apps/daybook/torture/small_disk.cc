#include "apps/daybook/torture/small_disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <vector>

#include "infra/postgres/process.h"

namespace daybook::torture {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kBytes = 2048U << 20U;  // sparse: takes what is written
constexpr off_t kLargestPiece = 64 << 20;

tl::unexpected<Error> impossible(const std::string& why) {
  return fail(
      ErrorKind::kUnavailable, "torture.no_small_disk",
      "no small file system can be mounted here, which takes root and a loop device: " + why);
}

Result<void> run_tool(const std::vector<std::string>& arguments) {
  DAYBOOK_ASSIGN(done, postgres::run_process(arguments));
  return done.exit_code == 0 ? Result<void>() : impossible(arguments.front() + ": " + done.output);
}

}  // namespace

Result<SmallDisk> SmallDisk::mount(const fs::path& image, const fs::path& folder) {
  if (::geteuid() != 0) return impossible("this is not root");
  std::error_code error;
  fs::create_directories(folder, error);
  std::ofstream(image).close();
  fs::resize_file(image, kBytes, error);
  if (error) return impossible(error.message());
  DAYBOOK_TRY(run_tool({"mkfs.ext4", "-q", "-F", "-m", "0", image.string()}));
  DAYBOOK_TRY(run_tool({"mount", "-o", "loop", image.string(), folder.string()}));
  return SmallDisk(folder);
}

SmallDisk::~SmallDisk() {
  if (folder_.empty()) return;
  empty();
  // Lazily if something still looks at it: a log file that somebody reads.
  if (!run_tool({"umount", folder_.string()})) (void)run_tool({"umount", "-l", folder_.string()});
}

Result<void> SmallDisk::fill() const {
  const int file = ::open(ballast().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return fail(ErrorKind::kUnavailable, "torture.files", "cannot make the ballast");
  off_t end = 0;
  for (off_t piece = kLargestPiece; piece >= 4096; piece /= 2) {
    while (::fallocate(file, 0, end, piece) == 0) end += piece;
  }
  std::array<char, 512> bytes{};
  while (::pwrite(file, bytes.data(), bytes.size(), end) > 0) end += bytes.size();
  const bool full = errno == ENOSPC;
  ::close(file);
  if (full) return {};
  return fail(ErrorKind::kUnavailable, "torture.files", "the small disk did not get full");
}

void SmallDisk::empty() const {
  std::error_code ignored;
  fs::remove(ballast(), ignored);
}

}  // namespace daybook::torture
