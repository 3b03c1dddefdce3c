// What a private cluster does with files and folders. Internal.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "domain/core/result.h"
#include "infra/postgres/server_programs.h"

namespace daybook::postgres {

[[nodiscard]] Error cluster_io_error(const std::string& what, const std::string& why);

// Makes the folder and its parents; with an owner it is that user's alone.
[[nodiscard]] Result<void> make_folder(const std::filesystem::path& folder,
                                       const ServerUser* owner = nullptr);
// A file, or a folder with all that it holds; succeeds when there is none.
[[nodiscard]] Result<void> remove_path(const std::filesystem::path& path);

// The end of a log, as much as fits into a message; "" when there is none.
[[nodiscard]] std::string tail_of(const std::filesystem::path& path);

// The version of PostgreSQL that made the cluster; nullopt when there is no cluster.
[[nodiscard]] std::optional<int> major_version_of(const std::filesystem::path& data);

// Keeps two processes from creating, starting or stopping one cluster at the same time; released at
// the end of the scope, or of the process.
class FolderLock {
 public:
  [[nodiscard]] static Result<FolderLock> take(const std::filesystem::path& data_folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

}  // namespace daybook::postgres
