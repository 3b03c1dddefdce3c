// Lets others go first on the processors of this machine. Internal.
#pragma once

namespace daybook::postgres {

// `backend_pid`: of a session's process, on this machine and with nothing that others wait for. For
// as long as it lives it runs where nobody else wants to. What the system does not allow stays as
// it was. Thread-safe.
void give_way(int backend_pid);

}  // namespace daybook::postgres
