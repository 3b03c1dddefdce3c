#include "apps/daybook/torture/engine_under_test.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string_view>
#include <thread>
#include <vector>

#include "infra/http/client.h"

namespace daybook::torture {
namespace {

// Not what this process was told: the engine under test is always the same.
std::vector<std::string> plain_environment() {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view line(*each);
    if (!line.starts_with("DAYBOOK_") && !line.starts_with("DATABASE_URL=")) all.emplace_back(line);
  }
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

tl::unexpected<Error> late(const std::string& what) {
  return fail(ErrorKind::kUnavailable, "torture.too_late", what);
}

tl::unexpected<Error> system_error(const std::string& what, int number) {
  return fail(ErrorKind::kUnavailable, "torture.engine", what + ": " + std::strerror(number));
}

// The records that the tables of all partitions are behind, nothing if it does not say so.
std::optional<std::uint64_t> lag_of(http::Client& client) {
  const auto response = client.get("/v1/status");
  if (!response || response->status != 200) return std::nullopt;
  const auto status = nlohmann::json::parse(response->body, nullptr, false);
  if (!status.is_object() || !status.contains("partitions")) return std::nullopt;
  std::uint64_t lag = 0;
  for (const auto& partition : status["partitions"]) {
    const auto projection = partition.value("projection", nlohmann::json::object());
    if (!projection.value("running", false)) return std::nullopt;
    lag += projection.value("lagRecords", std::uint64_t{0});
  }
  return lag;
}

}  // namespace

std::map<std::string, double> figures_in(const std::string& page) {
  std::map<std::string, double> figures;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.rfind(' ');
    if (line.starts_with('#') || space == std::string::npos) continue;
    figures[line.substr(0, space)] = std::strtod(line.c_str() + space, nullptr);
  }
  return figures;
}

void let_pass(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

EngineUnderTest::~EngineUnderTest() { kill(); }

Result<void> EngineUnderTest::start() {
  if (runs()) return {};
  int pipe[2] = {-1, -1};
  if (::pipe2(pipe, O_CLOEXEC) != 0) return system_error("pipe", errno);
  std::vector<std::string> arguments{place_.program.string(),     place_.command, "--data",
                                     place_.data_folder.string(), "--http",       place_.address};
  std::vector<std::string> environment = plain_environment();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[0], 0);
  posix_spawn_file_actions_addopen(&actions, 1, place_.output.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  // Away from the terminal, whose Ctrl-C is for us alone.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t process = -1;
  const int failed = ::posix_spawn(&process, place_.program.c_str(), &actions, &attributes,
                                   pointers(arguments).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[0]);
  close_input();
  if (failed != 0) {
    ::close(pipe[1]);
    return system_error("cannot start " + place_.program.string(), failed);
  }
  input_ = pipe[1];
  process_ = process;
  return {};
}

Result<void> EngineUnderTest::await_ready(std::chrono::seconds limit) {
  http::Client client(place_.address);
  std::string said = "it does not answer";
  const bool ready = await(
      [&] {
        if (!runs()) return true;
        const auto page = client.get("/readyz");
        said = page ? page->body : page.error().detail;
        return page && page->status == 200;
      },
      limit);
  if (!runs()) return late("the engine has ended with code " + std::to_string(exit_code_));
  return ready ? Result<void>() : late("the engine did not get ready: " + said);
}

Result<void> EngineUnderTest::await_no_lag(std::chrono::seconds limit) const {
  http::Client client(place_.address);
  std::optional<std::uint64_t> lag;
  if (await([&] { return (lag = lag_of(client)) == 0U; }, limit)) return {};
  return late("the tables did not catch up: " +
              (lag ? "a lag of " + std::to_string(*lag) + " records" : "no lag is known"));
}

Result<std::map<std::string, double>> EngineUnderTest::figures() const {
  DAYBOOK_ASSIGN(page, http::Client(place_.address).get("/metrics"));
  auto figures = figures_in(page.body);
  if (page.status == 200 && !figures.empty()) return figures;
  return fail(ErrorKind::kUnavailable, "torture.no_figures", "/metrics says nothing: " + page.body);
}

Result<void> EngineUnderTest::tell(const std::string& line) const {
  const std::string text = line + "\n";
  const ssize_t written = ::write(input_, text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size())) return {};
  return system_error("cannot tell the engine " + line, errno);
}

void EngineUnderTest::signal(int number) const {
  if (process_ > 0) ::kill(process_, number);
}

void EngineUnderTest::kill() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    (void)await_end(std::chrono::seconds(20));
  }
  close_input();
}

void EngineUnderTest::close_input() {
  if (input_ >= 0) ::close(input_);
  input_ = -1;
}

bool EngineUnderTest::runs() {
  int status = 0;
  if (process_ <= 0) return false;
  if (::waitpid(process_, &status, WNOHANG) != process_) return true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  process_ = -1;
  return false;
}

Result<int> EngineUnderTest::await_end(std::chrono::seconds limit) {
  if (await([this] { return !runs(); }, limit)) return exit_code_;
  return late("the engine did not end");
}

}  // namespace daybook::torture
