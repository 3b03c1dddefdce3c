#include "apps/daybook/torture/work_folder.h"

namespace daybook::torture {
namespace {

namespace fs = std::filesystem;

constexpr const char* kImage = "disk.img";

}  // namespace

Result<WorkFolder> WorkFolder::make(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path / "data", error);
  if (error)
    return fail(ErrorKind::kUnavailable, "data.folder", path.string() + ": " + error.message());
  WorkFolder folder(path);
  auto disk = SmallDisk::mount(path / kImage, folder.data());
  if (disk) {
    folder.disk_.emplace(*std::move(disk));
  } else {
    folder.no_disk_ = disk.error().detail;
  }
  return folder;
}

WorkFolder::~WorkFolder() {
  if (path_.empty()) return;
  disk_.reset();
  std::error_code ignored;
  if (!kept_) fs::remove_all(path_, ignored);
}

}  // namespace daybook::torture
