#include "infra/postgres/postmaster.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

namespace daybook::postgres {
namespace {

constexpr int kFirstPort = 20000;  // the kernel gives 32768 and up to outgoing connections
constexpr int kPortCount = 12000;
constexpr int kNoSuchProcess = 99999999;  // above the kernel's highest process number, 4194304

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::optional<int> noted_process(const std::filesystem::path& data) {
  const std::string text = read_text(data / "postmaster.pid");
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number > 0 ? std::optional<int>(number) : std::nullopt;
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  return hash;
}

std::optional<int> find_postmaster(const std::filesystem::path& data) {
  const std::optional<int> process = noted_process(data);
  if (!process) {
    return std::nullopt;
  }
  // The command line is readable for everybody, unlike the process's folder; it is empty for a
  // zombie.
  const std::string command = read_text("/proc/" + std::to_string(*process) + "/cmdline");
  const std::string folder_argument = std::string(1, '\0') + data.string() + '\0';
  const bool ours = command.find("postgres") != std::string::npos &&
                    command.find(folder_argument) != std::string::npos;
  return ours ? process : std::nullopt;
}

Result<void> disarm_stale_pid_file(const std::filesystem::path& data) {
  const std::filesystem::path path = data / "postmaster.pid";
  const std::optional<int> process = noted_process(data);
  std::error_code error;
  // Perhaps somebody has just started it.
  if (!process || find_postmaster(data) ||
      !std::filesystem::exists("/proc/" + std::to_string(*process), error)) {
    return {};
  }
  const std::string text = read_text(path);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << kNoSuchProcess << text.substr(std::min(text.find('\n'), text.size()));
  file.close();
  if (!file) {
    return fail(ErrorKind::kUnavailable, "file.io", "cannot rewrite " + path.string());
  }
  return {};
}

bool is_port_free(int port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) {
    return false;
  }
  // As PostgreSQL does, so that connections of an earlier run that linger in TIME_WAIT do not
  // count.
  const int reuse = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
  const sockaddr_in address = loopback(port);
  const bool free =
      ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      ::listen(listener, 1) == 0;
  ::close(listener);
  return free;
}

Result<int> free_port(int first) {
  for (int step = 0; step < kPortCount; ++step) {
    const int port = kFirstPort + (first - kFirstPort + step) % kPortCount;
    if (is_port_free(port)) {
      return port;
    }
  }
  return fail(
      ErrorKind::kUnavailable, "cluster.no_port",
      "no TCP port is free on 127.0.0.1 between 20000 and 31999: is the loopback interface up?");
}

int preferred_port(const std::filesystem::path& data_folder) {
  return kFirstPort + static_cast<int>(fnv1a(data_folder.string()) % kPortCount);
}

std::string configuration_text(int port) {
  return "# Written by Daybook at each start of the cluster; put your own settings into "
         "postgresql.conf below the include.\n"
         "listen_addresses = '127.0.0.1'\n"
         "port = " +
         std::to_string(port) +
         "\n"
         "unix_socket_directories = ''\n"
         "max_connections = 100\n"
         "shared_buffers = '128MB'\n"
         "work_mem = '16MB'\n"
         "maintenance_work_mem = '128MB'\n"
         "effective_cache_size = '1GB'\n"
         "random_page_cost = 1.1\n"
         "jit = off\n"
         "max_wal_size = '1GB'\n"
         "wal_buffers = '16MB'\n"  // room for whole pages after a checkpoint
         // Whoever waits for a sync of his own, as the log does for each append, waits also for
         // the 16 MB of zeros that a new segment would begin as.
         "wal_init_zero = off\n"
         "fsync = on\n"
         "full_page_writes = on\n"
         "synchronous_commit = on\n"
         "password_encryption = 'scram-sha-256'\n"
         "timezone = 'UTC'\n"
         "log_timezone = 'UTC'\n"
         "logging_collector = on\n"
         "log_directory = '../log'\n"
         "log_filename = 'postgresql-%a.log'\n"
         "log_truncate_on_rotation = on\n"
         "log_rotation_age = '1d'\n"
         "log_rotation_size = 0\n";
}

}  // namespace daybook::postgres
