#include "infra/postgres/give_way.h"

#include <sched.h>

#include <fstream>
#include <string>

namespace daybook::postgres {

void give_way(int backend_pid) {
  if (backend_pid <= 0) return;  // 0 would be ourselves
  constexpr int kLowest = 19;
  const sched_param none{};
  (void)::sched_setscheduler(backend_pid, SCHED_IDLE, &none);
  // Where no control group shares the processor out, the kernel does so by process sessions, of
  // which every backend has its own: a policy alone then gives it less than it takes.
  std::ofstream("/proc/" + std::to_string(backend_pid) + "/autogroup") << kLowest;
}

}  // namespace daybook::postgres
