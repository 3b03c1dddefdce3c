#include "infra/postgres/give_way.h"

#include <sched.h>

#include <fstream>
#include <string>

namespace daybook::postgres {

void give_way(int backend_pid) {
  constexpr int kLowest = 19;
  const sched_param none{};
  (void)::sched_setscheduler(backend_pid, SCHED_IDLE, &none);
  // Where the kernel keeps a group for each session, as it does outside of control groups, the
  // policy counts among the processes of a group, and every backend has one of its own.
  std::ofstream("/proc/" + std::to_string(backend_pid) + "/autogroup") << kLowest;
}

}  // namespace daybook::postgres
