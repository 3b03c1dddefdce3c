#include "apps/daybook/torture/database.h"

#include <signal.h>
#include <sys/types.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "apps/daybook/torture/engine_under_test.h"
#include "infra/postgres/cluster.h"
#include "infra/postgres/process.h"

namespace daybook::torture {
namespace {

// A server that shuts down waits for who was just connecting, for its authentication_timeout (one
// minute), and an engine that stands still is one of those.
constexpr std::chrono::seconds kEndLimit{90};

// Sessions outlive a postmaster that is killed, until they notice, and take commits that nobody
// makes durable any more: whoever kills PostgreSQL kills all of it.
std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream status(entry.path() / "stat");
    pid_t process = 0;
    std::string name;
    char state = 0;
    pid_t its_parent = 0;
    if (status >> process >> name >> state >> its_parent && its_parent == parent)
      children.push_back(process);
  }
  return children;
}

Result<void> run(const std::vector<std::string>& arguments) {
  DAYBOOK_ASSIGN(done, postgres::run_process(arguments));
  if (done.exit_code == 0) return {};
  return fail(ErrorKind::kUnavailable, "torture.files", arguments.front() + ": " + done.output);
}

}  // namespace

Result<std::string> Database::owner_url() const {
  DAYBOOK_ASSIGN(cluster, postgres::Cluster::open(data_folder_));
  return cluster.owner_url();
}

Result<postgres::Connection> Database::connect() const {
  DAYBOOK_ASSIGN(url, owner_url());
  return postgres::Connection::open(url);
}

Result<void> Database::end_by(int signal) const {
  DAYBOOK_ASSIGN(cluster, postgres::Cluster::open(data_folder_));
  const auto postmaster = cluster.postmaster();
  if (!postmaster)
    return fail(ErrorKind::kUnavailable, "torture.no_postgres", "PostgreSQL does not run");
  // It has no more while it is stopped.
  std::vector<pid_t> children;
  if (signal == SIGKILL) {
    ::kill(*postmaster, SIGSTOP);
    children = children_of(*postmaster);
  }
  ::kill(*postmaster, signal);
  for (const pid_t child : children) ::kill(child, SIGKILL);
  if (await([&] { return cluster.postmaster() != postmaster; }, kEndLimit)) return {};
  return fail(ErrorKind::kUnavailable, "torture.no_end", "PostgreSQL did not end");
}

Result<void> Database::keep_copy() const {
  DAYBOOK_ASSIGN(cluster, postgres::Cluster::open(data_folder_));
  DAYBOOK_TRY(run({"rm", "-rf", cluster.folder() / "data.older"}));
  return run({"cp", "-a", cluster.folder() / "data", cluster.folder() / "data.older"});
}

Result<void> Database::restore_copy() const {
  DAYBOOK_ASSIGN(cluster, postgres::Cluster::open(data_folder_));
  DAYBOOK_TRY(run({"rm", "-rf", cluster.folder() / "data"}));
  return run({"mv", cluster.folder() / "data.older", cluster.folder() / "data"});
}

Result<void> Database::start() const {
  DAYBOOK_ASSIGN(cluster, postgres::Cluster::open(data_folder_));
  return cluster.start();
}

void Database::stop() const {
  if (auto cluster = postgres::Cluster::open(data_folder_)) (void)cluster->stop();
}

}  // namespace daybook::torture
