// A small real file system for the data folder, that can be filled to its last byte: an image file
// mounted through a loop device, which takes root.
//
// Unmounted by its destructor; whatever used it must have ended. Used by one thread.
#pragma once

#include <filesystem>

#include "domain/core/result.h"

namespace daybook::torture {

class SmallDisk {
 public:
  // Mounts `image`, which is made, at `folder`, which is made too. kUnavailable
  // "torture.no_small_disk" where that cannot be done.
  [[nodiscard]] static Result<SmallDisk> mount(const std::filesystem::path& image,
                                               const std::filesystem::path& folder);
  SmallDisk(SmallDisk&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}
  SmallDisk& operator=(SmallDisk&&) = delete;
  ~SmallDisk();

  // Until nothing more can be written; `empty` takes what was written away.
  [[nodiscard]] Result<void> fill() const;
  void empty() const;

 private:
  explicit SmallDisk(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::filesystem::path ballast() const { return folder_ / "ballast"; }

  std::filesystem::path folder_;
};

}  // namespace daybook::torture
