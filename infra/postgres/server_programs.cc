#include "infra/postgres/server_programs.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>

#include "infra/postgres/process.h"

namespace daybook::postgres {
namespace {

constexpr const char* kDebianFolder = "/usr/lib/postgresql";
constexpr const char* kServerUserName = "postgres";

int leading_number(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::map<int, std::filesystem::path> debian_versions() {
  std::map<int, std::filesystem::path> versions;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(kDebianFolder, error)) {
    const int version = leading_number(entry.path().filename().string());
    if (version >= kOldestMajorVersion &&
        std::filesystem::exists(entry.path() / "bin/initdb", error)) {
      versions[version] = entry.path() / "bin";
    }
  }
  return versions;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// "PostgreSQL 16.2 (Ubuntu ...)" is 16.
std::map<int, std::filesystem::path> version_in_path() {
  const auto version = run_process({"pg_config", "--version"});
  const auto folder = run_process({"pg_config", "--bindir"});
  if (!version || !folder || version->exit_code != 0 || folder->exit_code != 0) {
    return {};
  }
  const std::size_t digit = version->output.find_first_of("0123456789");
  const int number = digit == std::string::npos
                         ? 0
                         : leading_number(std::string_view(version->output).substr(digit));
  const std::filesystem::path bin = first_line(folder->output);
  std::error_code error;
  if (number < kOldestMajorVersion || !std::filesystem::exists(bin / "initdb", error)) {
    return {};
  }
  return {{number, bin}};
}

}  // namespace

Result<std::filesystem::path> find_server_programs(std::optional<int> major_version) {
  auto versions = debian_versions();
  if (versions.empty() || (major_version && !versions.contains(*major_version))) {
    versions.merge(version_in_path());
  }
  if (major_version && !versions.contains(*major_version)) {
    return fail(
        ErrorKind::kInvalid, "cluster.version_missing",
        "the private cluster was made by PostgreSQL " + std::to_string(*major_version) +
            ", which is not installed any more: install it, or set DATABASE_URL to another server");
  }
  if (versions.empty()) {
    return fail(ErrorKind::kInvalid, "cluster.not_installed",
                "no PostgreSQL server of version 15 or later is installed (package postgresql): "
                "install it, or set "
                "DATABASE_URL to a server");
  }
  return major_version ? versions.at(*major_version) : versions.rbegin()->second;
}

Result<ServerUser> ServerUser::current() {
  ServerUser user;
  if (::geteuid() != 0) {
    return user;
  }
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(kServerUserName, &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr) {
    return fail(ErrorKind::kInvalid, "cluster.no_server_user",
                "PostgreSQL does not run as root, and this machine has no user \"postgres\" to run "
                "it: install the "
                "package postgresql, run daybook as another user, or set DATABASE_URL to a server");
  }
  user.is_other_ = true;
  user.user_id_ = entry.pw_uid;
  user.group_id_ = entry.pw_gid;
  return user;
}

std::vector<std::string> ServerUser::command(std::vector<std::string> arguments) const {
  if (!is_other_) {
    return arguments;
  }
  std::vector<std::string> command{"setpriv", "--reuid=" + std::to_string(user_id_),
                                   "--regid=" + std::to_string(group_id_), "--init-groups", "--"};
  command.insert(command.end(), std::make_move_iterator(arguments.begin()),
                 std::make_move_iterator(arguments.end()));
  return command;
}

Result<void> ServerUser::give(const std::filesystem::path& path) const {
  if (is_other_ && ::lchown(path.c_str(), user_id_, group_id_) != 0) {
    return fail(ErrorKind::kUnavailable, "file.io",
                "cannot give " + path.string() + " to postgres: " + std::strerror(errno));
  }
  return {};
}

bool ServerUser::can_write(const std::filesystem::path& folder) const {
  const auto tested = run_process(command({"test", "-w", folder.string()}));
  return tested.has_value() && tested->exit_code == 0;
}

}  // namespace daybook::postgres
