#include "infra/postgres/private_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

namespace daybook::postgres {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

Error file_error(const std::filesystem::path& path, const char* what) {
  return Error{ErrorKind::kUnavailable,
               "file.io",
               std::string("cannot ") + what + " " + path.string() + ": " + std::strerror(errno),
               {}};
}

bool write_all(int file, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::write(file, text.data() + done, text.size() - done);
    if (count < 0 && errno != EINTR) {
      return false;
    }
    done += count < 0 ? 0 : static_cast<std::size_t>(count);
  }
  return ::fsync(file) == 0;
}

}  // namespace

Result<void> write_private_file(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::path fresh = path;
  fresh += ".new";
  ::unlink(fresh.c_str());
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly);
  if (file < 0) {
    return fail(file_error(fresh, "create"));
  }
  const bool written = write_all(file, text);
  if (::close(file) != 0 || !written) {
    return fail(file_error(fresh, "write"));
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    return fail(file_error(path, "replace"));
  }
  return {};
}

Result<std::optional<std::string>> read_private_file(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return std::optional<std::string>();
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file) {
    return fail(file_error(path, "read"));
  }
  text << file.rdbuf();
  return std::optional<std::string>(text.str());
}

Result<void> write_settings(const std::filesystem::path& path, const Settings& settings) {
  std::string text;
  for (const auto& [key, value] : settings) {
    text.append(key).append("=").append(value).append("\n");
  }
  return write_private_file(path, text);
}

Result<Settings> read_settings(const std::filesystem::path& path) {
  DAYBOOK_ASSIGN(text, read_private_file(path));
  Settings settings;
  std::istringstream lines(text.value_or(""));
  for (std::string line; std::getline(lines, line);) {
    if (const std::size_t equals = line.find('='); equals != std::string::npos) {
      settings[line.substr(0, equals)] = line.substr(equals + 1);
    }
  }
  return settings;
}

Result<std::string> random_hex(std::size_t bytes) {
  std::vector<unsigned char> raw(bytes);
  if (::getentropy(raw.data(), raw.size()) != 0) {
    return fail(ErrorKind::kUnavailable, "random.unavailable",
                std::string("the operating system gives no randomness: ") + std::strerror(errno));
  }
  constexpr std::array<char, 16> kDigits{'0', '1', '2', '3', '4', '5', '6', '7',
                                         '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
  std::string text;
  for (const unsigned char byte : raw) {
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 15U]);
  }
  return text;
}

}  // namespace daybook::postgres
