#include "infra/postgres/stop_server.h"

#include <algorithm>
#include <utility>

#include "infra/postgres/cluster_files.h"
#include "infra/postgres/postmaster.h"
#include "infra/postgres/process.h"

namespace daybook::postgres {

// In order means with a checkpoint, which writes and syncs whatever the buffers hold: on a slow
// disk that takes longer than anybody waits. It only spares the next start the recovery. What was
// committed for good is in PostgreSQL's own log on the disk; a projector's last rows, whose commits
// do not wait for that, come from Daybook's log again.
Result<void> stop_server(const ServerUser& user, const std::filesystem::path& data,
                         std::chrono::milliseconds limit) {
  using std::chrono::steady_clock;
  DAYBOOK_ASSIGN(programs, find_server_programs(major_version_of(data)));
  const auto deadline = steady_clock::now() + std::max(limit, kImmediateTime);
  for (const auto& [mode, until] :
       {std::pair("fast", deadline - kImmediateTime), std::pair("immediate", deadline)}) {
    if (!find_postmaster(data)) {
      return {};
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_clock::now());
    if (left.count() > 0) {
      DAYBOOK_TRY(run_process(
          user.command({programs / "pg_ctl", "stop", "-D", data, "-m", mode, "-w", "-t", "60"}),
          left));
    }
  }
  if (find_postmaster(data)) {
    return fail(ErrorKind::kUnavailable, "cluster.cannot_stop",
                "the PostgreSQL server in " + data.string() + " does not stop");
  }
  return {};
}

}  // namespace daybook::postgres
