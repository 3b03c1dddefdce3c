#include "apps/daybook/running.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>

#include "infra/http/client.h"

namespace daybook::app {
namespace {

constexpr const char* kFile = "up.address";

struct Noted {
  std::string address;
  pid_t process = 0;
  std::string log_id;
};

std::optional<Noted> read_note(const Settings& settings) {
  std::ifstream file(settings.data_folder / kFile);
  Noted noted;
  if (!(file >> noted.address >> noted.process >> noted.log_id)) return std::nullopt;
  return noted;
}

// Another user's process is one that we may not signal.
bool is_alive(pid_t process) { return process > 0 && (::kill(process, 0) == 0 || errno == EPERM); }

std::string log_id_in(const http::Response& response) {
  const auto status = nlohmann::json::parse(response.body, nullptr, false);
  if (response.status != 200 || !status.is_object()) return "";
  const auto log = status.value("log", nlohmann::json());
  return log.is_object() ? log.value("id", "") : "";
}

// Why the one who answers at the noted address is not the noted engine; empty if it is, as far as
// it lets us see.
std::string objection(const Noted& noted, const std::string& token) {
  http::Client client(noted.address, token);
  const auto status = client.get("/v1/status");
  if (!status) return "nobody answers there";
  // Our token is not enough, or it has too much to do: what is asked next is told so too.
  if (status->status == 401 || status->status == 403 || status->status >= 500) return "";
  const std::string log_id = log_id_in(*status);
  if (log_id == noted.log_id) return "";
  return log_id.empty() ? "what answers there is no Daybook"
                        : "another installation answers there, with the log " + log_id;
}

}  // namespace

bool has_log(const Settings& settings) {
  return settings.log != "embedded" || std::filesystem::exists(settings.data_folder / "log");
}

Running find_running(const Settings& settings) {
  const auto noted = read_note(settings);
  if (!noted || !is_alive(noted->process)) return {};
  const std::string why = objection(*noted, settings.token);
  if (why.empty()) return {noted->address, ""};
  return {"", fmt::format("{} says that the engine listens at {}, but {}; it counts as not running",
                          (settings.data_folder / kFile).string(), noted->address, why)};
}

std::optional<std::string> running_address(const Settings& settings) {
  Running running = find_running(settings);
  if (!running.note.empty()) fmt::print(stderr, "note: {}\n", running.note);
  if (running.address.empty()) return std::nullopt;
  return std::move(running.address);
}

Result<std::string> engine_address(const Settings& settings) {
  if (auto running = running_address(settings)) return *std::move(running);
  if (settings.http_given || !has_log(settings)) return settings.http;
  return fail(ErrorKind::kUnavailable, "engine.not_running",
              "no `daybook up` runs on " + settings.data_folder.string() +
                  "; start it, or name another data folder or an address");
}

Result<void> note_running(const Settings& settings, const std::string& address,
                          const std::string& log_id) {
  const auto path = settings.data_folder / kFile;
  const auto fresh = settings.data_folder / (std::string(kFile) + ".new");
  {
    std::ofstream file(fresh);
    file << address << '\n' << ::getpid() << '\n' << log_id << '\n';
    if (!file.flush())
      return fail(ErrorKind::kUnavailable, "data.folder", "cannot write " + fresh.string());
  }
  std::error_code error;
  std::filesystem::rename(fresh, path, error);
  if (error)
    return fail(ErrorKind::kUnavailable, "data.folder", path.string() + ": " + error.message());
  return {};
}

void forget_running(const Settings& settings) {
  std::error_code ignored;
  std::filesystem::remove(settings.data_folder / kFile, ignored);
}

}  // namespace daybook::app
