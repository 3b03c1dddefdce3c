#include "infra/postgres/cluster_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

namespace daybook::postgres {

namespace fs = std::filesystem;

Error cluster_io_error(const std::string& what, const std::string& why) {
  return Error{ErrorKind::kUnavailable, "cluster.io", what + ": " + why, {}};
}

Result<void> make_folder(const fs::path& folder, const ServerUser* owner) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return fail(cluster_io_error("cannot create " + folder.string(), error.message()));
  }
  if (owner != nullptr) {
    fs::permissions(folder, fs::perms::owner_all, error);
    return owner->give(folder);
  }
  return {};
}

Result<void> remove_path(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) {
    return fail(cluster_io_error("cannot remove " + path.string(), error.message()));
  }
  return {};
}

std::string tail_of(const fs::path& path) {
  constexpr std::size_t kTailBytes = 2000;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  return all.size() > kTailBytes ? all.substr(all.size() - kTailBytes) : all;
}

std::optional<int> major_version_of(const fs::path& data) {
  std::ifstream file(data / "PG_VERSION");
  int version = 0;
  return file >> version ? std::optional<int>(version) : std::nullopt;
}

Result<FolderLock> FolderLock::take(const fs::path& data_folder) {
  DAYBOOK_TRY(make_folder(data_folder));
  const fs::path path = data_folder / "postgres.lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) {
    return fail(cluster_io_error("cannot open " + path.string(), std::strerror(errno)));
  }
  FolderLock lock(file);
  while (::flock(file, LOCK_EX) != 0) {
    if (errno != EINTR) {
      return fail(cluster_io_error("cannot lock " + path.string(), std::strerror(errno)));
    }
  }
  return lock;
}

FolderLock::FolderLock(FolderLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

FolderLock::~FolderLock() {
  if (file_ >= 0) {
    ::close(file_);
  }
}

}  // namespace daybook::postgres
