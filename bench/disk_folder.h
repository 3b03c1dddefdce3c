// A folder for a measurement that is about durable writes.
#pragma once

#include <filesystem>
#include <string>

namespace daybook::bench {

// Made in TMPDIR, otherwise /var/tmp, and removed with everything in it in the end. Ends the
// program where that is memory instead of a disk: nothing is durable there.
class DiskFolder {
 public:
  explicit DiskFolder(const std::string& name);
  ~DiskFolder();
  DiskFolder(const DiskFolder&) = delete;
  DiskFolder& operator=(const DiskFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  // What one synced write of 8 kB costs here: what the figures depend on most.
  [[nodiscard]] double sync_microseconds() const;
  // "ext4"; of one that has no name here, its number.
  [[nodiscard]] std::string file_system() const;

 private:
  std::filesystem::path path_;
};

}  // namespace daybook::bench
