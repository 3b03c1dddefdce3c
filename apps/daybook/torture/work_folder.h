// The folder of an installation under torture: the data folder in it, on a small disk where that
// can be had, and what the engine says. Removed in the end unless it is kept.
//
// Used by one thread; what works in it must have ended before it goes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "apps/daybook/torture/small_disk.h"

namespace daybook::torture {

class WorkFolder {
 public:
  // `path` must not be there yet.
  [[nodiscard]] static Result<WorkFolder> make(const std::filesystem::path& path);
  WorkFolder(WorkFolder&& other) noexcept
      : path_(std::exchange(other.path_, {})),
        disk_(std::move(other.disk_)),
        no_disk_(std::move(other.no_disk_)),
        kept_(other.kept_) {}
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path data() const { return path_ / "data"; }
  [[nodiscard]] std::filesystem::path engine_output() const { return path_ / "engine.log"; }
  // Null, and why, if no file system could be mounted.
  [[nodiscard]] const SmallDisk* disk() const { return disk_ ? &*disk_ : nullptr; }
  [[nodiscard]] const std::string& no_disk() const { return no_disk_; }
  void keep() { kept_ = true; }

 private:
  explicit WorkFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
  std::optional<SmallDisk> disk_;
  std::string no_disk_;
  bool kept_ = false;
};

}  // namespace daybook::torture
